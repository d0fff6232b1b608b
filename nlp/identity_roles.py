"""Words before and after a name that say what its bearer is: of age, an official, a suspect; or a place."""

from nlp.identity_letters import both, listed, spelled

_TITLES = "anh|chị|ông|bà|cô|chú|bác|dì|cậu|mợ|thím"
_ADULTS = listed(f"{_TITLES}|thầy|sĩ|sư|tá|úy|uý|trưởng|tịch|đốc|thư|viên")
# Typed without marks, "co" and "di" mostly are "có" and "đi".
ADULT_WORDS = (_ADULTS, both(_ADULTS)[True] - {"co", "di"})
PARENT = both(("anh", "chị"))
ELDERS = both(("anh", "chị", "ông", "bà"))
TEACHERS = both(("cô", "thầy"))
_CHILD_TITLES = frozenset(("cháu", "bé", "em", "con", "bạn", "sinh"))
CHILD_TITLES = both(_CHILD_TITLES)
# Words that are capitalised at the start of a sentence and belong before a name, not to it.
LEADING = both(_ADULTS | _CHILD_TITLES | listed("bố|mẹ|cha|ba|má|gái|trai|nạn|nhân|nam|nữ"))

# Whoever has one of these before the name is accused: a suspect (nghi phạm), held (tạm giam), tried (xử).
_ACCUSED = listed("cáo|can|phạm|thủ|tượng|giam|giữ|phạt|xử")
ACCUSED = both(_ACCUSED)
# … or an official, an expert, a teacher, a journalist, an artist.
_OFFICES = listed(
    "xế|sĩ|sỹ|sư|tá|úy|uý|trưởng|phó|tịch|đốc|thư|viên|thầy|giáo|văn|báo|trùm|hlv|gs|ts|ths|bs|pgs|khanh|toán"
    "|tướng|phán|thống|hoàng"
)
_OFFICES_OF_ALL = both(_OFFICES | _ACCUSED)
_OFFICE_AFTER = spelled(
    r"\s{0,2}(?:\(\d\d tuổi\)\s?)?[,(–-]\s{0,2}(?:\d\d tuổi, )?(?:là )?(?:nguyên |quyền |phó |bà |ông ){0,2}"
    r"(?i:chủ tịch|chủ nhiệm|giám đốc|hiệu trưởng|hiệu phó|trưởng|chánh|bí thư|viện trưởng|cán bộ|đại diện"
    r"|chuyên gia|cô giáo|giáo viên|thầy giáo|luật sư|bác sĩ|bác sỹ|tiến sĩ|nhà báo|phóng viên|đạo diễn"
    r"|diễn viên|ca sĩ|người phát ngôn|nhân viên|bảo vệ|hàng xóm)(?!\w)"
)
# Where one of these is spoken of, whoever is accused is the child's kin.
WITHIN_FAMILY = both(
    listed("con riêng|dượng|mẹ kế|loạn luân|con gái ruột|con trai ruột|con gái đẻ|con trai đẻ")
)

# After these a capitalised syllable is a place's or a direction's.
PLACE_WORDS = both(
    listed(
        "huyện|tỉnh|quận|phố|xã|phường|trấn|thôn|ty|miền|phía|hướng|nước|khoa|khẩu|sông|hồ|đập|chợ|chùa|núi"
        "|đảo|biển|viện|bến|ga|cảng|đèo|suối|khu"
    )
)
# After these initials are a source's, a photographer's, a place's, a thing's.
NO_PERSON_BEFORE = both(
    listed(
        "ảnh|nguồn|clip|video|theo|báo|bài|huyện|tỉnh|quận|phố|xã|phường|trấn|thôn|ấp|bản|ty|trường|lớp|vitamin|khối"
        "|nhóm|gan|karaoke|hotel"
    )
)


def in_office(text: str, end: int, beside: str, bare: bool) -> bool:
    """Say whether the name is of an official, an expert, a teacher, a suspect: "đại tá", ", giám đốc"."""
    return beside in _OFFICES_OF_ALL[bare] or _OFFICE_AFTER[bare].match(text, end) is not None
