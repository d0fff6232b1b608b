"""Where a child lives and learns, and when it was born: address below the province, school, class, birth."""

import re
from collections.abc import Iterator
from functools import cache

from core.provinces import current_names
from nlp.identity_letters import CAPITAL, NAME_WORDS, SMALL, both, spelled
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
    "|phường|xã|thị trấn|chung cư"
)
_HIGH = _either_case("đường|phố|huyện|quận|thị xã|thành phố|khu tập thể|khối phố|khối|khu") + "|TP|Tp"
# Without marks "ban Giam doc" and "to The Times" are no hamlets: boards (ban), papers (tờ).
_BOARD = "(?:Cong|Giam|Quan|Chi|Chap|Dan|Bao|To|Tuyen|Dai) "
# "xã Mẫu Xuân 1 cho biết", not "xã Mẫu Xuân 12 học sinh".
_COUNTED = "học|em|cháu|bé|trẻ|giáo|cô|thầy|nữ|nam|người|bạn|năm|tháng|ngày|giờ|tuổi|lớp|đứa|vụ|hộ|km|m"
LOW_BEFORE = spelled(rf"(?<!\w)(?<![Tt]hị )(?:{_LOW})\s(?:biển\s|đảo\s|nghèo\s|miền núi\s)?$")
_NUMBERED = rf"(?: \d{{1,2}}(?!\d|[\w/.,]\w| (?:{_COUNTED})(?!\w)))?"
_UNIT = spelled(
    rf"(?<!\w)(?<![ôÔ]ng )(?<!chăm )(?:(?P<low>{_LOW}|[Kk]hu(?=\s\d)|P\.|X\.|TT\.)"
    rf"|(?P<high>{_HIGH}|H\.|Q\.|TX\.?|T[Pp]\.))"
    rf"\s?(?:số\s|biển\s|đảo\s|nghèo\s|miền núi\s)?"
    rf"(?P<value>(?<![Tt]o )(?!SOS|Tàu\b)(?!(?<=[Bb]an ){_BOARD}){NAME_WORDS}{_NUMBERED}"
    rf"|(?<!ban )(?<!xa ){_NUMBER}(?: (?!Công|Cong|Ngày|Trường){NAME_WORDS})?"
    r"(?! (?:tháng |năm )?(?:tuổi|nay)))"
)
_NAME_BEFORE = re.compile(rf"[{CAPITAL}]\w+ $")  # "Trần Thị X. Hiện …": an initial, not xã
_SYLLABLE_BEFORE = re.compile(rf"(?<!\w)[{CAPITAL}][{SMALL}]+ $")
_DISTRICT_AFTER = re.compile(rf"\s{{0,3}}[,(-]\s{{0,3}}(?P<value>{NAME_WORDS})")
# Cities that are provinces: no address below one.
_PROVINCE_CITIES = both(
    ("Hồ Chí Minh", "HCM", "Hà Nội", "Hải Phòng", "Đà Nẵng", "Cần Thơ", "Huế", "HN", "ĐN")
)
# "12 tuổi ở Việt Trì, Phú Thọ", "trú tại Khe Sanh, Hướng Hoá": districts and towns without their unit.
_HOME = spelled(
    r"(?:(?<!\w)(?i:ngụ|trú|quê|cư trú|cư ngụ)(?: tại| ở| quán)?:?|tuổi,? ở|cháu [^\W\d_]+ ở)\s"
    rf"(?P<first>{NAME_WORDS})(?:\s?[,-]\s(?P<second>{NAME_WORDS}))?"
)
_NAME_WORDS = re.compile(rf"(?<![\w.] ){NAME_WORDS}")
_PARENTHESIS = re.compile(r"\.?\s?\((?:(?!rường)[^()\n]){1,90}")
_HOUSE = spelled(rf"(?:[Ss]ố nhà|[Nn]hà số|[Cc]ăn hộ(?: số)?|[Pp]hòng số)\s+(?P<value>{_NUMBER})")
_HOUSE_WORDS = both(("nhà", "ăn hộ", "hòng số"))
_HOUSE_AND_STREET = spelled(
    rf"(?<!\w)(?<!biểu )(?:[Ss]ố|ở|ngụ|trú|tại|[Đđ]ịa chỉ:?|[Nn]hà)\s"
    rf"(?P<value>{_NUMBER},?\s(?:(?:đường|phố|ngõ|ngách|hẻm)\s)?{NAME_WORDS})"
)
_LIVES_BEFORE = spelled(
    r"(?:(?<!\w)(?i:ngụ|trú|quê|thường trú|tạm trú|cư trú|sinh sống|sống|lớn lên|địa chỉ|hktt"
    r"|(?<!toà )(?<!tòa )(?<!ngôi )(?<!căn )nhà ở"
    r"|(?:quê|nhà) (?:nội|ngoại)(?: (?:của|cháu|bé|em|con)){0,3} ở)"
    r"(?: tại| ở| trên| gần)?:?|tuổi,?(?: ở)?)\s$"
)
_SAME_ADDRESS = spelled(r"\s{0,3}(?:,|-|–|\(|;|thuộc|của)?\s{0,3}(?:tỉnh\s)?")

