"""Whether capitalised words can be a person's name, and what stands right before and after them."""

from functools import cache

from babel import Locale

from nlp.identity_letters import both, spelled
from nlp.places import place_names

# Capitalised words after "em", "bé", "học sinh" that begin no name.
_NO_NAME_WORDS = (
    "Mình|Tui|Ai|Dưới|Trên|Gần|Hơn|Khoảng|Chừng|Thế|Chỉ|Chúng|Họ|Nó|Hắn|Đây|Đứa|Con|Bây|Nhà|Với|Cho|Bởi"
    "|Lúc|Năm|Như|Rồi|Hãy|Tết|Hồi|Toà|Tòa|"
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
_COUNTRIES = (
    "Arab Saudi|Anh|Mỹ|Nhật|Hàn|Úc|Palestine|Ukraine|Scotland|Hong Kong|Châu Phi|Châu Âu|Kurd|Rohingya"
)
_COMPOUND_AFTER = spelled(
    r" (?:giáo|thánh|đán|sinh|thanh|giới|bệnh|niên|an|ty|nhân|tra|tố|tác|quan|quân|đội|bình|luận|lý|sĩ|hành"
    r"|phủ|tin|hậu|khôi)(?!\w)"
)
# Abbreviations with a dot that end no name: the centre (Trung ương).
_NO_INITIALS = ("T.Ư", "T.Ư.", "T.W", "T.W.", "TP.")
CALLED = ("tên", "ten")


def begins_no_name(word: str, bare: bool) -> bool:
    """Say whether a capitalised word is one that begins no name: "Thấy", "Trường"."""
    return word in _NO_NAMES[bare]


def may_be_name(words: str, bare: bool, last: str = "") -> bool:
    """Say whether a capitalised run can be a person's name: no place, country, acronym or common word.

    After `last` "tên" a country's name is one too.
    """
    if "." in words:
        return not words.endswith(_NO_INITIALS)
    first, *more = words.split(" ")
    no_names = _NO_NAMES[bare]
    if first in no_names and not (bare and more[1:] and (first in _FAMILY_TOO or more[0] in ("Thi", "Van"))):
        return False
    if more and f"{first} {more[0]}" in no_names:
        return False
    if words in known_places(bare) or (words in _countries(bare) and last not in CALLED):
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
    words = left[-24:].rstrip(" \t“\"'‘(:–,-").rsplit(None, 1)
    return words[-1].lstrip("“\"'‘(–-").lower() if words else ""


def begins_compound(text: str, end: int, bare: bool) -> bool:
    """Say whether a capitalised syllable starts a common word: "Nam sinh", "Thanh niên", "Công an"."""
    return _COMPOUND_AFTER[bare].match(text, end) is not None
