"""Spans that identify a child (Decree 56/2017/NĐ-CP, article 33), found in every page that is indexed."""

from collections.abc import Iterable, Mapping

from core.contracts import Page, PageType, Span, TextField
from nlp.identity_accounts import account_names
from nlp.identity_homes import kept_places
from nlp.identity_letters import both, listed, spelled
from nlp.identity_names import names
from nlp.identity_numbers import Found, numbers, plates
from nlp.identity_reading import Field, Stretch, read, speaks_of

_FIELDS: tuple[TextField, ...] = ("title", "lead", "thread_title", "text")
# What speaks of a child; in groups what does not say that it is a single one, not children in general. Only
# beside a single child do names and addresses identify it. By first letters, as that is twice as fast.
_CUE = spelled(
    r"(?<!\w)(?:[Cc](?:háu|on (?:trai|gái|tôi|em|mình|nhà|thơ|nhỏ)|(ô gái))|CHÁU|[Bb]é|BÉ"
    r"|[Nn](?:(?:ữ|am) sinh|(ạn nhân))|NỮ SINH|NAM SINH|[Hh]ọc sinh|HỌC SINH|[Ee]m(?:(?= [A-ZĐ])|())"
    r"|[Ss](?:ơ sinh|inh năm 20\d\d|N 20\d\d)|(?:[1-9]|1[0-7]) (?:tháng )?tuổi|[Tt](?:hiếu (?:nữ|niên)"
    r"|(rẻ|hí sinh|rường (?:[Tt]iểu học|[Mm]ầm non|[Mm]ẫu giáo|THCS|THPT))))(?!\w)"
)
_NEAR = 300  # code points to either side of such a place: the sentence and its neighbours
_LINE_END = 100  # code points within which the line's end is looked for, so that no name is cut
_NEIGHBOURS = both(
    listed(
        "hàng xóm|cùng thôn|cùng xóm|cùng ấp|cùng bản|cùng làng|cùng xã|cùng địa phương|cùng quê|cùng khu"
        "|cùng phường"
    )
)
_FOUNDLING = both(("bỏ rơi", "bỏ lại", "dây rốn", "cuống rốn"))
# Chat writes names small: "bé na nhà em", "con mình tên là minh".
_SMALL_NAME = spelled(
    r"(?<!\w)(?i:(?:bé|cháu|cu) (?P<of_us>[^\W\d_]+)(?= (?:nhà|con) (?:em|mình|tôi|e|m)\b)"
    r"|(?:bé|cháu|con|em) (?:\w+ )?tên (?:là )?(?P<called>[^\W\d_]+))"
)
_SMALL_NO_NAMES = both(
    ("gái", "trai", "lớn", "nhỏ", "út", "cả", "của", "này", "là", "gì", "thật", "nào", "đó")
)


def masked_spans(page: Page) -> tuple[Span, ...]:
    """Return the spans of the page that identify a child, by field and place, not overlapping.

    Kinds: `name`, `phone`, `email`, `id_number`, `address`, `school`, `account`, `plate`, `birth`. Phone
    numbers, e-mail, papers and accounts are found in any page; the rest only in one that speaks of a child.
    Not masked: public hotlines, ages, provinces, officials, courts, police, journalists, and adult suspects
    unless they are the child's kin. Lower-case names are found only in comments, posts, reports and what is
    typed without diacritics: beside "nhà em" or "tên", and where a family name begins them. A field typed
    without diacritics is read by the same rules without them.
    """
    chat = page.type is not PageType.ARTICLE
    year = page.dated_at.year
    fields = {field: read(text, chat) for field in _FIELDS if (text := getattr(page, field))}
    near = _near_a_child(fields)
    named: dict[TextField, list[Found]] = {field: [] for field in fields}
    places: dict[TextField, list[Found]] = {field: [] for field in fields}
    if near:
        foundling = speaks_of(fields.values(), _FOUNDLING)
        for field, start, end in names(fields, near, year, foundling):
            named[field].append((start, end, "name"))
        anybodys = foundling or speaks_of(fields.values(), _NEIGHBOURS)
        for field, place in kept_places(fields, near, named, year, anybodys):
            places[field].append(place)
    spans: list[Span] = []
    for field, typed in fields.items():
        found = [*numbers(typed.text, typed.bare), *named[field], *places[field]]
        for start, end in near.get(field, ()):
            found += account_names(typed, start, end)
            found += plates(typed.text, start, end)
        if typed.chat:
            found += _small_names(typed)
        spans += (Span(field=field, start=start, end=end, kind=kind) for start, end, kind in _apart(found))
    return tuple(spans)


def _near_a_child(fields: Mapping[TextField, Field]) -> dict[TextField, list[Stretch]]:
    """Return the stretches of each field near a child, in order; none at all where no single child is."""
    near: dict[TextField, list[Stretch]] = {}
    of_child = False
    for field, typed in fields.items():
        # A text goes on with the child of its title; title and lead tell of the child of the text.
        stretches = [(0, _NEAR)] if of_child or field != "text" else []
        for hit in _CUE[typed.bare].finditer(typed.names):
            of_child = of_child or hit.lastindex is None
            first, last = hit.start() - _NEAR, hit.end() + _NEAR
            if stretches and first <= stretches[-1][1] + 2 * _LINE_END:
                stretches[-1] = (stretches[-1][0], last)
            else:
                stretches.append((first, last))
        near[field] = [_whole_lines(typed.names, *stretch) for stretch in stretches]
    return near if of_child else {}


def _whole_lines(text: str, start: int, end: int) -> Stretch:
    """Return the stretch widened to where lines start and end, or else words."""
    start, end = max(start, 0), min(end, len(text))
    before, after = max(0, start - _LINE_END), end + _LINE_END
    if start and (at := text.rfind("\n", before, start) + 1 or text.rfind(" ", before, start) + 1):
        start = at
    if (at := text.find("\n", end, after)) >= 0 or (at := text.find(" ", end, after)) >= 0:
        end = at
    return start, end


def _small_names(typed: Field) -> list[Found]:
    groups = [
        (hit, "of_us" if hit["of_us"] else "called") for hit in _SMALL_NAME[typed.bare].finditer(typed.text)
    ]
    no_names = _SMALL_NO_NAMES[typed.bare]
    return [(*hit.span(group), "name") for hit, group in groups if hit[group].lower() not in no_names]


def _apart(found: Iterable[Found]) -> list[Found]:
    """Return the spans in order; of two that overlap, the first takes in what the second has beyond it."""
    apart: list[Found] = []
    for start, end, kind in sorted(found, key=lambda f: (f[0], -f[1])):
        if apart and start < apart[-1][1]:
            first = apart[-1]
            apart[-1] = (first[0], max(first[1], end), first[2])
        else:
            apart.append((start, end, kind))
    return apart
