"""What letters cannot print: forms ask the same rule before, by which the printing fails."""

from __future__ import annotations

import pytest

from activities.files import FolderStore
from activities.letters import names_printed
from activities.printing import rendered, unprintable
from definitions.catalogue.letters import shipped
from definitions.catalogue.replies import EffectRefused
from tests.letters.test_templates import sample
from tests.shipped import shipped as compiled

SWIMMER = "\U0001f3ca"
PRINTS = (
    "O'Brien & Sons, #5", "José Peñaflorida\r\nÑ", "Nguyễn Thị Phượng", "Jose\u0301", "陳大文", "홍길동", "山田花子",
    "Иван Петров", "→ ≤ ½ № ™ ✓", "a\u00a0b\u200bc",
)  # fmt: skip
DOES_NOT = {
    f"the pool {SWIMMER} in July": f"{SWIMMER} (U+1F3CA)",
    "\U0001f468\u200d\U0001f469 Smith": "\U0001f468 (U+1F468)",
    "สมชาย": "ส (U+0E2A)",
    "a\x07b": "U+0007",
    "a\r\n\tb": "U+0009",
    "a\ufeffb": "U+FEFF",
    "a\ue000b": "U+E000",
}


@pytest.mark.parametrize("text", PRINTS)
def test_what_people_write_in_the_area_is_printed(text: str) -> None:
    assert unprintable(text) is None


@pytest.mark.parametrize(("text", "character"), DOES_NOT.items())
def test_the_first_character_that_is_not_printed_is_named(text: str, character: str) -> None:
    assert unprintable(text) == f"has {character}, which letters cannot print"


@pytest.mark.parametrize("text", [*PRINTS, *DOES_NOT])
def test_a_letter_fails_by_the_same_rule(text: str) -> None:
    data = sample("answer")
    data["recipient"]["lines"][0] = text
    if unprintable(text) is None:
        assert rendered(shipped()["answer"].text, data).startswith(b"%PDF-")
    else:
        with pytest.raises(EffectRefused) as refused:
            rendered(shipped()["answer"].text, data)
        assert refused.value.code == "unprintable-character"


def test_a_version_names_the_data_that_its_letters_print(tmp_path_factory: pytest.TempPathFactory) -> None:
    named = names_printed(compiled("high-consumption"), FolderStore(tmp_path_factory.mktemp("files")))
    data = compiled("high-consumption").definition.data
    texts = {name for name, field in data.items() if field.type == "text"}
    assert {"explanation", "arithmetic", "refusal"} <= texts & named
    assert {"complaint", "appeal"} <= texts - named
