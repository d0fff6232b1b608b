"""One spelling for what is written in many: case, place of the tone mark, chat spelling, ages.

Normalisation works on tokens, each of which keeps its place in the text (`nlp.tokens`), so a judgement on
normalised words always leads back to exact offsets of the stored text. underthesea's `text_normalize`
does the tone marks too, but at a tenth of the speed of the whole screen and without offsets.
"""

import unicodedata
from functools import cache
from itertools import product

from nlp.spellings import other_spellings

# Spellings of forums and comments that stand for one word whatever the context. Left out, because they stand
# for several: a, c, m, t, d, n (also units, classes, initials), "con", "mn".
CHAT = {
    "ko": "không",
    "k": "không",
    "kh": "không",
    "khg": "không",
    "hok": "không",
    "hem": "không",
    "hong": "không",
    "hông": "không",
    "khum": "không",
    "hk": "không",
    "dc": "được",
    "đc": "được",
    "đk": "được",
    "dk": "được",
    "đx": "được",
    "e": "em",
    "iem": "em",
    "ns": "nói",
    "nt": "nhắn",
    "vs": "với",
    "vz": "vậy",
    "v": "vậy",
    "ntn": "nào",
    "j": "gì",
    "r": "rồi",
    "rùi": "rồi",
    "ròi": "rồi",
    "lun": "luôn",
    "bít": "biết",
    "bik": "biết",
    "biét": "biết",
    "ng": "người",
    "ngừi": "người",
    "nguoi": "người",
    "mk": "mình",
    "mik": "mình",
    "mih": "mình",
    "chs": "chơi",
    "trc": "trước",
    "ck": "chồng",
    "vk": "vợ",
    "cg": "cũng",
    "cug": "cũng",
    "cũg": "cũng",
    "h": "giờ",
    "hs": "học",
    "gv": "giáo",
    "thik": "thích",
    "thjk": "thích",
    "yêuu": "yêu",
    "nhìu": "nhiều",
    "fb": "facebook",
    "face": "facebook",
    "ib": "inbox",
    "sđt": "điện",
    "cx": "cũng",
    "wá": "quá",
    "qá": "quá",
    "wa": "quá",
    "òn": "còn",
    "hjx": "hic",
    "hix": "hic",
    "huhu": "hic",
    "chít": "chết",
    "đừg": "đừng",
    "nhg": "nhưng",
    "nhưg": "nhưng",
    "bh": "giờ",
    "bjo": "giờ",
    "ms": "mới",
    "lm": "làm",
    "lmj": "làm",
    "z": "vậy",
    "zậy": "vậy",
    "zị": "vậy",
    "zì": "gì",
    "zô": "vào",
    "zề": "về",
    "bj": "bị",
    "đj": "đi",
    "chj": "chị",
    "mún": "muốn",
    "nx": "nữa",
    "iu": "yêu",
    "iêu": "yêu",
    "pé": "bé",
    "pà": "bà",
    "pố": "bố",
    "pạn": "bạn",
    "oánh": "đánh",
    "ngta": "người",
    "nta": "người",
    "đthoai": "điện",
    "mng": "người",
}

# Where the tone mark stands in open syllables: "hoà" and "hòa" are one word; both are taken to the second.
_OPEN = {
    "oa": ("oà", "oá", "oả", "oã", "oạ", "òa", "óa", "ỏa", "õa", "ọa"),
    "oe": ("oè", "oé", "oẻ", "oẽ", "oẹ", "òe", "óe", "ỏe", "õe", "ọe"),
    "uy": ("uỳ", "uý", "uỷ", "uỹ", "uỵ", "ùy", "úy", "ủy", "ũy", "ụy"),
}
_CONSONANTS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph r s t th tr v x"
_ONSETS = ("", *_CONSONANTS.split())

CHILD, MINOR, ADULT = "#child", "#minor", "#adult"
"""Stand-ins for numbers that can be ages: under 16 (a child in Luật Trẻ em 2016), 16–17, 18 and over."""


def age_token(number: int) -> str:
    """Return the stand-in for a number that can be an age in years."""
    return CHILD if number < 16 else MINOR if number < 18 else ADULT


@cache
def canonical() -> dict[str, str]:
    """Return the tokens (lower case, NFC) that are read as another, and as which."""
    same = {form: CHAT.get(word, word) for form, word in other_spellings().items()} | CHAT
    for forms in _OPEN.values():
        for onset, (old, new) in product(_ONSETS, zip(forms[:5], forms[5:], strict=True)):
            same[onset + old] = onset + new
    for number in range(100):
        for written in {str(number), f"{number:02d}"}:
            same[written] = age_token(number)
            same[written + "t"] = age_token(number) + "t"
    composed = {unicodedata.normalize("NFC", a): unicodedata.normalize("NFC", b) for a, b in same.items()}
    return {form: composed.get(word, word) for form, word in composed.items()}
