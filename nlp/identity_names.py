"""Names of children and of their parents and relatives in a page that speaks of a child."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from core.contracts import TextField
from nlp import identity_words as words_say
from nlp.identity_letters import NAME, spelled, unmarked
from nlp.identity_reading import END_WORDS, FAMILY, Field

Place = tuple[TextField, int, int]  # field, start, end

_NAME = re.compile(NAME)
_NEXT_IN_LIST = spelled(
    r"(?:\s*\([^()]{0,90}\))?\s*(?:,|;|và|cùng|với|-|–|&)\s*(?:và\s+)?"
    r"(?P<titles>(?:(?:em|cháu|bé|anh|chị|ông|bà|vợ|chồng|bạn|là)\s+)*)$"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:\n“\"‘(…-])\s*$")
# Capitalised in the middle of a sentence too, and no names themselves; "Chau" is also the family name Châu.
_TITLES = (frozenset(("Cháu", "Bé", "Em")), frozenset(("Be", "Em")))
_ABOUT = 250  # code points to either side: the sentence and its neighbours
_BEFORE = 90  # code points before a name that are read for whose it is


class _Run(NamedTuple):
    """A run of capitalised words or initials in a field."""

    field: TextField
    start: int
    end: int
    words: str
    bare: bool


class _Known(NamedTuple):
    """Whose name it is: a child's or a relative's, and the word before it."""

    child: bool
    title: str


class _Names:
    """What is known of the names of one page while it is read."""

    def __init__(
        self, fields: Mapping[TextField, Field], cues: Mapping[TextField, Sequence[int]], year: int
    ) -> None:
        self._fields, self._cues, self._year = fields, cues, year
        self._known: defaultdict[str, list[_Known]] = defaultdict(list)
        self._any_bare = any(typed.bare for typed in fields.values())

    def found(self) -> Iterator[Place]:
        rest: list[tuple[_Run, str]] = []
        for field, typed in self._fields.items():
            before: _Run | None = None
            for run in _runs(field, typed):
                left = typed.names[max(0, run.start - _BEFORE) : run.start].rsplit("\n", 1)[-1]
                last = words_say.last_word(left)
                child = self._whose(run, left, last, before)
                if child is None:
                    rest.append((run, last))
                else:
                    self._remember(run, _Known(child, last))
                    before = run
                    yield field, run.start, run.end
        if self._known:
            for run, last in rest:
                if again := self._said_again(run, last) or self._said_first(run):
                    yield again
            yield from self._full_names_anywhere()
            yield from self._small_names_again()

    def _whose(self, run: _Run, left: str, last: str, before: _Run | None) -> bool | None:
        """True for a child's name, False for a relative's, None for any other's."""
        text, bare = self._fields[run.field].names, run.bare
        if not words_say.may_be_name(run.words, bare):
            return None
        if words_say.child_after(text, run.end, self._year, bare) or words_say.child_before(left, last, bare):
            return True
        if not self._child_near(run):
            return None
        if words_say.kin_before(left, last, bare) or words_say.kin_after(text, run.end, bare):
            return False
        if "." in run.words:
            return self._whose_initials(run, left, last)
        return self._next_in_list(run, before)

    def _whose_initials(self, run: _Run, left: str, last: str) -> bool | None:
        """Initials protect a person, so they are masked; a lone one may be an abbreviation (P., Q., H.)."""
        if words_say.credited(left, run.bare) or last in words_say.PLACE_WORDS[run.bare]:
            return None
        if last in words_say.ADULT_WORDS[run.bare]:
            return False
        lone = run.words.count(".") == 1 and run.words.endswith(".")
        if not lone or last in words_say.CHILD_TITLES[run.bare]:
            return True
        after = self._fields[run.field].text[run.end : run.end + 2].lstrip(" ")
        return True if after and not (after[0].isupper() or after[0].isdigit()) else None

    def _next_in_list(self, run: _Run, before: _Run | None) -> bool | None:
        """A name that goes on a list ("em A (12 tuổi), B và C", "anh A và chị B") is as the one before."""
        text, bare = self._fields[run.field].names, run.bare
        if before is None or run.start - before.end > _BEFORE + 20:
            return None
        gap = _NEXT_IN_LIST[bare].match(text, before.end, run.start)
        if gap is None or not (_is_full(run.words) or gap["titles"]):
            return None
        child = self._known[before.words][-1].child
        grown = any(word in words_say.ADULT_WORDS[bare] for word in gap["titles"].split())
        return None if child and (grown or words_say.adult_after(text, run.end, bare)) else child

    def _child_near(self, run: _Run) -> bool:
        cues = self._cues[run.field]
        at = bisect_left(cues, run.start - _ABOUT)
        return at < len(cues) and cues[at] <= run.end + _ABOUT

    def _remember(self, run: _Run, known: _Known) -> None:
        words = run.words.split()
        forms = {run.words, words[-1], " ".join(words[-2:])}
        if "." in run.words:
            forms.add(run.words.rstrip(".").rsplit(".", 1)[-1].strip() + ".")
        elif words[0] not in FAMILY[run.bare]:
            forms.add(words[0])  # a foreign name's given name comes first
        if self._any_bare:
            forms |= {unmarked(form) for form in forms}
        for form in forms:
            self._known[form].append(known)

    def _lookup(self, words: str, bare: bool) -> list[_Known] | None:
        return self._known.get(unmarked(words) if bare else words)

    def _said_again(self, run: _Run, last: str) -> Place | None:
        known = self._lookup(run.words, run.bare)
        if not known:
            return None
        if last in words_say.ADULT_WORDS[run.bare] and not any(last == k.title or not k.child for k in known):
            return None  # "bác sĩ Hà" is not the child Hà
        if " " not in run.words:
            if last in words_say.PLACE_WORDS[run.bare]:
                return None
            text = self._fields[run.field].text
            if _starts_sentence(text, run.start) and words_say.begins_compound(text, run.end, run.bare):
                return None
        return run.field, run.start, run.end

    def _said_first(self, run: _Run) -> Place | None:
        """A name after the first word of a sentence, which has a capital too: "Thương Hoa quá"."""
        head, _, rest = run.words.partition(" ")
        if not rest or head in FAMILY[run.bare] or not self._lookup(rest, run.bare):
            return None
        if not _starts_sentence(self._fields[run.field].text, run.start):
            return None
        return run.field, run.start + len(head) + 1, run.end

    def _full_names_anywhere(self) -> Iterator[Place]:
        """Full names also in capitals, small where names may be, and in a longer run of capitalised words."""
        full = sorted((re.escape(name) for name in self._known if _is_full(name)), key=len, reverse=True)
        if full:
            pattern = re.compile(rf"(?<!\w)(?:{'|'.join(full)})(?!\w)", re.IGNORECASE)
            for field, typed in self._fields.items():
                for hit in pattern.finditer(typed.text):
                    if hit.group()[0].isupper() or (typed.chat and hit.group().count(" ") > 1):
                        yield field, hit.start(), hit.end()

    def _small_names_again(self) -> Iterator[Place]:
        """A child's given name after a word for a child, in capitals or, where names may be, small."""
        given = {
            name for name, known in self._known.items() if name.isalpha() and any(k.child for k in known)
        }
        if given:
            again = "|".join(re.escape(name) for name in sorted(given))
            pattern = re.compile(rf"(?<!\w)(?:cháu|chau|bé|be|em)\s+({again})(?!\w)", re.IGNORECASE)
            for field, typed in self._fields.items():
                for hit in pattern.finditer(typed.text):
                    if hit[1].isupper() or (typed.chat and _small_name(typed, hit)):
                        yield field, *hit.span(1)


