"""What the words before and after a name say of whose it is: a child's, a relative's, someone else's."""

import re
from functools import cache

from babel import Locale

from nlp.identity_letters import CAPITAL, both, spelled
from nlp.places import place_names

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
_APPOSED_BEFORE = spelled(r"(?<!\w)(?i:con (?:trai|gái))(?: \w+){0,2},\s*$")
_NAMED_BEFORE = spelled(
    r"(?<!\w)(?i:con|trẻ|đứa bé|nạn nhân|bị hại|bạn|cô gái|thiếu nữ|\w+ sinh)(?:\s+\w+){0,2},?\s+"
    rf"(?:tên là|tên){_END}"
)
_MANY_BEFORE = spelled(r"(?<!\w)(?i:trẻ|anh|chị|đàn|ông|bà) (?:em|cháu)\s*$")
# The last words that these patterns can end with: a quick look before the slow one.
_TAILS = (
    "cháu|bé|em|sinh|trai|gái|nữ|niên|nhỏ|thật|tên|là|có|ruột|út|cả|lớn|lòng|mình|tôi|côi|nhân|này|gồm|tuổi"
)
_CHILD_TAILS = both(_TAILS.split("|"))

_AGE_AFTER = spelled(
    r"\.?\s{0,3}[,(–-]?\s{0,3}(?:mới |khoảng |gần |hơn |chưa đầy |hiện )?(\d{1,2})(?:[.,]5)?"
    r"\s?(tháng tuổi|ngày tuổi|tuổi|tháng|t\b)"
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
    rf"(?<!\w)(?:(?i:{_KIN})(?:\s+(?:{_OF}))*\s*[,:(–-]?\s*(?:(?:là|tên)\s+)*(?:(?:{_TITLE})\s+)?"
    rf"|(?i:{_HIS}|con)(?:\s+(?:của|vợ chồng|nhà))*\s+(?:{_TITLE})\s+|(?i:{_HIS})\s+của\s+)$"
)
_HOUSEHOLD_BEFORE = spelled(rf"(?<!\w)(?i:vợ chồng|gia đình|người nhà)(?:\s+(?:của|nhà))?\s+(?:{_TITLE})\s+$")
_KIN_TAILS = both(f"{_TITLE}|bố|mẹ|cha|ba|má|nội|ngoại|dượng|kế|gái|trai|ruột|đẻ|là|tên|của".split("|"))
_OWN = 200  # code points to either side: the sentence and the next
PARENT = both(("anh", "chị"))
_OWN_CHILD = spelled(r"(?<!\w)(?:con (?:trai|gái|nhỏ|mình|tôi|út|ruột|em)|(?:hai|các|ba) con|vợ chồng)(?!\w)")
# Without marks "bo" is father, and the end of "khủng bố", "cán bộ", "nội bộ" too.
_NO_FATHER = re.compile(r"(?i:khung|can|noi|toan|bac|cong|tuyen|dang|mot so) bo\s*$")
_KIN_AFTER = spelled(
    rf"\.?\s{{0,3}}(?:\([^()]{{0,80}}?|(?:\([^()]{{0,80}}\)\s{{0,3}})?[,–-]\s{{0,3}}(?:\d+ tuổi,\s)?(?:là\s)?"
    rf"|là\s+|(?=(?:bố|cha) dượng|mẹ kế))"
    rf"(?<!\w)(?:{_KIN})(?:\s+(?:của|ruột|đẻ|nuôi|kế)){{0,3}}\s{{0,3}}"
    rf"(?:cháu|bé|em|nạn nhân|nữ sinh|nam sinh|học sinh|con|hai|đứa|đã|cậu|cô|anh|chị|[,)]|[{CAPITAL}])"
)
_CREDIT_BEFORE = spelled(r"(?i:ảnh|nguồn|clip|video|theo|báo|bài)\s*:?\s*$")
_LAST_WORD = re.compile(r"(\w+)[\s“\"'‘(:–,-]*$")

