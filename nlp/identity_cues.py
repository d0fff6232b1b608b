"""What the words before and after a name say of whose it is: a child's, a relative's, someone else's."""

import re
from enum import Enum, auto

from nlp import identity_roles as roles
from nlp.identity_letters import CAPITAL, both, listed, spelled
from nlp.identity_reading import Field
from nlp.identity_words import CALLED, begins_compound, may_be_name


class Cue(Enum):
    """Whose name it is by the words about it."""

    NO_NAME = auto()
    CHILD = auto()
    OWN = auto()  # "con gái Mẫu": a daughter of that name, or a daughter of that person
    KIN = auto()
    THEIRS = auto()  # "bố Mẫu": a father of that name, or the father of that person
    RAISES = auto()  # "Mẫu đưa con đi khám": a parent if it is no official
    PARENT = auto()  # of a family or a child that is spoken of: a parent if it is no official, no suspect
    OFFICE = auto()  # an official's, an expert's, a suspect's
    ADULT = auto()
    OPEN = auto()


_CHILD = (
    "cháu|bé|em|học sinh|nữ sinh|nam sinh|thí sinh|con trai|con gái|cháu trai|cháu gái|cậu bé|cô bé"
    "|bé trai|bé gái|thiếu nữ|thiếu niên|em trai|em gái"
)
_BETWEEN = (
    r"gái|trai|nhỏ|sơ sinh|tên thật|tên|là|có|học sinh|ruột|út|cả|lớn|đầu lòng|của mình|tôi|mình|mồ côi"
    r"|nạn nhân|này|gồm|\d+ (?:tháng )?tuổi|lớp \d+"
)
_END = r"\s*(?:(?<=tên|.là|gồm)\s*:)?\s*[“\"'‘(]?$"
_CHILD_BEFORE = spelled(rf"(?<!\w)(?i:{_CHILD})(?:\s+(?i:{_BETWEEN}))*{_END}")
_APPOSED_BEFORE = spelled(r"(?<!\w)(?i:(?:con|anh|em) trai|(?:con|chị|em) gái)(?: \w+){0,2},\s*$")
_NAMED_BEFORE = spelled(
    r"(?<!\w)(?i:con|trẻ|đứa bé|nạn nhân|bị hại|bạn|cô gái|thiếu nữ|\w+ sinh)(?:\s+\w+){0,2},?\s+"
    rf"(?:tên là|tên){_END}|(?<!\w)(?:[1-9]|1[0-7]) tuổi,? (?:là|tên|tên là){_END}"
    rf"|(?<!\w)tên viết tắt(?: là)?{_END}"
)
_MANY_BEFORE = spelled(r"(?<!\w)(?i:trẻ|anh|chị|đàn|ông|bà) (?:em|cháu)\s*$")
# The last words that these patterns can end with: a quick look before the slow one.
_CHILD_TAILS = both(
    listed(
        "cháu|bé|em|sinh|trai|gái|nữ|niên|nhỏ|thật|tên|là|có|ruột|út|cả|lớn|lòng|mình|tôi|côi|nhân|này|gồm|tuổi"
        "|tắt"
    )
)

_AGE_AFTER = spelled(
    r"\.?\s{0,3}(?:\([^()\d\n]{0,25} |[,(–-]?\s{0,3})(?:mới |khoảng |gần |hơn |chưa đầy |hiện )?(\d{1,2})"
    r"(?:[.,]5)?\s?(tháng tuổi|ngày tuổi|tuổi|tháng|t\b)"
)
_YEARS = ("tuổi", "tuoi", "t")  # other ages are in months and days
_BORN_AFTER = spelled(r"\.?\s{0,3}[,(–-]\s{0,3}(?:SN|sinh năm|sinh ngày [\d/.-]{0,12}?)\s?((?:19|20)\d\d)")
_PUPIL_AFTER = spelled(
    r"\.?\s{0,3}[,(–-]\s{0,3}(?:(?:hiện|đang|là|em|nữ|nam) ){0,4}(?:học sinh|HS|học lớp|lớp \d)"
    r"|\s{1,3}(?:hiện |đang ){0,2}(?:học lớp \d|là học sinh lớp \d)"
)

