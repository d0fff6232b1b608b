"""Where a child lives and learns, and when it was born: address below the province, school, class, birth."""

import re
from collections.abc import Iterator
from functools import cache

from nlp.identity_letters import CAPITAL, NAME_WORDS, both, spelled
from nlp.identity_numbers import Found
from nlp.identity_words import known_places
from nlp.places import district_names

_NUMBER = r"\d+[A-Za-z]?(?:[/.-]\d+[A-Za-z]?)*(?!\w)"


def _either_case(words: str) -> str:
    """Return the alternatives `a|b` also with a first capital."""
    return words + "|" + "|".join(word.capitalize() for word in words.split("|"))


# Hamlets, wards and communes are masked wherever a child is spoken of; districts and streets only as part of
# an address, since events happen in them. Without marks
# "ban 5", "xa 3" mostly are "bán 5", "xa 3".
_LOW = _either_case(
    "thôn|ấp|xóm|bản|làng|buôn|sóc|phum|tổ dân phố|tổ|khu phố|khóm|khu dân cư|ngõ|ngách|hẻm|kiệt"
    "|phường|xã|thị trấn"
)
_HIGH = _either_case("đường|phố|huyện|quận|thị xã|khu tập thể|chung cư")
# Without marks "ban Giam doc" and "to The Times" are no hamlets: boards (ban), papers (tờ).
_BOARD = "(?:Cong|Giam|Quan|Chi|Chap|Dan|Bao|To|Tuyen|Dai) "
_UNIT = spelled(
    rf"(?<!\w)(?:(?P<low>{_LOW}|[Kk]hu(?=\s\d)|P\.|X\.|TT\.)|(?P<high>{_HIGH}|H\.|Q\.|TX\.?))"
    rf"\s?(?:số\s)?(?P<value>(?<![Tt]o )(?!(?<=[Bb]an ){_BOARD}){NAME_WORDS}"
    rf"|(?<!ban )(?<!xa ){_NUMBER}(?! (?:tháng )?tuổi))"
)
_NAME_BEFORE = re.compile(rf"[{CAPITAL}]\w+ $")  # "Trần Thị X. Hiện …": an initial, not xã
_DISTRICT_AFTER = re.compile(rf"\s*[,-]\s*(?P<value>{NAME_WORDS})")
_HOUSE = spelled(rf"(?:[Ss]ố nhà|[Nn]hà số|[Cc]ăn hộ(?: số)?|[Pp]hòng số)\s+(?P<value>{_NUMBER})")
_HOUSE_AND_STREET = spelled(
    rf"(?<!\w)(?:[Ss]ố|ở|ngụ|trú tại|[Đđ]ịa chỉ:?|[Nn]hà)\s+"
    rf"(?P<value>{_NUMBER},?\s+(?:(?:đường|phố|ngõ|ngách|hẻm)\s+)?{NAME_WORDS})"
)
_LIVES_BEFORE = spelled(
    r"(?:(?<!\w)(?i:ở|ngụ|trú|quê|thường trú|tạm trú|sinh sống|sống|địa chỉ|hktt|nhà|trọ)"
    r"(?: tại| ở| trên| gần)?:?|tuổi,|\()\s*$"
)
_SAME_ADDRESS = spelled(r"\s*(?:,|-|–|\(|;|thuộc|của)?\s*(?:tỉnh\s+)?")

