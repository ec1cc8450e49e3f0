"""Every shipped letter, rendered from its sample: what is printed, in which languages, by which standards."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ByteStringObject, ContentStream, TextStringObject

from activities.files import FolderStore
from activities.letters import keep_templates
from activities.printing import rendered
from definitions.catalogue.letters import SHIPPED, LetterError, load_templates, shipped, template
from definitions.catalogue.replies import EffectRefused

TEMPLATES = sorted(shipped())


def sample(name: str) -> dict[str, Any]:
    """The sample that lies beside a template."""
    found: dict[str, Any] = json.loads((SHIPPED / f"{name}.json").read_text(encoding="utf-8"))
    return found


def text_of(pdf: bytes) -> str:
    """All that a reader reads, with lines joined."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def unknown_glyphs(pdf: bytes) -> int:
    """How often a page shows glyph 0 of a font, .notdef: a box where a character should be."""
    count = 0
    for page in PdfReader(io.BytesIO(pdf)).pages:
        content = page.get_contents()
        assert content is not None
        for operands, operator in ContentStream(content, page.pdf).operations:
            shown = operands[0] if operator == b"TJ" else [operands[0]] if operator == b"Tj" else []
            for piece in shown:
                if isinstance(piece, ByteStringObject | TextStringObject):
                    codes = piece.original_bytes
                    pairs = [codes[at : at + 2] for at in range(0, len(codes), 2)]
                    count += sum(pair == b"\x00\x00" for pair in pairs)
    return count


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_letter_prints_its_sample_in_both_languages(name: str) -> None:
    data = sample(name)
    pdf = rendered(shipped()[name].text, data)
    text = text_of(pdf)
    assert unknown_glyphs(pdf) == 0
    bill = data["data"].get("bill")
    used = [f"{bill['use']} ccf"] if bill and name not in ("meter-test-offer", "meter-test-report") else []
    for expected in (
        data["district"]["name"],
        data["district"]["telephone"],
        *data["district"]["address"],
        *data["recipient"]["lines"],
        data["account"],
        data["case"],
        data["number"],
        "November 28, 2025",
        "28 de noviembre de 2025",
        *used,
    ):
        assert expected in text, expected
    assert "aún no ha sido confirmada" in text
    assert "\ufffd" not in text
    assert "none" not in text


def test_the_transactions_of_an_account_are_told_in_spanish() -> None:
    data = sample("transaction-history")
    data["languages"] = ["es"]
    text = text_of(rendered(shipped()["transaction-history"].text, data))
    assert "Agua del 1 julio 2025 a 31 agosto 2025: $254.40 saldo $254.40" in text
    assert "Pago con cheque: -$100.00" in text


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_letter_is_archivable_and_accessible(name: str) -> None:
    reader = PdfReader(io.BytesIO(rendered(shipped()[name].text, sample(name))))
    assert reader.xmp_metadata is not None
    packet = reader.xmp_metadata.stream.get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in packet
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in packet
    assert "<pdfuaid:part>1</pdfuaid:part>" in packet
    assert reader.metadata is not None
    assert reader.metadata.title
    assert reader.trailer["/Root"]["/Lang"] == "en"


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_same_letter_is_the_same_bytes(name: str) -> None:
    assert rendered(shipped()[name].text, sample(name)) == rendered(shipped()[name].text, sample(name))


def test_the_address_stands_in_the_window_of_a_number_ten_envelope() -> None:
    data = sample("answer")
    page = PdfReader(io.BytesIO(rendered(shipped()["answer"].text, data))).pages[0]
    found: dict[str, tuple[float, float]] = {}

    def seen(text: str, page_at: list[float], text_at: list[float], _font: Any, _size: Any) -> None:
        if text.strip() in data["recipient"]["lines"]:
            across = text_at[4] * page_at[0] + text_at[5] * page_at[2] + page_at[4]
            up = text_at[4] * page_at[1] + text_at[5] * page_at[3] + page_at[5]
            found[text.strip()] = (
                across / 72,
                (float(page.mediabox.height) - up) / 72,
            )  # inches from the left and the top

    page.extract_text(visitor_text=seen)
    assert sorted(found) == sorted(data["recipient"]["lines"])
    assert all(0.875 <= across <= 1.0 and 2.0 <= down <= 3.0 for across, down in found.values()), found


def test_the_answer_shows_the_arithmetic_and_the_right_to_appeal() -> None:
    text = text_of(rendered(shipped()["answer"].text, sample("answer")))
    assert "Of that 50 % 12 ccf" in text
    assert "Water charge for 46 ccf $208.40" in text
    assert "We have credited $61.20 to your account." in text
    assert "you may appeal within 10 days" in text.lower() or "may appeal within 10 days" in text
    assert "De ello 50 % 12 ccf" in text
    assert "puede apelar dentro de 10 días" in text


