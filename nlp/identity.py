"""Spans that identify a child (Decree 56/2017/NĐ-CP, article 33), found in every page that is indexed."""

from collections.abc import Iterable, Mapping

from core.contracts import Page, PageType, Span, TextField
from nlp.identity_accounts import account_names
from nlp.identity_letters import both, spelled
from nlp.identity_names import names
from nlp.identity_numbers import Found, numbers, plates
from nlp.identity_reading import Field, Stretch, read
from nlp.identity_whereabouts import adults_home, whereabouts

_FIELDS: tuple[TextField, ...] = ("title", "lead", "thread_title", "text")
# A single child is spoken of, not children in general: then names and addresses beside it identify it.
_A_CHILD = (
    r"[Cc]háu|CHÁU|[Bb]é|BÉ|[NnHh](?:ữ|am|ọc) sinh|NỮ SINH|NAM SINH|HỌC SINH|[Tt]hiếu (?:nữ|niên)"
    r"|[Cc]on (?:trai|gái|tôi|em|mình|nhà|thơ|nhỏ)|[Ee]m(?= [A-ZĐ])"
    r"|[Ss]ơ sinh|(?:[1-9]|1[0-7]) (?:tháng )?tuổi|(?:SN|sinh năm) 20\d\d"
)
_CUE = spelled(
    rf"(?<!\w)(?:(?P<a_child>{_A_CHILD})|[Nn]ạn nhân|[Ee]m|[Tt]rẻ|[Cc]ô gái|[Tt]hí sinh"
    r"|[Tt]rường (?:[Tt]iểu học|[Mm]ầm non|[Mm]ẫu giáo|THCS|THPT))(?!\w)"
)
_NEAR = 300  # code points to either side of such a place: the sentence and its neighbours
_LINE_END = 100  # code points within which the line's end is looked for, so that no name is cut
_NEIGHBOURS = spelled(
    r"(?<!\w)(?:hàng xóm|cùng (?:thôn|xóm|ấp|bản|làng|xã|địa phương|quê|khu|phường|xã))(?!\w)"
)
_FOUNDLING = spelled(r"(?<!\w)(?:bị )?bỏ (?:rơi|lại)(?!\w)")
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
    named: dict[str, list[Found]] = {field: [] for field in fields}
    if near:
        foundling = any(_FOUNDLING[typed.bare].search(typed.text) for typed in fields.values())
        for field, start, end in names(fields, near, year, foundling):
            named[field].append((start, end, "name"))
    neighbours = any(_NEIGHBOURS[typed.bare].search(typed.text) for typed in fields.values())
    spans: list[Span] = []
    for field, typed in fields.items():
        found = [*numbers(typed.text, typed.bare), *named[field]]
        for start, end in near.get(field, ()):
            found += account_names(typed, start, end)
            found += (
                place
                for place in whereabouts(typed.text, start, end, year, typed.bare)
                if neighbours or not _of_another(typed, place, year, named[field])
            )
            found += plates(typed.text, start, end)
        if typed.chat:
            found += _small_names(typed)
        spans += (Span(field=field, start=start, end=end, kind=kind) for start, end, kind in _apart(found))
    return tuple(spans)


def _of_another(typed: Field, place: Found, year: int, named: Iterable[Found]) -> bool:
    """Say whether a place is the home of an adult whose name stands before it and is not masked."""
    opens = adults_home(typed.text, place[0], year, typed.bare) if place[2] == "address" else None
    return opens is not None and not any(opens - 2 <= end <= opens for _, end, _ in named)


def _near_a_child(fields: Mapping[TextField, Field]) -> dict[TextField, list[Stretch]]:
    """Return the stretches of each field near a child, in order; none at all where no single child is."""
    near: dict[TextField, list[Stretch]] = {}
    of_child = False
    for field, typed in fields.items():
        stretches = [(0, _NEAR)] if of_child else []  # the text goes on with the child of its title
        for hit in _CUE[typed.bare].finditer(typed.names):
            of_child = of_child or hit["a_child"] is not None
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