_LEVEL = _either_case(
    "mầm non|mẫu giáo|tiểu học|trung học cơ sở|trung học phổ thông|phổ thông|dân tộc|nội trú|bán trú|liên cấp"
    "|quốc tế|tư thục|dân lập|công lập|song ngữ|nhà trẻ|nhóm trẻ"
)
_LEVEL += "|MN|MG|TH&THCS|THCS|THPT|TH|PTCS|PTTH|PTDTBT|PTDTNT|cấp [123I]{1,3}"
# "Trường Sa", "Trường Sơn" and universities are no child's school; "Truong Thi", "Truong Van" begin names,
# "Truong Cong an" is a chief of police.
_NO_SCHOOL = (
    r"(?!Đại |Cao đẳng|ĐH|CĐ|THPT|THCS|TH |MN |Sa\b|Sơn\b|Giang\b|Chinh\b|Thi |Van |Công an|Cong |Trường )"
)
# Market, surroundings, scene, square, hall, building site: "trường" too; without marks also the heads
# (trưởng) of schools, departments, posts, teams, ministries.
_OTHER_TRUONG = "thị|môi|hiện|quảng|hội|công|nông|lập|iệu|cục|đồn|oàn|đội|bo|Bo|hu"
_NO_MARKET = "".join(f"(?<!{word} )" for word in _OTHER_TRUONG.split("|"))
_SCHOOL = spelled(
    rf"(?<!\w)(?:{_NO_MARKET}(?:[Tt]rường|TRƯỜNG)\s+(?:(?:{_LEVEL})[\s–-]+)*|(?:(?:{_LEVEL})[\s–-]+)+)"
    rf"(?P<value>(?:số \d+ )?{_NO_SCHOOL}{NAME_WORDS}(?: \d{{1,2}}(?![\w/]| [a-zà-ỹđ]))?)"
)
_CLASS = spelled(
    r"(?:[Ll]ớp|LỚP|học sinh|nữ sinh|nam sinh)\s+"
    rf"(?P<value>\d{{1,2}}\s?(?:[{CAPITAL}a-d](?:\s?\d{{1,2}})?|[/.]\d{{1,2}})(?!\w)"
    r"|(?:Mầm|Chồi|Lá|Nhà trẻ)(?:\s?\d)?(?:\s?[A-Z]\d?)?(?!\w))"
)
_BORN = spelled(
    r"(?:[Ss]inh(?: ngày| năm)?|[Nn]gày sinh|SN)\s*:?\s*"
    r"(?P<value>(?:\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?|\d{1,2} tháng \d{1,2} năm )?"
    r"(?P<year>(?:19|20)\d\d))(?!\d)"
)


def whereabouts(text: str, year: int, bare: bool) -> Iterator[Found]:
    """Yield what in a text about a child says where it lives and learns, and when it was born.

    A year of birth counts if it makes one a minor in `year`. The words that say what it is (thôn, xã, trường
    THCS, lớp) stay readable; names and numbers are yielded. A district or street counts only beside a
    smaller unit or after a word for living (ở, trú, quê …). `bare` text is `unmarked`.
    """
    yield from _addresses(text, bare)
    for pattern, kind in (
        (_HOUSE, "address"),
        (_HOUSE_AND_STREET, "address"),
        (_SCHOOL, "school"),
        (_CLASS, "school"),
    ):
        for hit in pattern[bare].finditer(text):
            yield *hit.span("value"), kind
    for hit in _BORN[bare].finditer(text):
        if int(hit["year"]) >= year - 18:
            yield *hit.span("value"), "birth"


def _addresses(text: str, bare: bool) -> Iterator[Found]:
    group: list[re.Match[str]] = []
    for hit in _UNIT[bare].finditer(text):
        if hit.group() in known_places(bare):  # "Sóc Trăng", "Buôn Hồ"; without marks "Lang Son"
            continue
        if hit.group()[1] == "." and _NAME_BEFORE.search(text, max(0, hit.start() - 12), hit.start()):
            continue
        if group and not _SAME_ADDRESS[bare].fullmatch(text, group[-1].end(), hit.start()):
            yield from _of_one_address(text, group, bare)
            group = []
        group.append(hit)
    if group:
        yield from _of_one_address(text, group, bare)


def _of_one_address(text: str, group: list[re.Match[str]], bare: bool) -> Iterator[Found]:
    start = group[0].start()
    lived_in = _LIVES_BEFORE[bare].search(text, max(0, start - 30), start) is not None
    if lived_in or any(hit["low"] for hit in group):
        for hit in group:
            yield *hit.span("value"), "address"
        district = _DISTRICT_AFTER.match(text, group[-1].end())
        if district and district["value"] in (_bare_districts() if bare else district_names()):
            yield *district.span("value"), "address"


@cache
def _bare_districts() -> frozenset[str]:
    return both(district_names())[True]