_LEVEL = _either_case(
    "mầm non|mẫu giáo|tiểu học|trung học cơ sở|trung học phổ thông|nhà trẻ|nhóm trẻ|giáo dục thường xuyên"
)
_LEVEL += "|MN|MG|TH&THCS|THCS|THPT|TH|PTCS|PTTH|PTLC|PTDTBT|PTDTNT|GDTX|cấp [123I]{1,3}"
# What stands between "trường" or a level and the name.
_SORT = _either_case(
    "phổ thông|trung học|dân tộc|nội trú|bán trú|liên cấp|quốc tế|tư thục|dân lập|công lập|song ngữ|chuyên"
    "|năng khiếu|năng khiến|nữ sinh|cơ sở"
)
# "Trường Sa", "Trường Sơn" and universities are no child's school; "Truong Thi", "Truong Van" begin names,
# "Truong Cong an" is a chief of police.
_NO_SCHOOL = (
    r"(?!Đại |Quốc gia|Cao đẳng|ĐH|CĐ|THPT|THCS|TH |MN |Sa\b|Sơn\b|Giang\b|Chinh\b|Thi |Van |Công an"
    rf"|Cong |Trường |(?:{_LEVEL}|{_SORT})(?!\w))"
)
# Market, surroundings, scene, square, hall, building site: "trường" too; without marks also the heads
# (trưởng) of schools, departments, posts, teams, ministries.
_OTHER_TRUONG = "thị|môi|hiện|quảng|hội|công|nông|lập|iệu|cục|đồn|oàn|đội|bo|Bo|hu"
_NO_MARKET = "".join(f"(?<!{word} )" for word in _OTHER_TRUONG.split("|"))
_SCHOOL = spelled(
    rf"(?<!\w)(?:{_NO_MARKET}(?:[Tt]rường|TRƯỜNG) {{1,3}}(?:(?:{_LEVEL}|{_SORT})[ –-]{{1,3}}){{0,4}}"
    rf"|(?:(?:{_LEVEL})[ –-]{{1,3}})(?:(?:{_LEVEL}|{_SORT})[ –-]{{1,3}}){{0,3}})"
    rf"(?P<value>(?:số \d+ )?{_NO_SCHOOL}{NAME_WORDS}(?: số \d{{1,2}}|{_NUMBERED}))"
)
_CLASS = spelled(
    r"(?:[Ll]ớp|LỚP|học sinh|nữ sinh|nam sinh)\s+"
    rf"(?P<value>\d{{1,2}}\s?(?:[{CAPITAL}a-d](?:\s?\d{{1,2}})?|[/.]\d{{1,2}})(?!\w)"
    r"|(?:Mầm|Chồi|Lá|Nhà trẻ)(?:\s?\d)?(?:\s?[A-Z]\d?)?(?!\w))"
)
_BORN = spelled(
    r"(?<!tuyển )(?:[Ss]inh(?: ngày| năm| tháng)?|[Nn]gày sinh|SN)\s{0,3}:?\s{0,3}"
    r"(?P<value>(?:(?:\d{1,2}\s?[/.-]\s?){1,2}|\d{1,2} tháng \d{1,2} năm )?"
    r"(?P<year>(?:19|20)\d\d))(?!\d)"
)


