"""Text typed for fonts of before Unicode, TCVN3 (the .Vn… fonts), VNI and VISCII, read as Western letters.

Such a text looks like "trÎ em bÞ b¹o hµnh", "treû em bò baïo haønh" or "trë em b¸ bÕo hành". In TCVN3
(TCVN 5712:1993, table VN3) each letter of Vietnamese is one byte; capitals with a tone are the small letters
in a font of capitals, so their case is lost. In VNI a vowel is followed by a byte for its tone and shape. In
VISCII (RFC 1456) all 134 letters are one byte, six capitals among the control characters.
"""

import re
from collections.abc import Sequence, Set
from enum import StrEnum

_TONED = {
    "a": "àảãáạ",
    "ă": "ằẳẵắặ",
    "â": "ầẩẫấậ",
    "e": "èẻẽéẹ",
    "ê": "ềểễếệ",
    "i": "ìỉĩíị",
    "o": "òỏõóọ",
    "ô": "ồổỗốộ",
    "ơ": "ờởỡớợ",
    "u": "ùủũúụ",
    "ư": "ừửữứự",
    "y": "ỳỷỹýỵ",
}
_VIETNAMESE = "ăâêôơưđ" + "".join(_TONED.values())

# TCVN 5712:1993, VN3: the bytes of _VIETNAMESE in order; capitals without a tone have bytes of their own.
_TCVN3_BYTES = bytes.fromhex(
    "A8A9AAABACADAE B5B6B7B8B9 BBBCBDBEC6 C7C8C9CACB CCCECFD0D1 D2D3D4D5D6 D7D8DCDDDE"
    "DFE1E2E3E4 E5E6E7E8E9 EAEBECEDEE EFF1F2F3F4 F5F6F7F8F9 FAFBFCFDFE"
)
_FROM_TCVN3 = dict(zip(_TCVN3_BYTES.decode("latin-1"), _VIETNAMESE, strict=True)) | dict(
    zip("¡¢£¤¥¦§", "ĂÂÊÔƠƯĐ", strict=True)
)

_TO_TCVN3 = {letter: byte for byte, letter in _FROM_TCVN3.items()}
_TO_TCVN3 = {letter.upper(): byte for letter, byte in _TO_TCVN3.items()} | _TO_TCVN3

_FROM_VISCII = dict(
    zip(
        (bytes([2, 5, 6, 0x14, 0x19, 0x1E]) + bytes(range(0x80, 0x100))).decode("latin-1"),
        "ẲẴẪỶỸỴ"
        "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
        "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ",
        strict=True,
    )
)
_TO_VISCII = {letter: byte for byte, letter in _FROM_VISCII.items()}

# VNI-Windows: what stands after the vowel, tones in the order of _TONED.
_AFTER = {
    "a": ("a", "øûõùï"),
    "ă": ("a", "èúüéë"),
    "â": ("a", "àåãáä"),
    "e": ("e", "øûõùï"),
    "ê": ("e", "àåãáä"),
    "o": ("o", "øûõùï"),
    "ô": ("o", "àåãáä"),
    "ơ": ("ô", "øûõùï"),
    "u": ("u", "øûõùï"),
    "ư": ("ö", "øûõùï"),
}
_TO_VNI = {"ă": "aê", "â": "aâ", "ê": "eâ", "ô": "oâ", "ơ": "ô", "ư": "ö", "đ": "ñ"}
_TO_VNI |= dict(zip(_TONED["i"], "ìæóíò", strict=True)) | dict(
    zip(_TONED["y"][:4], ("yø", "yû", "yõ", "yù"), strict=True)
)
_TO_VNI |= {"ỵ": "î"}
_TO_VNI |= {
    letter: base + mark
    for vowel, (base, marks) in _AFTER.items()
    for letter, mark in zip(_TONED[vowel], marks, strict=True)
}
_TO_VNI |= {letter.upper(): vni.upper() for letter, vni in _TO_VNI.items()}
_FROM_VNI = {vni: letter for letter, vni in _TO_VNI.items()}
_FROM_VNI |= {vni.capitalize(): letter for vni, letter in _FROM_VNI.items() if letter.isupper()}
_VNI = re.compile("|".join(sorted(map(re.escape, _FROM_VNI), key=len, reverse=True)))

