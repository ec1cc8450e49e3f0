"""The notices of a shut-off: what the law wants in them, read from the printed page, in six languages."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from activities.printing import rendered
from definitions.catalogue.letters import LetterError, shipped, template
from definitions.catalogue.notices import CONTENTS, REQUIRED, UNDER, lacking
from tests.letters.test_templates import sample, text_of, unknown_glyphs

LANGUAGES = ("en", "es", "zh", "tl", "vi", "ko")  #: English and those of Civil Code 1632
LETTERS = ("reminder", "account-demand", *UNDER)

#: What a letter can hold → words that a reader finds in it, by language. `{…}` stands for the sample's own figures.
WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "customer": dict.fromkeys(LANGUAGES, ("Marisol Peña", "412 Orchard Lane")),
    "amount": dict.fromkeys(LANGUAGES, ("$310.80", "$320.80")),  # past due, and with what is charged now
    "telephone": dict.fromkeys(LANGUAGES, ("(555) 010-0180",)),
    "extension": {
        "en": ("extension by telephone", "within 13 days"), "es": ("Pida una prórroga", "13 días"), "zh": ("申請延期", "13 天"),
        "tl": ("Humiling ng palugit", "13 araw"), "vi": ("xin gia hạn", "13 ngày"), "ko": ("연장을 신청", "13일"),
    },
    "review": {
        "en": ("ask for a review", "appeal to the board of directors"), "es": ("pedir una revisión", "apelar ante la junta"),
        "zh": ("申請審查", "董事會上訴"), "tl": ("humiling ng pagsusuri", "umapela"), "vi": ("xin xét lại", "kháng cáo"),
        "ko": ("심사를 신청", "이사회에 항소"),
    },
    "complaint": {
        "en": ("complain about the bill", "within 5 days"), "es": ("quejarse de la factura", "5 días"),
        "zh": ("提出投訴", "5 天"),
        "tl": ("magreklamo", "5 araw"), "vi": ("khiếu nại về hóa đơn", "5 ngày"), "ko": ("이의를 제기", "5일"),
    },
    "alternatives": {
        "en": ("deferred payment", "reduced payment", "alternative payment schedule", "amortization", "12 months"),
        "es": ("pago aplazado", "pago reducido", "calendario de pagos alternativo", "amortización"),
        "zh": ("延後付款", "減少付款", "其他付款安排", "分期攤還"),
        "tl": ("ipinagpalibang bayad", "binawasang bayad", "ibang iskedyul", "amortization"),
        "vi": ("hoãn trả", "giảm khoản trả", "lịch trả tiền khác", "trả góp"),
        "ko": ("납부 유예", "감액 납부", "다른 납부 일정", "분할 상환"),
    },
    "financial-help": {
        "en": ("Financial help", "CalFresh"), "es": ("Ayuda económica", "CalFresh"), "zh": ("經濟援助", "CalFresh"),
        "tl": ("Tulong pinansyal", "CalFresh"), "vi": ("Trợ giúp tài chính", "CalFresh"), "ko": ("재정 지원", "CalFresh"),
    },
    "pay-by": {
        "en": ("December 12, 2025",), "es": ("12 de diciembre de 2025",), "zh": ("2025年12月12日",),
        "tl": ("Disyembre 12, 2025",), "vi": ("ngày 12 tháng 12 năm 2025",), "ko": ("2025년 12월 12일",),
    },
    "shut-off-day": {
        "en": ("December 13, 2025",), "es": ("13 de diciembre de 2025",), "zh": ("2025年12月13日",),
        "tl": ("Disyembre 13, 2025",), "vi": ("ngày 13 tháng 12 năm 2025",), "ko": ("2025년 12월 13일",),
    },
    "become-customer": {
        "en": ("without paying what the present customer owes",), "es": ("sin pagar lo que debe el cliente actual",),
        "zh": ("無須支付現有客戶的欠款",), "tl": ("nang hindi binabayaran ang utang ng kasalukuyang customer",),
        "vi": ("không phải trả số nợ của khách hàng hiện tại",), "ko": ("현재 고객의 미납금을 내지 않고",),
    },
    "avoid": {
        "en": ("To stop it", "What avoids the shut-off", "To stop the shut-off"),
        "es": ("Para evitarlo", "Qué evita el corte", "Para evitar el corte"),
        "zh": ("如何避免停水", "為避免停水"),
        "tl": ("Upang mapigilan ito", "Ano ang makapipigil", "Upang mapigilan ang pagputol"),
        "vi": ("Để tránh bị cắt", "Điều giúp tránh"), "ko": ("중단을 막으려면", "중단을 막는 방법"),
    },
    "owes-nothing": {
        "en": ("You owe nothing",), "es": ("Usted no debe nada",), "zh": ("您不欠任何款項",),
        "tl": ("Wala kayong utang",), "vi": ("Quý vị không nợ gì",), "ko": ("귀하는 아무것도 빚지지 않았으며",),
    },
    "restore": {
        "en": ("How to restore service", "$50", "$150"), "es": ("Cómo restablecer el servicio", "$50"),
        "zh": ("如何恢復供水", "$50"), "tl": ("Paano maibabalik ang serbisyo", "$50"),
        "vi": ("Cách mở nước lại", "$50"), "ko": ("급수를 재개하는 방법", "$50"),
    },
    "policy": {
        "en": ("written policy on discontinuing",), "es": ("política escrita del distrito",), "zh": ("書面政策",),
        "tl": ("nakasulat na patakaran ng distrito",), "vi": ("chính sách bằng văn bản của khu vực",), "ko": ("서면 정책",),
    },
}  # fmt: skip

#: What one letter says otherwise than the others: its own days and sums.
ELSE = {
    ("reminder", "pay-by"): "December 10, 2025",
    ("plan-final-notice", "shut-off-day"): "not sooner than five business days after this notice was posted",
    ("shut-off-tag", "alternatives"): "arrange for more time, smaller payments or a plan",
    ("shut-off-tag", "review"): "If you dispute the bill or appeal",
}


def in_language(name: str, language: str) -> bytes:
    """The sample of a letter in one language."""
    return rendered(shipped()[name].text, sample(name) | {"languages": [language]})


def squeezed(text: str) -> str:
    """Without blanks, since lines break between any two Chinese characters."""
    return "".join(text.split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LETTERS)
def test_a_notice_says_in_each_language_what_it_declares(name: str, language: str) -> None:
    pdf = in_language(name, language)
    text = squeezed(text_of(pdf))
    for content in shipped()[name].contains:
        if (name, content) in ELSE:
            if language == "en":
                assert squeezed(ELSE[name, content]) in text, content
            continue
        words = WORDS[content][language]
        found = [squeezed(word) in text for word in words]
        assert any(found) if content in ("avoid", "amount") else all(found), (content, words)
    assert unknown_glyphs(pdf) == 0


@pytest.mark.parametrize("name", sorted(UNDER))
def test_a_notice_lacks_nothing_that_its_law_asks_for(name: str) -> None:
    assert lacking(name, shipped()[name].contains) == {}


def test_what_is_missing_is_told_by_rule() -> None:
    assert lacking("final-notice", frozenset(CONTENTS) - {"extension"}) == {"WSP-12": frozenset({"extension"})}
    assert all(contents <= set(CONTENTS) for contents in REQUIRED.values())


@pytest.mark.parametrize("name", LETTERS)
def test_every_translation_is_marked_as_unconfirmed(name: str) -> None:
    assert dict(shipped()[name].languages) == {language: language == "en" for language in LANGUAGES}
    marks = {
        "es": "aún no ha sido confirmada", "zh": "尚未經確認", "tl": "hindi pa ito nakukumpirma",
        "vi": "chưa được xác nhận", "ko": "아직 확인되지 않았습니다",
    }  # fmt: skip
    for language, mark in marks.items():
        assert squeezed(mark) in squeezed(text_of(in_language(name, language))), language


def test_the_arithmetic_shows_each_bill_payment_and_fee_and_the_sum() -> None:
    text = text_of(in_language("final-notice", "en"))
    for line in (
        "Water bill, April 24, 2025 – June 23, 2025; due July 27, 2025 $96.40",
        "Paid, September 12, 2025 -$40.00",
        "Water bill, June 24, 2025 – August 24, 2025; due September 27, 2025 $254.40",
        "Late fee; due November 28, 2025 $10.00",
        "Past due $310.80",
        "Fees charged now $10.00",
        "To pay $320.80",
        "Not due yet $88.15",
        "All that is owed $408.95",
    ):
        assert line in text, line


def test_a_door_tag_is_a_half_sheet_for_each_language() -> None:
    pages = PdfReader(io.BytesIO(rendered(shipped()["shut-off-tag"].text, sample("shut-off-tag")))).pages
    assert [(float(page.mediabox.width), float(page.mediabox.height)) for page in pages] == [(612.0, 396.0)] * 6


def test_a_notice_to_occupants_is_addressed_to_occupant_and_names_the_customer() -> None:
    text = text_of(in_language("occupant-notice", "en"))
    assert "Occupant 412 Orchard Lane" in text
    assert "Customer: Marisol Peña" in text
    assert "at least ten days" in text


@pytest.mark.parametrize("head", ["// needs: gold", "// contains: charm"])
def test_a_head_with_an_unknown_word_is_refused(head: str) -> None:
    with pytest.raises(LetterError, match="is not among"):
        template("x", f"// title: X\n// languages: en confirmed\n{head}\n")


def test_a_letter_written_with_what_is_not_there_is_refused(tmp_path: Any) -> None:
    from definitions.catalogue.letters import load_templates

    (tmp_path / "x.typ").write_text("// title: X\n// languages: en confirmed\n// with: _nothing\n")
    with pytest.raises(LetterError, match=r'is written with "_nothing.typ", which is not in the folder'):
        load_templates(tmp_path)
