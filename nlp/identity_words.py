"""What the words before and after a name say of whose it is: a child's, a relative's, someone else's."""

import re
from functools import cache

from nlp.identity_letters import CAPITAL, both, spelled
from nlp.places import place_names

_CHILD = (
    "cháu|bé|em|học sinh|nữ sinh|nam sinh|con trai|con gái|cháu trai|cháu gái|cậu bé|cô bé|bé trai|bé gái"
    "|thiếu nữ|thiếu niên|em trai|em gái"
)
_BETWEEN = (
    r"gái|trai|nhỏ|sơ sinh|tên thật|tên|là|có|học sinh|ruột|út|cả|lớn|đầu lòng|của mình|tôi|mình|mồ côi"
    r"|nạn nhân|này|gồm|\d+ (?:tháng )?tuổi|lớp \d+"
)
_END = r"\s*(?:(?<=tên|.là|gồm)\s*:)?\s*[“\"'‘(]?$"
_CHILD_BEFORE = spelled(rf"(?<!\w)(?i:{_CHILD})(?:\s+(?i:{_BETWEEN}))*{_END}")
_NAMED_BEFORE = spelled(rf"(?<!\w)(?i:con|trẻ|đứa bé|nạn nhân|bạn)(?:\s+\w+){{0,2}}\s+(?:tên là|tên){_END}")
_MANY_BEFORE = spelled(r"(?<!\w)(?i:trẻ|anh|chị|đàn|ông|bà) (?:em|cháu)\s*$")
# The last words that these patterns can end with: a quick look before the slow one.
_TAILS = (
    "cháu|bé|em|sinh|trai|gái|nữ|niên|nhỏ|thật|tên|là|có|ruột|út|cả|lớn|lòng|mình|tôi|côi|nhân|này|gồm|tuổi"
)
_CHILD_TAILS = both(_TAILS.split("|"))

_AGE_AFTER = spelled(
    r"\.?\s*[,(–-]?\s*(?:mới |khoảng |gần |hơn |chưa đầy |hiện )?(\d{1,2})(?:[.,]5)?"
    r"\s?(tháng tuổi|ngày tuổi|tuổi|tháng|t\b)"
)
_YEARS = ("tuổi", "tuoi", "t")  # other ages are in months and days
_BORN_AFTER = spelled(r"\.?\s*[,(–-]\s*(?:SN|sinh năm|sinh ngày [\d/.-]*?)\s?((?:19|20)\d\d)")
_PUPIL_AFTER = spelled(
    r"\.?\s*[,(–-]\s*(?:(?:hiện|đang|là|em|nữ|nam) )*(?:học sinh|HS|học lớp|lớp \d)"
    r"|\s+(?:hiện |đang )*(?:học lớp \d|là học sinh lớp \d)"
)

