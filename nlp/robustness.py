"""The same text as others would have typed it: without diacritics, in chat spelling, with slips, in fonts.

Each way is a pure function of a text and a seed. `nlp.robustness_quality` measures what each costs.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from random import Random
from zlib import crc32

from core.legacy import Font, decoded, to_font
from core.text import nfc
from nlp.features import Reading
from nlp.normalise import CHAT

Way = Callable[[Reading, int], Reading]

_WORD = re.compile(r"[^\W\d_]+")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TELEX = dict(zip(_TONES, "fsxrj", strict=True))  # the key that types each tone
_SHAPES = {"ă": "aw", "â": "aa", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw", "đ": "dd"}

# Of nine of the commonest words ("không", "được", "em" …), remarks of the data with two chat spellings have
# three quarters so; of other words far fewer: hence a half of all that have another form.
CHAT_RATE, TEEN_RATE, SLIP_RATE = 0.5, 0.1, 0.05

# One word for several, or one that stands for several: no table of tokens can hold the way back.
PHRASES = {
    "học sinh": ("hs",),
    "giáo viên": ("gv",),
    "phụ huynh": ("ph",),
    "công an": ("ca",),
    "bác sĩ": ("bs",),
    "bệnh viện": ("bv",),
    "gia đình": ("gđ",),
    "điện thoại": ("đt", "dt"),
    "mọi người": ("mn", "mng"),
    "người ta": ("ngta", "nta"),
    "nhắn tin": ("nt",),
    "như thế nào": ("ntn",),
    "làm gì": ("lmj", "lm gì"),
    "bao giờ": ("bgio", "bao h"),
    "hôm qua": ("hqua", "hq"),
    "hôm nay": ("hnay", "hn"),
    "bây giờ": ("bh", "bjo", "bi h"),
    "em bé": ("e bé", "em pé"),
    "trẻ em": ("trẻ e", "tre em"),
    "trẻ con": ("trẻ kon", "con nít"),
    "việt nam": ("vn",),
    "facebook": ("fb", "face", "phây"),
}
# Spellings that `nlp.normalise` does not list, so that its table is not measured by itself.
OTHERS = {
    "không": ("khôg", "hổng", "hêm", "khong", "hônggg"),
    "được": ("đượk", "duoc", "đựơc"),
    "biết": ("bít", "bik", "pít", "byết"),
    "bị": ("bj", "pị"),
    "đi": ("đj", "đii"),
    "gì": ("zì", "ji"),
    "con": ("kon", "coan"),
    "vào": ("vô", "zô", "zào"),
    "phải": ("fải", "pải"),
    "anh": ("a", "ank"),
    "chị": ("c", "chj"),
    "bạn": ("bn", "pạn"),
    "bé": ("pé", "béee"),
    "mẹ": ("mẹe", "mị", "mom"),
    "bố": ("pố", "bốo"),
    "cháu": ("chaú", "chauu"),
    "những": ("nhữg", "nhg", "n~"),
    "nhiều": ("nhìu", "nhìuu"),
    "trường": ("trg", "trườg"),
    "thương": ("thươg", "thw"),
    "muốn": ("mún", "muốnn"),
    "buồn": ("bùn", "buồnn"),
    "chết": ("chít", "chớt"),
    "nữa": ("nx", "nữaaa"),
    "thôi": ("thoai", "thui"),
    "luôn": ("lun", "luônn"),
    "quá": ("wá", "quáa", "quáaaa"),
    "yêu": ("iu", "iêu"),
    "giờ": ("h", "zờ", "giời"),
    "trước": ("trc", "trướk"),
    "đánh": ("đáh", "oánh"),
    "người": ("ng", "ngừi", "nguời"),
    "tuổi": ("t", "tủi"),
    "thì": ("thỳ", "thìi"),
    "rồi": ("rùi", "òi", "rồii"),
    "cũng": ("cũg", "cug", "cx"),
}
# Left out of the way back of CHAT: parts of longer ones, which PHRASES has.
_PARTS = {"hs", "gv", "sđt", "nt", "ntn", "lmj", "hjx", "hix", "huhu"}
_TEEN = (("ngh", "ng"), ("ph", "f"), ("qu", "w"), ("gi", "j"), ("kh", "k"), ("c", "k"))


@cache
def chat_forms() -> Mapping[str, tuple[str, ...]]:
    """Return what a word, or some together, in lower case, are written as in chats: CHAT's way back, more."""
    forms: dict[str, list[str]] = {}
    for written, word in CHAT.items():
        if written not in _PARTS:
            forms.setdefault(word, []).append(written)
    for more in (OTHERS, PHRASES):
        for word, written_ in more.items():
            forms.setdefault(word, []).extend(written_)
    return {nfc(word): tuple(dict.fromkeys(map(nfc, each))) for word, each in forms.items()}