_ADULTS = frozenset(
    (*_TITLE.split("|"), "thầy", "sĩ", "sư", "tá", "úy", "uý", "trưởng", "tịch", "đốc", "thư", "viên")
)
# Typed without marks, "co" and "di" mostly are "có" and "đi".
ADULT_WORDS = (_ADULTS, both(_ADULTS)[True] - {"co", "di"})
# After these a capitalised syllable is a place's or a direction's.
PLACE_WORDS = both(
    ("huyện", "tỉnh", "quận", "phố", "xã", "phường", "trấn", "thôn", "ty", "miền", "phía", "hướng", "nước")
)
_CHILD_TITLES = frozenset(("cháu", "bé", "em", "con", "bạn", "sinh"))
CHILD_TITLES = both(_CHILD_TITLES)
# Words that are capitalised at the start of a sentence and belong before a name, not to it.
LEADING = both(
    _ADULTS
    | _CHILD_TITLES
    | frozenset(("bố", "mẹ", "cha", "ba", "má", "gái", "trai", "nạn", "nhân", "nam", "nữ"))
)

# Capitalised words after "em", "bé", "học sinh" that begin no name.
_NO_NAME_WORDS = (
    "Mình|Tui|Ai|Dưới|Trên|Gần|Hơn|Khoảng|Chừng|Thế|Chỉ|Chúng|Họ|Nó|Hắn|Đây|Đứa|Con|Bây|Nhà|Với|Cho|Bởi"
    "|Lúc|Năm|Như|Rồi|Hãy|"
    "Không|Có|Là|Đã|Bị|Đang|Sẽ|Và|Nhưng|Thì|Mà|Được|Tôi|Này|Đó|Ấy|Ơi|Vừa|Mới|Rất|Cũng|Còn|Thấy"
    "|Trường|Lớp|Liên|Đội|Hội|Đoàn|Bộ|Sở|Công|Sáng|Chiều|Tối|Trưa|Hôm|Ngày|Hiện|Theo|Sau|Trước|Khi"
    "|Trong|Tại|Từ|Ở|Vì|Do|Tuy|Ảnh|Gia|Hai|Ba|Các|Những|Một|Cả|Quá|Nếu|Để|Cơ|Người|Việt|Việt Nam"
    "|Tây|Tàu|Kinh|Mông|H'Mông|Dao|Tày|Nùng|Khmer|Trung ương|Heo Peppa|Peppa|Lọ Lem|Bạch Tuyết|Quàng Khăn Đỏ"
    "|Bán Diêm|Facebook|Google|YouTube|TikTok|Zalo"
)
# Without marks "Bo" is father and ministry (Giáo dục, Lao động, Xây dựng, Thông tin, Nội vụ); deputies and
# directors (Phó, Giám đốc) stand after "ba", Europe (Âu) after "chau".
_NO_BARE_NAMES = frozenset(("Giao", "Lao", "Xay", "Thong", "Noi", "Ngoai", "Pho", "Giam", "Au"))
# So spelled are "do", "họ", "đang", the Dao, and the family names Đỗ, Hồ, Đặng, Đào, if two syllables follow.
_FAMILY_TOO = frozenset(("Do", "Ho", "Dang", "Dao"))
_NO_NAMES = both(_NO_NAME_WORDS.split("|"))
_NO_NAMES = (_NO_NAMES[False], _NO_NAMES[True] | _NO_BARE_NAMES)
# Spoken names of countries and peoples beside those of the Unicode CLDR. A country is no name by itself only:
# "nữ sinh Nhật" is Japanese, "bé Nhật Linh" is a name.
_COUNTRIES = "Anh|Mỹ|Nhật|Hàn|Úc|Palestine|Ukraine|Scotland|Hong Kong|Châu Phi|Châu Âu|Kurd|Rohingya"
_COMPOUND_AFTER = spelled(
    r" (?:sinh|thanh|giới|bệnh|niên|an|ty|nhân|tra|tố|tác|quan|quân|đội|bình|luận|lý|sĩ|hành|phủ|tin"
    r"|hậu|khôi)(?!\w)"
)


def begins_no_name(word: str, bare: bool) -> bool:
    """Say whether a capitalised word is one that begins no name: "Thấy", "Trường"."""
    return word in _NO_NAMES[bare]


def may_be_name(words: str, bare: bool) -> bool:
    """Say whether a capitalised run can be a person's name: no place, country, acronym or common word."""
    if "." in words:
        return True
    first, *more = words.split(" ")
    no_names = _NO_NAMES[bare]
    if first in no_names and not (bare and more[1:] and (first in _FAMILY_TOO or more[0] in ("Thi", "Van"))):
        return False
    if more and f"{first} {more[0]}" in no_names:
        return False
    if words in known_places(bare) or words in _countries(bare):
        return False
    return len(first) == 1 or not first.isupper()


