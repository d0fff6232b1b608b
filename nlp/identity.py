"""Spans that identify a child (Decree 56/2017/NĐ-CP, article 33), found in every page that is indexed."""

from collections.abc import Iterable

from core.contracts import Page, PageType, Span, TextField
from nlp.identity_accounts import account_names
from nlp.identity_letters import both, spelled
from nlp.identity_names import names
from nlp.identity_numbers import Found, numbers, plates
from nlp.identity_reading import Field, read
from nlp.identity_whereabouts import whereabouts

_FIELDS: tuple[TextField, ...] = ("title", "lead", "text", "thread_title")
# A single child is spoken of, not children in general: then names and addresses beside it identify it.
_A_CHILD = (
    r"[Cc]háu|CHÁU|[Bb]é|BÉ|[NnHh](?:ữ|am|ọc) sinh|NỮ SINH|NAM SINH|HỌC SINH|[Tt]hiếu (?:nữ|niên)"
    r"|[Cc]on (?:trai|gái|tôi|em|mình|nhà|thơ|nhỏ)|[Ee]m(?= [A-ZĐ])"
    r"|[Ss]ơ sinh|(?:[1-9]|1[0-7]) (?:tháng )?tuổi"
)
_ABOUT_A_CHILD = spelled(rf"(?<!\w)(?:{_A_CHILD})(?!\w)")
_CUE = spelled(rf"(?<!\w)(?:{_A_CHILD}|[Nn]ạn nhân|[Ee]m|[Tt]rẻ)(?!\w)")
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
    fields = {field: read(text, chat) for field in _FIELDS if (text := getattr(page, field))}
    of_child = any(_ABOUT_A_CHILD[typed.bare].search(typed.names) for typed in fields.values())
    named: dict[str, list[Found]] = {field: [] for field in fields}
    if of_child:
        cues = {
            f: [hit.start() for hit in _CUE[typed.bare].finditer(typed.names)] for f, typed in fields.items()
        }
        for field, start, end in names(fields, cues, page.dated_at.year):
            named[field].append((start, end, "name"))
    spans: list[Span] = []
    for field, typed in fields.items():
        found = [*numbers(typed.text, typed.bare), *named[field]]
        if of_child:
            found += [
                *account_names(typed),
                *whereabouts(typed.text, page.dated_at.year, typed.bare),
                *plates(typed.text),
            ]
        if typed.chat:
            found += _small_names(typed)
        spans += (Span(field=field, start=start, end=end, kind=kind) for start, end, kind in _apart(found))
    return tuple(spans)


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