_KIN = (
    "bố mẹ|cha mẹ|ba mẹ|bố|mẹ|cha|ba|má|ông nội|ông ngoại|bà nội|bà ngoại|cha dượng|bố dượng|dượng|mẹ kế"
    "|chị gái|anh trai|chị ruột|anh ruột|cô ruột|chú ruột|bác ruột|dì ruột|cậu ruột|phụ huynh|người nhà"
    "|người giám hộ|anh họ|chị họ"
)
_TITLE = "anh|chị|ông|bà|cô|chú|bác|dì|cậu|mợ|thím"
_OF = (
    "của|cháu|bé|em|nạn nhân|học sinh|nữ sinh|nam sinh|trẻ|cậu|cô|gái|trai|này|hai|các|con|ruột|đẻ|nuôi|là"
    rf"|tên|họ|[{CAPITAL}][\w.]*"
)
_KIN_BEFORE = spelled(
    rf"(?<!\w)(?:(?i:{_KIN})(?:\s+(?:{_OF}))*\s*[,:(–-]?\s*(?:(?:là|tên)\s+)*(?:(?:{_TITLE})\s+)?"
    rf"|(?i:vợ chồng|gia đình|con trai|con gái|con ruột|con riêng|con|cháu nội|cháu ngoại|nhà)"
    rf"(?:\s+(?:của|vợ chồng|nhà))*\s+(?:{_TITLE})\s+)$"
)
_KIN_TAILS = both(f"{_TITLE}|bố|mẹ|cha|ba|má|nội|ngoại|dượng|kế|gái|trai|ruột|đẻ|là|tên".split("|"))
# Without marks "bo" is father, and the end of "khủng bố", "cán bộ", "nội bộ" too.
_NO_FATHER = re.compile(r"(?i:khung|can|noi|toan|bac|cong|tuyen|dang|mot so) bo\s*$")
_KIN_AFTER = spelled(
    rf"\.?\s*(?:\([^()]{{0,80}}?|(?:\([^()]{{0,80}}\)\s*)?[,–-]\s*(?:\d+ tuổi,\s*)?(?:là\s+)?|là\s+)"
    rf"(?<!\w)(?:{_KIN})(?:\s+(?:của|ruột|đẻ|nuôi|kế))*\s*"
    rf"(?:cháu|bé|em|nạn nhân|nữ sinh|nam sinh|học sinh|con|hai|đứa|cậu|cô|anh|chị|[,)]|[{CAPITAL}])"
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
    "|Lúc|Như|Rồi|Hãy|"
    "Không|Có|Là|Đã|Bị|Đang|Sẽ|Và|Nhưng|Thì|Mà|Được|Tôi|Này|Đó|Ấy|Ơi|Vừa|Mới|Rất|Cũng|Còn|Thấy"
    "|Trường|Lớp|Liên|Đội|Hội|Đoàn|Bộ|Sở|Công|Sáng|Chiều|Tối|Trưa|Hôm|Ngày|Hiện|Theo|Sau|Trước|Khi"
    "|Trong|Tại|Từ|Ở|Vì|Do|Tuy|Ảnh|Gia|Hai|Ba|Các|Những|Một|Cả|Quá|Nếu|Để|Cơ|Người|Việt|Việt Nam"
    "|Mỹ|Nhật|Nhật Bản|Hàn|Hàn Quốc|Triều Tiên|Trung Quốc|Ấn Độ|Anh|Pháp|Đức|Nga|Úc|Thái Lan|Lào"
    "|Campuchia|Singapore|Malaysia|Philippines|Indonesia|Syria|Israel|Châu Phi|Na Uy|Tây|Tàu|Kinh"
    "|Mông|H'Mông|Dao|Tày|Nùng|Khmer|Trung ương|Heo Peppa|Peppa|Lọ Lem|Bạch Tuyết|Quàng Khăn Đỏ"
    "|Bán Diêm|Facebook|Google|YouTube|TikTok|Zalo"
)
# Without marks "Bo" is father and ministry (Giáo dục, Lao động, Xây dựng, Thông tin, Nội vụ); deputies and
# directors (Phó, Giám đốc) stand after "ba", Europe (Âu) after "chau".
_NO_BARE_NAMES = frozenset(("Giao", "Lao", "Xay", "Thong", "Noi", "Ngoai", "Pho", "Giam", "Au"))
# So spelled are "do", "họ", "đang", the Dao, and the family names Đỗ, Hồ, Đặng, Đào, if two syllables follow.
_FAMILY_TOO = frozenset(("Do", "Ho", "Dang", "Dao"))
_NO_NAMES = both(_NO_NAME_WORDS.split("|"))
_NO_NAMES = (_NO_NAMES[False], _NO_NAMES[True] | _NO_BARE_NAMES)
_COMPOUND_AFTER = spelled(
    r" (?:sinh|thanh|giới|bệnh|niên|an|ty|nhân|tra|tố|tác|quan|quân|đội|bình|luận|lý|sĩ|hành|phủ|tin)(?!\w)"
)


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
    if words in known_places(bare):
        return False
    return len(first) == 1 or not first.isupper()


@cache
def known_places(bare: bool) -> frozenset[str]:
    """Return the names of provinces, towns and districts, as text of this kind spells them."""
    return both(place_names())[bare]


def last_word(left: str) -> str:
    """Return the last word of what stands before a name, lower case."""
    found = _LAST_WORD.search(left[-24:])
    return found[1].lower() if found else ""


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


def adult_after(text: str, end: int, bare: bool) -> bool:
    """Say whether an age of 18 or more follows."""
    age = _AGE_AFTER[bare].match(text, end)
    return age is not None and age[2] in _YEARS and int(age[1]) >= 18


def kin_before(left: str, last: str, bare: bool) -> bool:
    """Say whether a word of kin leads to the name: "mẹ cháu là chị", "gia đình anh", "bà ngoại"."""
    if last not in _KIN_TAILS[bare] or (bare and last == "bo" and _NO_FATHER.search(left)):
        return False
    return _KIN_BEFORE[bare].search(left) is not None


def kin_after(text: str, end: int, bare: bool) -> bool:
    """Say whether a word of kin follows the name: "(35 tuổi, mẹ bé)", ", bố của cháu"."""
    return _KIN_AFTER[bare].match(text, end) is not None


def credited(left: str, bare: bool) -> bool:
    """Say whether the name is a source's or photographer's: "Ảnh: N.T."."""
    return _CREDIT_BEFORE[bare].search(left) is not None


def begins_compound(text: str, end: int, bare: bool) -> bool:
    """Say whether a capitalised syllable starts a common word: "Nam sinh", "Thanh niên", "Công an"."""
    return _COMPOUND_AFTER[bare].match(text, end) is not None