_UNICODE = re.compile("[ăđĩũơưĂĐĨŨƠƯ\u0300-\u0323Ạ-ỹ]")  # letters of Vietnamese that are not Western ones
_WESTERN = re.compile("[\xa1-\xfe]")
# A word with a marked letter. A sign alone, as © or », says nothing.
_MARKED = re.compile(
    "(?<![A-Za-z\xa1-\xfe])(?:[A-Za-z]++[\xa1-\xfe]|[\xa1-\xfe]++[A-Za-z])[A-Za-z\xa1-\xfe]*+"
)
_ONSET = "(?:ngh?|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx])?"
_NUCLEUS = "(?:iê|yê|ia|ya|uyê|uya|uô|ua|ươ|ưa|oa|oă|oe|uâ|uê|uơ|uy|[aăâeêioôơuưy])"
_CODA = "(?:ch|ng|nh|[cmnptiyou])?"
_SYLLABLE = re.compile(f"{_ONSET}{_NUCLEUS}{_CODA}")
_PLAIN = {toned: vowel for vowel, row in _TONED.items() for toned in row}
# A text is taken for one of a font where this share of its different marked words are syllables of Vietnamese
# in that font, and as it stands at most that share: right for all of 4,195 texts with marks, in each font.
LEAST_WORDS, READS, READS_NOT = 3, 0.8, 0.6
_LOOKED_AT = 100_000  # characters of a part: the markup of a page goes before its text


class Font(StrEnum):
    """The encodings of fonts of before Unicode."""

    TCVN3 = "tcvn3"
    VNI = "vni"
    VISCII = "viscii"


def font_of(texts: Sequence[str]) -> Font | None:
    """Return the font that the parts of one text were typed for, None for what is to be read as it stands.

    Parts with letters that only Unicode has are passed over.
    """
    parts = [text for text in texts if _WESTERN.search(text) and not _UNICODE.search(text)]
    marked = {word for part in parts for word in _MARKED.findall(part[:_LOOKED_AT])}
    if len(marked) < LEAST_WORDS or _share(marked) > READS_NOT:
        return None
    shares = {font: _share({from_font(token, font) for token in marked}) for font in Font}
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] >= READS else None


def decoded(texts: Sequence[str]) -> list[str]:
    """Return the parts of one text in Unicode, those that are so already as they stand."""
    font = font_of(texts)
    if font is None:
        return list(texts)
    return [text if _UNICODE.search(text) else from_font(text, font) for text in texts]


def from_font(text: str, font: Font) -> str:
    """Return `text`, typed for `font`, in Unicode. Other characters stay as they are."""
    if font is Font.VNI:
        return _VNI.sub(lambda found: _FROM_VNI[found[0]], text)
    letters = _FROM_TCVN3 if font is Font.TCVN3 else _FROM_VISCII
    return "".join(letters.get(char, char) for char in text)


def to_font(text: str, font: Font) -> str:
    """Return NFC `text` as it reads when typed for `font`, the other way of `from_font`."""
    letters = {Font.TCVN3: _TO_TCVN3, Font.VNI: _TO_VNI, Font.VISCII: _TO_VISCII}[font]
    return "".join(letters.get(char, char) for char in text)


def is_syllable(word: str) -> bool:
    """Say whether a word in NFC can be a syllable of Vietnamese: one tone, and parts that go together."""
    word = word.lower()
    plain = "".join(_PLAIN.get(char, char) for char in word)
    return sum(char in _PLAIN for char in word) <= 1 and _SYLLABLE.fullmatch(plain) is not None


def _share(words: Set[str]) -> float:
    return sum(map(is_syllable, words)) / len(words)