@cache
def known_places(bare: bool) -> frozenset[str]:
    """Return the names of provinces, towns and districts, as text of this kind spells them."""
    return both(place_names())[bare]


@cache
def _countries(bare: bool) -> frozenset[str]:
    territories = Locale("vi").territories
    names = (name for code, name in territories.items() if code.isalpha())
    return both((*names, *_COUNTRIES.split("|")))[bare]


def is_country(word: str, bare: bool) -> bool:
    """Say whether a word is a country's name: "Nhật" of "Nhật Linh" is no given name."""
    return word in _countries(bare)


def last_word(left: str) -> str:
    """Return the last word of what stands before a name, lower case."""
    found = _LAST_WORD.search(left[-24:])
    return found[1].lower() if found else ""


def child_around(left: str, last: str, text: str, end: int, bare: bool) -> bool:
    """Say whether the name stands between commas after a word for one's child: "con trai, Mẫu, kể"."""
    if text[end : end + 1] != "," or last not in _CHILD_TAILS[bare]:
        return False
    return _APPOSED_BEFORE[bare].search(left) is not None


def child_before(left: str, last: str, bare: bool) -> bool:
    """Say whether a word for a child leads to the name: "cháu", "bé gái 5 tuổi tên là", "nam sinh lớp 9"."""
    if not (last in _CHILD_TAILS[bare] or last.isdigit()):
        return False
    leads = _CHILD_BEFORE[bare].search(left) or _NAMED_BEFORE[bare].search(left)
    return bool(leads and not _MANY_BEFORE[bare].search(left))


def child_after(text: str, end: int, year: int, bare: bool) -> bool:
    """Say whether what follows makes the name a child's: an age under 18, a birth year, a class."""
    if age := _AGE_AFTER[bare].match(text, end):
        return age[2] not in _YEARS or int(age[1]) < 18
    if born := _BORN_AFTER[bare].match(text, end):
        return int(born[1]) > year - 18
    return _PUPIL_AFTER[bare].match(text, end) is not None


def adult_after(text: str, end: int, year: int, bare: bool) -> bool:
    """Say whether an age of 18 or more follows, or a year of birth that makes one as old."""
    if age := _AGE_AFTER[bare].match(text, end):
        return age[2] in _YEARS and int(age[1]) >= 18
    born = _BORN_AFTER[bare].match(text, end)
    return born is not None and int(born[1]) <= year - 18


def kin_before(left: str, last: str, bare: bool) -> bool:
    """Say whether a word of kin leads to the name: "mẹ cháu là chị", "gia đình anh", "bà ngoại"."""
    if last not in _KIN_TAILS[bare] or (bare and last == "bo" and _NO_FATHER.search(left)):
        return False
    return _KIN_BEFORE[bare].search(left) is not None


def household_before(left: str, last: str, bare: bool) -> bool:
    """Say whether the name is the head of a household: "gia đình anh", "vợ chồng chị"."""
    return last in _KIN_TAILS[bare] and _HOUSEHOLD_BEFORE[bare].search(left) is not None


def speaks_of_own_child(text: str, start: int, end: int, last: str, bare: bool) -> bool:
    """Say whether "anh" or "chị" before a name is a parent: their own child is spoken of near it."""
    if last not in PARENT[bare]:
        return False
    return _OWN_CHILD[bare].search(text, max(0, start - _OWN), end + _OWN) is not None


def kin_after(text: str, end: int, bare: bool) -> bool:
    """Say whether a word of kin follows the name: "(35 tuổi, mẹ bé)", ", bố của cháu"."""
    return _KIN_AFTER[bare].match(text, end) is not None


def credited(left: str, bare: bool) -> bool:
    """Say whether the name is a source's or photographer's: "Ảnh: N.T."."""
    return _CREDIT_BEFORE[bare].search(left) is not None


def begins_compound(text: str, end: int, bare: bool) -> bool:
    """Say whether a capitalised syllable starts a common word: "Nam sinh", "Thanh niên", "Công an"."""
    return _COMPOUND_AFTER[bare].match(text, end) is not None