_KIN = (
    "bố mẹ|cha mẹ|ba mẹ|bố|mẹ|cha|ba|má|ông nội|ông ngoại|bà nội|bà ngoại|cha dượng|bố dượng|dượng|mẹ kế"
    "|chị gái|anh trai|chị ruột|anh ruột|cô ruột|chú ruột|bác ruột|dì ruột|cậu ruột|phụ huynh"
    "|người giám hộ|anh họ|chị họ"
)
_TITLE = "anh|chị|ông|bà|cô|chú|bác|dì|cậu|mợ|thím"
_HIS = "con (?:trai|gái|ruột|riêng|út|lớn|đầu|nuôi)|cháu (?:nội|ngoại|ruột|họ|vợ|gái|trai)"
_OF = (
    "của|cháu|bé|em|nạn nhân|học sinh|nữ sinh|nam sinh|trẻ|cậu|cô|gái|trai|này|hai|các|con|ruột|đẻ|nuôi|là"
    rf"|tên|họ|[{CAPITAL}][\w.]*"
)
_KIN_BEFORE = spelled(
    rf"(?<!\w)(?:(?i:{_KIN})(?:\s+(?:{_OF}))*(?:\s*[:(–-]?\s*(?:(?:là|tên)\s+)*(?:(?:{_TITLE})\s+)?"
    rf"|\s*,\s*(?:là\s+)?(?:{_TITLE})\s+)"
    rf"|(?i:{_HIS}|con|cháu)(?:\s+(?:của|vợ chồng|nhà))*\s+(?:{_TITLE})\s+|(?i:{_HIS})\s+của\s+)$"
)
_KIN_OF = spelled(rf"(?<!\w)(?i:{_HIS}|con)\s+của\s+$")
_HOUSEHOLD_BEFORE = spelled(
    r"(?<!\w)(?i:vợ chồng|gia đình|người nhà)(?:\s+(?:của|nhà))?\s+(?:(?:anh|chị|ông|bà)\s+)?$"
)
_KIN_TAILS = both(
    listed(f"{_TITLE}|chồng|đình|nhà|bố|mẹ|cha|ba|má|nội|ngoại|dượng|kế|gái|trai|ruột|đẻ|là|tên|của")
)
_OWN = 200  # code points to either side: the sentence and the next
_OWN_CHILD = spelled(
    r"(?<!\w)(?:con (?:trai|gái|nhỏ|mình|tôi|út|ruột|em)|(?:hai|các|ba) con|vợ chồng"
    r"|(?:cho|với|tìm|đưa|bế|mất|thương|đón|nhận|chở|mong|thấy|cứu) con"
    r"(?! (?:nuôi|số|người|đường|vật|chó)))(?!\w)"
)
_CHILD_GOES_ON = spelled(
    rf"\.?(?:\s{{0,2}}\([^()\n]{{0,60}}\))?[^.;:()\n{CAPITAL}]{{0,90}}?(?<!\w)(?:"
    r"(?:cùng|và|với|đưa|bế|chở|dẫn|ôm|bỏ|sinh|nuôi|giết|bán|đánh|tìm|đón|cho|mất|hạ|rơi|chết|khỏi|nhận|thấy|gả"
    r"|ảnh|có|của) (?:được |hai |ba |các |đứa |cả |cậu |cô |người |\d |hơn |mấy |nhiều ){0,3}"
    r"(?:con(?: trai| gái| nhỏ| ruột| mình| đẻ)?|cháu (?:nội|ngoại))|bên cháu (?:nội|ngoại)"
    r"|con (?:trai |gái )?(?:ruột|mình|đẻ|riêng|của mình))"
    r"(?!\w| (?:nuôi|người|số|vật|chó|dao|đường|tàu|xe|kênh|sông|bú|mèo|trâu|bò|cá))"
)
# "bố" is father, and the end of "công bố", "khủng bố"; without marks of "cán bộ", "nội bộ" too.
_NO_FATHER = (
    re.compile(r"(?i:khủng|công|tuyên|phân|truy) bố\s*$"),
    re.compile(r"(?i:khung|can|noi|toan|bac|cong|tuyen|dang|phan|truy|mot so) bo\s*$"),
)
_KIN_AFTER = spelled(
    rf"\.?\s{{0,3}}(?:\([^()]{{0,80}}?|(?:\([^()]{{0,80}}\)\s{{0,3}})?[,–-]\s{{0,3}}(?:\d+ tuổi,\s)?(?:là\s)?"
    rf"(?:một\s)?|là\s+|(?=(?:bố|cha) dượng|mẹ kế))"
    r"(?<!\w)(?!ba (?:học|nữ|nam|nạn|đứa|trẻ|con|cô|cậu|anh|chị|người))"  # three pupils, not a father
    rf"(?:{_KIN})(?:\s+(?:của|ruột|đẻ|nuôi|kế)){{0,3}}\s{{0,3}}"
    rf"(?:cháu|bé|em|nạn nhân|nữ sinh|nam sinh|học sinh|con|hai|đứa|đã|có|cậu|cô|anh|chị|[,)]|[{CAPITAL}])"
)