def _each(change: Callable[[str, Random], str]) -> Way:
    def way(reading: Reading, seed: int) -> Reading:
        parts = (reading.thread_title, reading.title, reading.lead, reading.text)
        draw = Random(seed ^ crc32("\0".join(parts).encode("utf-8", "replace")))  # noqa: S311 (not a secret)
        thread, title, lead, text = (change(part, draw) for part in parts)
        return replace(reading, thread_title=thread, title=title, lead=lead, text=text)

    return way


def without_diacritics(text: str) -> str:
    """Return `text` as typed on a bare keyboard, its case kept."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in plain if not unicodedata.combining(char))


def chat(text: str, draw: Random) -> str:
    """Return `text` with chat spellings for part of its words, and some of teenagers' own: "fải", "nhữg"."""
    forms = chat_forms()
    for phrase in PHRASES:
        text = re.sub(
            rf"\b{phrase}\b",
            lambda found: draw.choice(forms[found[0].lower()]) if draw.random() < CHAT_RATE else found[0],
            text,
            flags=re.IGNORECASE,
        )

    def one(found: re.Match[str]) -> str:
        word = found[0]
        if word.lower() in forms and draw.random() < CHAT_RATE:
            return draw.choice(forms[word.lower()])
        return teen(word) if draw.random() < TEEN_RATE else word

    return _WORD.sub(one, text)


def teen(word: str) -> str:
    """Return `word` by the rules of teenagers' spelling: f for ph, w for qu, k for c, g for a final ng."""
    for written, other in _TEEN:
        if word.startswith(written) and len(word) > len(written):
            word = other + word[len(written) :]
            break
    if len(word) > 3 and word.endswith("ng"):
        word = word[:-2] + "g"
    return word


def slips(text: str, draw: Random) -> str:
    """Return `text` with about one word in twenty mistyped."""
    return _WORD.sub(lambda found: slip(found[0], draw) if draw.random() < SLIP_RATE else found[0], text)


def slip(word: str, draw: Random) -> str:
    """Return `word` with one typing slip: a letter lost, doubled, swapped, a tone lost or typed as a key."""
    place = draw.randrange(len(word))
    match draw.randrange(5):
        case 0 if len(word) > 1:
            return word[:place] + word[place + 1 :]
        case 1 if len(word) > 1:
            place = min(place, len(word) - 2)
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        case 2:
            return toneless(word)
        case 3:
            return telex(word)
        case _:
            return word[: place + 1] + word[place] + word[place + 1 :]


def toneless(word: str) -> str:
    """Return `word` without its tone, its letters kept: "trẻ" is "tre", "được" is "đươc"."""
    return nfc("".join(char for char in unicodedata.normalize("NFD", word) if char not in _TONES))


def telex(word: str) -> str:
    """Return `word` as the keys of Telex that type it, shown where the keyboard was not set: "treer"."""
    keys, tone = "", ""
    for char in unicodedata.normalize("NFC", word):
        apart = unicodedata.normalize("NFD", char)
        tone += "".join(_TELEX.get(mark, "") for mark in apart)
        letter = unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in _TONES))
        shape = _SHAPES.get(letter.lower(), letter)
        keys += shape.upper() if letter.isupper() and shape != letter else shape
    return keys + tone


def _font(font: Font) -> Way:
    def way(reading: Reading, seed: int) -> Reading:
        parts = (reading.thread_title, reading.title, reading.lead, reading.text)
        thread, title, lead, text = decoded([to_font(part, font) for part in parts])
        return replace(reading, thread_title=thread, title=title, lead=lead, text=text)

    return way


WAYS: Mapping[str, Way] = {
    "without diacritics": _each(lambda text, draw: without_diacritics(text)),
    # All text is composed on entry (`core.contracts.Text`, `nlp.rows.text_of`).
    "NFD, as taken in": _each(lambda text, draw: nfc(unicodedata.normalize("NFD", text))),
    "upper case": _each(lambda text, draw: text.upper()),
    "chat spelling": _each(chat),
    "typing slips": _each(slips),
    "TCVN3, decoded": _font(Font.TCVN3),
    "VNI, decoded": _font(Font.VNI),
}
"""The ways by name. Every one keeps the number of fields and whether it is a remark."""