def whereabouts(text: str, start: int, end: int, year: int, bare: bool) -> Iterator[Found]:
    """Yield what from `start` to `end` says where a child lives and learns, and when it was born.

    A year of birth counts if it makes one a minor in `year`. The words that say what it is (thôn, xã, trường
    THCS, lớp) stay readable; names and numbers are yielded. A district or street counts only beside a
    smaller unit or after a word for living (ở, trú, quê …). `bare` text is `unmarked`.
    """
    yield from _addresses(text, start, end, bare)
    for pattern, kind in (
        (_HOUSE, "address"),
        (_HOUSE_AND_STREET, "address"),
        (_SCHOOL, "school"),
        (_CLASS, "school"),
    ):
        if pattern is _HOUSE and not any(word in text for word in _HOUSE_WORDS[bare]):
            continue
        for hit in pattern[bare].finditer(text, start, end):
            if kind == "school" and _within_name(text, hit):
                continue
            yield *hit.span("value"), kind
            district = _DISTRICT_AFTER.match(text, hit.end()) if pattern is _HOUSE_AND_STREET else None
            if district and district["value"] in towns(bare):
                yield *district.span("value"), kind
    for hit in _BORN[bare].finditer(text, start, end):
        if int(hit["year"]) >= year - 18:
            yield *hit.span("value"), "birth"


def _within_name(text: str, hit: re.Match[str]) -> bool:
    """Say whether "Trường" is of a name: "thầy Lê Trường Thọ"."""
    before = _SYLLABLE_BEFORE.search(text, max(0, hit.start() - 12), hit.start())
    return before is not None and hit.start("value") - hit.start() == len("Trường ")


def _addresses(text: str, start: int, end: int, bare: bool) -> Iterator[Found]:
    group: list[re.Match[str]] = []
    for hit in _UNIT[bare].finditer(text, start, end):
        if hit.group() in known_places(bare):  # "Sóc Trăng", "Buôn Hồ"; without marks "Lang Son"
            continue
        if hit.group()[1] == "." and len(hit["value"]) == 1 and hit["value"].isalpha():
            continue  # "Ảnh: X.N"
        if hit.group()[1] == "." and _NAME_BEFORE.search(text, max(0, hit.start() - 12), hit.start()):
            continue
        if hit["high"] and hit["value"] in _PROVINCE_CITIES[bare]:
            continue
        if group and not _SAME_ADDRESS[bare].fullmatch(text, group[-1].end(), hit.start()):
            yield from _of_one_address(text, group, bare)
            group = []
        group.append(hit)
    if group:
        yield from _of_one_address(text, group, bare)
    for hit in _HOME[bare].finditer(text, start, end):
        in_town = hit["second"] in towns(bare)
        if in_town or hit["first"] in towns(bare):
            yield *hit.span("first"), "address"
        if in_town:
            yield *hit.span("second"), "address"


def address_at(text: str, start: int, after: int, end: int, bare: bool) -> Iterator[Found]:
    """Yield the places of the address from `start` that goes on at `after`, up to `end` at most."""
    for place in _addresses(text, start, end, bare):
        if place[0] > after + 30:
            break
        after = max(after, place[1])
        yield place


def beside_name(text: str, end: int, bare: bool) -> Iterator[Found]:
    """Yield districts and towns in the parenthesis after a name that ends at `end`: "Mẫu (TP Vinh, …)"."""
    if (beside := _PARENTHESIS.match(text, end)) is None:
        return
    for hit in _UNIT[bare].finditer(text, end, beside.end()):
        if hit.group() not in known_places(bare) and hit["value"] not in _PROVINCE_CITIES[bare]:
            yield *hit.span("value"), "address"
    for town in _NAME_WORDS.finditer(text, end, beside.end()):
        if town.group() in towns(bare):
            yield *town.span(), "address"


def _of_one_address(text: str, group: list[re.Match[str]], bare: bool) -> Iterator[Found]:
    start = group[0].start()
    lived_in = _LIVES_BEFORE[bare].search(text, max(0, start - 30), start) is not None
    if lived_in or any(hit["low"] for hit in group):
        for hit in group:
            yield *hit.span("value"), "address"
        district = _DISTRICT_AFTER.match(text, group[-1].end())
        if district and district["value"] in towns(bare):
            yield *district.span("value"), "address"


@cache
def towns(bare: bool) -> frozenset[str]:
    """Return the names of towns and districts that are no province's."""
    return both(district_names() - current_names().keys())[bare]