def _runs(field: TextField, typed: Field) -> Iterator[_Run]:
    text, leading = typed.names, words_say.LEADING[typed.bare]
    for hit in _NAME.finditer(text):
        start, words = hit.start(), hit.group()
        head, _, more = words.partition(" ")
        if head.lower() in leading and (head in _TITLES[typed.bare] or _starts_sentence(text, start)):
            while head.lower() in leading:
                start += len(head) + 1
                words = more
                head, _, more = words.partition(" ")
        if words:
            yield _Run(field, start, hit.end(), words, typed.bare)


def _small_name(typed: Field, hit: re.Match[str]) -> bool:
    """Say whether "bé an" is the child An, not "bé an toàn"; "be dang" is no Đặng."""
    ordinary = hit[1].lower() in END_WORDS[typed.bare]
    return not ordinary and not words_say.begins_compound(typed.text, hit.end(), typed.bare)


def _starts_sentence(text: str, start: int) -> bool:
    return _SENTENCE_START.search(text, max(0, start - 3), start) is not None


def _is_full(words: str) -> bool:
    first, _, more = words.partition(" ")
    return bool(more) and (first in FAMILY[False] or first in FAMILY[True])


def names(
    fields: Mapping[TextField, Field], cues: Mapping[TextField, Sequence[int]], year: int
) -> Iterator[Place]:
    """Yield field, start and end of the names in a page that identify a child.

    `fields` are the page's as they are read, `cues` the sorted places in each where a child is spoken of,
    `year` the page's. A child's name stands after a word for a child, before an age under 18, a birth year or
    a class; a relative's beside a word of kin, within 250 characters of a cue. Initials there are masked
    whosever they are. Once known, a name is masked wherever the page says it, also before, in capitals and
    after the first word of a sentence. Officials, police, journalists and suspects without kinship to the
    child keep theirs.
    """
    return _Names(fields, cues, year).found()
