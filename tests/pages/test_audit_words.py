"""Everything that the audit keeps as a key has words for its readers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import texts
from api.pages.audit_words import ACTS, KINDS, act_told, rule_told, wanted

ROOT = Path(__file__).parents[2]
MAKERS = {"Record": ("act", "kind"), "Audited": ("act", "object_kind"), "Audit": ("act", "object_kind")}


def keys(of: int) -> Iterator[tuple[str, str]]:
    """Each act (0) or kind (1) that is written out where a row of the audit is made, with where."""
    for folder in ("api", "activities", "headgate"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                for keyword in node.keywords:
                    wanted = MAKERS[name][of] if name in MAKERS else "what" if name == "log_view" and of else None
                    if keyword.arg == wanted and isinstance(keyword.value, ast.Constant):
                        yield str(keyword.value.value), f"{file.relative_to(ROOT)}:{node.lineno}"


@pytest.mark.parametrize(("of", "words"), [(0, ACTS), (1, KINDS)])
def test_every_act_and_kind_of_the_audit_has_its_words(of: int, words: dict[str, object]) -> None:
    found = dict(keys(of))
    assert len(found) > 15
    assert {key: where for key, where in found.items() if key not in words} == {}


def test_the_audit_is_read_in_the_language_of_its_reader() -> None:
    with texts.spoken_in("es"):
        assert act_told("claim") == "tomó la tarea"
        assert wanted("claim") == "tomar la tarea"
        assert wanted("event tenant-left") == "anotar «Tenant left»"
        assert rule_told("right see-accounts") == "permiso: busca cuentas y lee su historia"
        assert rule_told("queue meters: to rep2") == "cola meters: to rep2"
        assert rule_told("two persons") == "dos personas"
        assert rule_told(None) == ""