#: Letters that decide something against somebody, or charge them something.
DECISIONS = (
    "adjustment-refused", "answer", "appeal-dismissed", "agency-notice", "construction-settlement", "estimate-settled",
    "estimated-bill", "final-demand", "late-read", "leak-result", "leak-unrepaired", "lien-notice",
    "medical-answer", "meter-test-report", "more-time-answer", "nsf-demand", "nsf-notice", "occupant-answer", "plan-missed",
    "plan-refused", "refund-refused", "reread-result",
)  # fmt: skip


@pytest.mark.parametrize("name", DECISIONS)
def test_a_letter_that_decides_or_charges_says_how_to_appeal(name: str) -> None:
    text = text_of(rendered(shipped()[name].text, sample(name)))
    assert "appeal" in text
    assert "apela" in text


def test_an_answer_without_a_credit_says_so_and_why() -> None:
    data = sample("answer")
    data["data"] |= {"credited": None, "arithmetic": ["No credit, because = the repair has not been shown"]}
    text = text_of(rendered(shipped()["answer"].text, data))
    assert "The bill therefore stands as it is." in text
    assert "No credit, because: the repair has not been shown" in text
    assert "We have credited" not in text


def test_an_answer_after_a_refusal_says_the_reason_and_shows_no_figures() -> None:
    data = sample("answer")
    data["data"] |= {"credited": None, "refusal": "The receipt is for another address."}
    text = text_of(rendered(shipped()["answer"].text, data))
    assert "Reason: The receipt is for another address." in text
    assert "Credit $61.20" not in text


def test_a_slow_and_an_accurate_meter_are_reported_as_such() -> None:
    data = sample("meter-test-report")
    slow = data | {"data": data["data"] | {"verdict": "slow", "accuracy": "91.60"}}
    assert "The meter registers too little." in text_of(rendered(shipped()["meter-test-report"].text, slow))
    accurate = data | {"data": data["data"] | {"verdict": "accurate", "accuracy": "101.20"}}
    text = text_of(rendered(shipped()["meter-test-report"].text, accurate))
    assert "101.2 %" in text
    assert "The deposit of $125.00 stays" in text


def test_data_are_never_read_as_typst() -> None:
    data = sample("answer")
    data["recipient"]["lines"][0] = '#read("/etc/passwd") *x* $y$ \\'
    data["data"]["explanation"] = '#panic("x") @note <label> ]]'
    text = text_of(rendered(shipped()["answer"].text, data))
    assert '#read("/etc/passwd") *x* $y$ \\' in text
    assert '#panic("x") @note <label> ]]' in text


def test_a_character_that_no_font_has_is_refused_without_naming_it() -> None:
    data = sample("answer")
    data["recipient"]["lines"][0] = "\U0001f600 Smith"
    with pytest.raises(EffectRefused) as refused:
        rendered(shipped()["answer"].text, data)
    assert refused.value.code == "unprintable-character"
    assert "Smith" not in str(refused.value)


@pytest.mark.parametrize("name", ["陳大文", "홍길동", "山田花子", "Nguyễn Thị Phượng", "Peñaflorida"])
def test_a_customer_is_written_to_by_their_own_name(name: str) -> None:
    data = sample("answer")
    data["recipient"]["lines"][0] = name
    pdf = rendered(shipped()["answer"].text, data)
    assert name in text_of(pdf)
    assert unknown_glyphs(pdf) == 0


def test_a_broken_template_is_refused_with_a_sentence() -> None:
    with pytest.raises(EffectRefused, match="look at the template and its sample"):
        rendered("#let x = ", {})


def test_every_template_has_its_sample_and_says_its_languages() -> None:
    for name, each in shipped().items():
        assert (SHIPPED / f"{name}.json").exists(), name
        assert each.languages["en"] is True, name
        assert not any(each.languages[language] for language in each.languages if language != "en"), name
        assert "es" in each.languages, name


def test_a_template_without_its_head_is_refused() -> None:
    with pytest.raises(LetterError, match='the letter "x" begins with'):
        template("x", "Hello")
    with pytest.raises(LetterError, match='"es maybe" is no language'):
        template("x", "// title: X\n// languages: en confirmed, es maybe\n")


def test_the_wording_of_every_letter_is_kept_under_its_digest(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    kept = keep_templates(SHIPPED, store)
    assert set(kept) == set(shipped())
    assert all(store.get(digest).decode() == shipped()[name].text for name, digest in kept.items())


def test_a_district_that_changes_one_letter_keeps_the_shipped_layout(tmp_path: Path) -> None:
    (tmp_path / "answer.typ").write_text(
        '// title: Ours\n// languages: en confirmed\n#letter((en: "Ours"), lang => [Thank you.])\n'
    )
    ours = load_templates(tmp_path)["answer"]
    text = text_of(rendered(ours.text, sample("answer") | {"languages": ["en"]}))
    assert "Thank you." in text
    assert "Marisol Peña" in text