def cue(typed: Field, start: int, end: int, words: str, left: str, last: str, year: int) -> Cue:
    """Return whose name the words from `start` to `end` are in a page of that year.

    `left` is what stands before them in their line, `last` its last word in small letters.
    """
    text, bare = typed.names, typed.bare
    beside = word_beside(left, last)
    if not may_be_name(words, bare, last) or left.endswith(("trại giam ", "trai giam ")):
        return Cue.NO_NAME
    if " " not in words and begins_compound(text, end, bare):
        return Cue.NO_NAME
    if beside not in roles.TEACHERS[bare] and _child_after(text, end, year, bare):
        return Cue.CHILD
    adult = adult_after(text, end, year, bare)
    if not adult and _child_before(left, last, bare):
        return Cue.OWN if _own_before(left, last) else Cue.CHILD
    if not adult and _child_around(left, last, text, end, bare):
        return Cue.CHILD
    if _KIN_AFTER[bare].match(text, end):
        return Cue.KIN
    if _kin_before(left, last, bare):
        grown = beside in roles.ADULT_WORDS[bare] or " " in words or _KIN_OF[bare].search(left)
        return Cue.KIN if grown else Cue.THEIRS
    if adult and last in CALLED and _NAMED_BEFORE[bare].search(left):
        return Cue.KIN  # "đứa con lớn tên Mẫu (21 tuổi)"
    if _has_child(text, end, words, beside, bare):
        return Cue.RAISES
    if roles.in_office(text, end, beside, bare):
        return Cue.OFFICE
    if last in _KIN_TAILS[bare] and _HOUSEHOLD_BEFORE[bare].search(left):
        return Cue.PARENT  # "gia đình anh", "vợ chồng chị"
    if beside in roles.PARENT[bare] and _OWN_CHILD[bare].search(text, max(0, start - _OWN), end + _OWN):
        return Cue.PARENT
    return Cue.ADULT if adult else Cue.OPEN


def word_beside(left: str, last: str) -> str:
    """Return the last word of what stands before a name if nothing but a space or colon is between, or ""."""
    return last if left[-2:-1].isalnum() or left[-2:] == ": " else ""


def _child_around(left: str, last: str, text: str, end: int, bare: bool) -> bool:
    """Say whether the name stands between commas after a word for one's child: "con trai, Mẫu, kể"."""
    if text[end : end + 1] != "," or last not in _CHILD_TAILS[bare]:
        return False
    return _APPOSED_BEFORE[bare].search(left) is not None


def _child_before(left: str, last: str, bare: bool) -> bool:
    """Say whether a word for a child leads to the name: "cháu", "bé gái 5 tuổi tên là", "nam sinh lớp 9"."""
    if not (last in _CHILD_TAILS[bare] or last.isdigit()):
        return False
    leads = _CHILD_BEFORE[bare].search(left) or _NAMED_BEFORE[bare].search(left)
    return bool(leads and not _MANY_BEFORE[bare].search(left))


def _child_after(text: str, end: int, year: int, bare: bool) -> bool:
    """Say whether what follows makes the name a child's: an age under 18, a birth year, a class."""
    if age := _AGE_AFTER[bare].match(text, end):
        return age[2] not in _YEARS or int(age[1]) < 18
    if born := _BORN_AFTER[bare].match(text, end):
        return int(born[1]) > year - 18
    return _PUPIL_AFTER[bare].match(text, end) is not None


def adult_after(text: str, end: int, year: int, bare: bool) -> bool:
    """Say whether an age of 18 or more follows, or a year of birth that makes one older."""
    if age := _AGE_AFTER[bare].match(text, end):
        return age[2] in _YEARS and int(age[1]) >= 18
    born = _BORN_AFTER[bare].match(text, end)
    return born is not None and int(born[1]) < year - 18


def _kin_before(left: str, last: str, bare: bool) -> bool:
    """Say whether a word of kin leads to the name: "mẹ cháu là chị", "gia đình anh", "bà ngoại"."""
    if last not in _KIN_TAILS[bare] or (last in ("bố", "bo") and _NO_FATHER[bare].search(left)):
        return False
    return _KIN_BEFORE[bare].search(left) is not None


def _own_before(left: str, last: str) -> bool:
    """Say whether "con trai", "con gái" stands right before the name: the child's, or its parent's."""
    return last in ("trai", "gái", "gai") and left.lower().endswith(("con trai ", "con gái ", "con gai "))


def _has_child(text: str, end: int, words: str, beside: str, bare: bool) -> bool:
    """Say whether the sentence goes on with the person's own child: "Mẫu (29 tuổi) và con gái 3 tuổi"."""
    if not (beside in roles.ELDERS[bare] or (" " in words and beside not in roles.PLACE_WORDS[bare])):
        return False
    return _CHILD_GOES_ON[bare].match(text, end) is not None
