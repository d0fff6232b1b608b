"""How a field is read for names: whether it was typed without diacritics, and names in capitals or small."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from nlp.identity_letters import CAPITAL, SMALL, both, spelled, unmarked
from nlp.surnames import SURNAMES

_MARKED = re.compile("[ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]", re.IGNORECASE)
_SAMPLE = 400  # code points that show how a text is typed
_SELDOM = 20  # a quarter of the letters of Vietnamese are marked; fewer than one in twenty: typed without
_ENGLISH = re.compile(r"\b(?:of|and|is|are|with|for)\b")
_TWO_IN_CAPITALS = re.compile(rf"[{CAPITAL}]{{2}} [{CAPITAL}]{{2}}")
_IN_CAPITALS = re.compile(rf"(?<!\w)[{CAPITAL}]+(?: [{CAPITAL}]+)+(?!\w)")
_VOWEL = re.compile("[AEIOUY]")
_BEFORE = 24  # code points before a run of capitals that can hold the cue: "con tên là NGUYỄN …"

# Surnames that few other small words are spelled like; without diacritics fewer.
_SURNAMES = (
    "nguyễn|trần|lê|phạm|hoàng|huỳnh|phan|vũ|võ|đặng|bùi|đỗ|ngô|dương|đoàn|đinh|trương|trịnh|lương|lò|giàng",
    "nguyen|tran|pham|huynh|bui|dinh|vu|trinh|(?:le|hoang|vo|do|ho|ngo|duong|dao|mai|lam)(?= (?:thi|van) )",
)
# Before these middle names any surname is one; without diacritics not "lam thi", "ho thi" (làm thì, họ thì).
_BEFORE_MIDDLE = (
    "|".join(sorted(name.lower() for name in SURNAMES - {"Văn", "Thi", "Y", "H", "A", "La"})),
    "nguyen|tran|le|pham|hoang|huynh|phan|vu|bui|ngo|doan|dinh|trinh|luong",
)
_MIDDLE = "văn|thị|ngọc|đức|quốc|hữu|thùy|thuỳ|thúy|thuý|phương|kim|khánh|quỳnh|tuấn|diễm"
# Where a small name ends. Words that are also given names end it only in compounds, more so without marks.
_ENDS = (
    "bị|đã|được|sẽ|còn|mới|vừa|cũng|là|có|không|chưa|ở|và|với|cùng|của|do|bởi|khi|sau|trước|ngoài|trên|dưới"
    "|đến|về|ra|vào|đi|mất|chết|kêu|nói|kể|học|tuổi|lớp|quê|ngụ|trú|nhập viện|bỏ|rời|nhảy|đuối|xâm|cướp|giết"
    "|cần|gửi|lên|xuống|mà|quá|ơi|này|đó|ấy|nhé|ạ|cố lên|hãy|bao giờ|ngày|hôm|theo|rất|sinh (?:năm|ngày)"
    "|bạo (?:hành|lực)|tử vong|tự (?:tử|vẫn|sát|ý)|mong|xin|gọi|vụ|gia đình|phải|tội|khóc|sợ|đau|thấy|biết"
    "|muốn|lạc|mẹ|con|cháu|bé|em|trai|gái|phép|an toàn|ăn|đánh (?:nhau|đập)|năm nay|đang (?:học|ở|bị|đi|được)"
    "|vẫn (?:còn|chưa)|tại (?:nhà|trường|xã)|trong (?:khi|nhà|lớp|trường)|sống (?:ở|với|cùng)|hiếp dâm|nhân"
)
_ENDS_MARKED = "|đang|vẫn|tại|từ|trong|năm|sống|ngã|đánh|hiếp|thì|như|nhà|nghi|vì|tự|bạo"
_CUE = (
    r"(?<!\w)(?i:cháu|bé|em|gái|trai|nạn nhân|học sinh|nữ sinh|nam sinh|tên)"
    r"(?i: tên| là| gái| trai| của tôi){0,4}:? "
)


def _small_name(surnames: str, any_surname: str, ends: str) -> str:
    word = rf"(?!(?:{ends})(?!\w))[{SMALL}]+"
    given = f"(?!(?:bị|đã|là|có|và) )[{SMALL}]+"
    return (
        rf"(?:{_CUE}(?P<led>(?i:{surnames}) {word}(?: {word}){{0,2}})"
        rf"|(?<!\w)(?=\w+ (?:{_MIDDLE}) )"
        rf"(?P<full>(?i:{any_surname}) (?:{_MIDDLE}) {given}(?: {word})?))(?!\w)"
    )


_SMALL_NAME = (
    re.compile(_small_name(_SURNAMES[False], _BEFORE_MIDDLE[False], _ENDS + _ENDS_MARKED)),
    spelled(_small_name(_SURNAMES[True], _BEFORE_MIDDLE[True], _ENDS))[True],
)
FAMILY = both(SURNAMES)
END_WORDS = both(word for word in (_ENDS + _ENDS_MARKED).split("|") if word.isalpha())


Stretch = tuple[int, int]  # start and end in a field


class Field(NamedTuple):
    """A field of a page as it is read; every place in it is the same place in the page's."""

    text: str  # without diacritics if bare
    small: str  # the text in small letters
    names: str  # the text with names that were small or in capitals written as names are: "Nguyễn Thị Hoa"
    bare: bool  # typed without diacritics
    chat: bool  # names may be small


def speaks_of(fields: Iterable[Field], words: tuple[frozenset[str], frozenset[str]]) -> bool:
    """Say whether any of the words stands in one of the fields."""
    return any(word in typed.text for typed in fields for word in words[typed.bare])


def read(text: str, chat: bool) -> Field:
    """Return a field as it is read. `chat` says that it is no article's, where names are small at times."""
    sample = text[:_SAMPLE]
    bare = len(_MARKED.findall(sample)) * _SELDOM < len(sample) and not _ENGLISH.search(sample)
    if bare:
        text = unmarked(text)
    names = _IN_CAPITALS.sub(lambda run: _calmed(run, bare), text) if _TWO_IN_CAPITALS.search(text) else text
    if bare or chat:
        names = _SMALL_NAME[bare].sub(_raised, names)
    small = text.lower()
    return Field(text, small if len(small) == len(text) else text, names, bare, bare or chat)


def _raised(hit: re.Match[str]) -> str:
    """Return a small name, and what led to it, with the capitals that names have."""
    name = hit["led"] or hit["full"]
    return hit.group()[: -len(name)] + " ".join(word[0].upper() + word[1:] for word in name.split(" "))


def _calmed(run: re.Match[str], bare: bool) -> str:
    """Return a run of words in capitals as it were written but for the capitals, if it holds a name."""
    shout = run.group()
    before = run.string[max(0, run.start() - _BEFORE) : run.start()]
    small = (before + shout).lower()
    calm = _SMALL_NAME[bare].sub(_raised, small)
    if calm == small or len(calm) != len(before) + len(shout):
        return shout
    words = zip(shout.split(" "), calm[len(before) :].split(" "), strict=True)
    return " ".join(loud if not _VOWEL.search(unmarked(loud)) else word for loud, word in words)


def all_of(typed: Field, name: str) -> Iterator[Stretch]:
    """Yield where the small-lettered `name` stands, in letters of any case."""
    at = typed.small.find(name)
    while at >= 0:
        end = at + len(name)
        if not (typed.small[at - 1 : at].isalnum() or typed.small[end : end + 1].isalnum()):
            yield at, end
        at = typed.small.find(name, end)
