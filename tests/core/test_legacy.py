"""Text typed for the fonts of before Unicode is told from other text and read as it was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.legacy import Font, decoded, font_of, from_font, is_syllable, to_font
from core.text import nfc

TEXT = nfc("Công an điều tra vụ bé gái bị bỏ rơi ở bến xe; người mẹ nghĩ quẩn, đã được cứu.")
LETTERS = nfc("aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ")


def test_the_encodings_are_those_that_the_fonts_have() -> None:
    assert to_font("trẻ em bị bạo hành", Font.TCVN3) == "trÎ em bÞ b¹o hµnh"
    assert to_font("trẻ em bị bạo hành", Font.VNI) == "treû em bò baïo haønh"
    assert to_font("Đường phố", Font.TCVN3) == "§\xad\xeang phè"
    assert to_font("ĐƯỜNG phố", Font.VNI) == "ÑÖÔØNG phoá"


@given(st.text(alphabet=LETTERS + " .,!0123\n", max_size=60))
def test_what_a_font_encodes_is_decoded_as_it_was(text: str) -> None:
    for font in Font:
        assert from_font(to_font(text, font), font) == text


@given(st.text(alphabet=LETTERS + LETTERS.upper() + " .,!0123\n", max_size=60))
def test_vni_keeps_case_and_tcvn3_loses_only_that_of_toned_capitals(text: str) -> None:
    assert from_font(to_font(text, Font.VNI), Font.VNI) == text
    assert from_font(to_font(text, Font.TCVN3), Font.TCVN3).lower() == text.lower()


@pytest.mark.parametrize("font", Font)
def test_the_font_is_found_and_all_parts_are_decoded_by_it(font: Font) -> None:
    parts = [to_font("Tin tối", font), "", to_font(TEXT, font)]
    assert font_of(parts) is font
    assert decoded(parts) == ["Tin tối", "", TEXT]


@pytest.mark.parametrize("font", Font)
def test_a_part_that_is_unicode_stays_as_it_is(font: Font) -> None:
    assert decoded(["Đường phố: § 5, ñ", to_font(TEXT, font)]) == ["Đường phố: § 5, ñ", TEXT]


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT,
        "bà ta có ô tô, bé có vé đi mà",
        "cong an dieu tra vu be gai bi bo roi",
        "Le président a déjà été élu à la mairie où les élèves ont fêté Noël",
        "Der Bürgermeister möchte größere Räume für die Schüler",
        "El niño pequeño está allí también, mañana habrá más información",
        "Året då jag åkte till sjön för att få träffa björnen på ön",
        "© 2020 » Home » News » ® 5 µm · 10 °C · «ok»",
    ],
)
def test_other_text_is_left_alone(text: str) -> None:
    assert font_of([nfc(text)]) is None
    assert decoded([nfc(text)]) == [nfc(text)]


@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_text_is_read_and_every_part_kept(parts: list[str]) -> None:
    assert len(decoded(parts)) == len(parts)


@pytest.mark.parametrize("word", ["trẻ", "nghiêng", "Huỳnh", "quyết", "ở", "giếng", "khuya"])
def test_these_are_syllables(word: str) -> None:
    assert is_syllable(nfc(word))


@pytest.mark.parametrize("word", ["bạo-hành", "fải", "treû", "b¹o", "ộtộ", "", "résumé"])
def test_these_are_none(word: str) -> None:
    assert not is_syllable(nfc(word))
