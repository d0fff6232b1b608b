"""Names of children and of their parents and relatives in a page that speaks of a child."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from core.contracts import TextField
from nlp import identity_words as words_say
from nlp.identity_letters import NAME
from nlp.surnames import SURNAMES

Place = tuple[TextField, int, int]  # field, start, end

_NAME = re.compile(NAME)
_NEXT_IN_LIST = re.compile(
    r"(?:\s*\([^()]{0,90}\))?\s*(?:,|;|và|cùng|với|-|–|&)\s*(?:và\s+)?"
    r"(?P<titles>(?:(?:em|cháu|bé|anh|chị|ông|bà|vợ|chồng|bạn|là)\s+)*)$"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:\n“\"‘(…-])\s*$")
_ABOUT = 250  # code points to either side: the sentence and its neighbours
_BEFORE = 90  # code points before a name that are read for whose it is


class _Run(NamedTuple):
    """A run of capitalised words or initials in a field."""

    field: TextField
    start: int
    end: int
    words: str


class _Known(NamedTuple):
    """Whose name it is: a child's or a relative's, and the word before it."""

    child: bool
    title: str


class _Names:
    """What is known of the names of one page while it is read."""

    def __init__(
        self, texts: Mapping[TextField, str], cues: Mapping[TextField, Sequence[int]], year: int
    ) -> None:
        self._texts, self._cues, self._year = texts, cues, year
        self._known: defaultdict[str, list[_Known]] = defaultdict(list)

    def found(self) -> Iterator[Place]:
        rest: list[tuple[_Run, str]] = []
        for field, text in self._texts.items():
            before: _Run | None = None
            for run in _runs(field, text):
                left = text[max(0, run.start - _BEFORE) : run.start].rsplit("\n", 1)[-1]
                last = words_say.last_word(left)
                child = self._whose(run, left, last, before)
                if child is None:
                    rest.append((run, last))
                else:
                    self._remember(run, _Known(child, last))
                    before = run
                    yield field, run.start, run.end
        for run, last in rest:
            if self._said_again(run, last):
                yield run.field, run.start, run.end
        yield from self._full_names_anywhere()

    def _whose(self, run: _Run, left: str, last: str, before: _Run | None) -> bool | None:
        """True for a child's name, False for a relative's, None for any other's."""
        text = self._texts[run.field]
        if not words_say.may_be_name(run.words):
            return None
        if words_say.child_after(text, run.end, self._year) or words_say.child_before(left, last):
            return True
        if not self._child_near(run):
            return None
        if words_say.kin_before(left, last) or words_say.kin_after(text, run.end):
            return False
        if "." in run.words:
            return self._whose_initials(run, left, last)
        return self._next_in_list(run, before)

    def _whose_initials(self, run: _Run, left: str, last: str) -> bool | None:
        """Initials protect a person, so they are masked; a lone one may be an abbreviation (P., Q., H.)."""
        if words_say.credited(left) or last in words_say.PLACE_WORDS:
            return None
        if last in words_say.ADULT_WORDS:
            return False
        if run.words.count(".") > 1 or not run.words.endswith(".") or last in words_say.CHILD_TITLES:
            return True
        after = self._texts[run.field][run.end : run.end + 2].lstrip(" ")
        return True if after and not (after[0].isupper() or after[0].isdigit()) else None

    def _next_in_list(self, run: _Run, before: _Run | None) -> bool | None:
        """A name that goes on a list ("em A (12 tuổi), B và C", "anh A và chị B") is as the one before."""
        text = self._texts[run.field]
        if before is None or run.start - before.end > _BEFORE + 20:
            return None
        gap = _NEXT_IN_LIST.match(text, before.end, run.start)
        if gap is None or not (_is_full(run.words) or gap["titles"]):
            return None
        child = self._known[before.words][-1].child
        grown = any(word in words_say.ADULT_WORDS for word in gap["titles"].split())
        return None if child and (grown or words_say.adult_after(text, run.end)) else child

    def _child_near(self, run: _Run) -> bool:
        cues = self._cues[run.field]
        at = bisect_left(cues, run.start - _ABOUT)
        return at < len(cues) and cues[at] <= run.end + _ABOUT

    def _remember(self, run: _Run, known: _Known) -> None:
        words = run.words.split()
        forms = {run.words, words[-1], " ".join(words[-2:])}
        if "." in run.words:
            forms.add(run.words.rstrip(".").rsplit(".", 1)[-1].strip() + ".")
        elif words[0] not in SURNAMES:
            forms.add(words[0])  # a foreign name's given name comes first
        for form in forms:
            self._known[form].append(known)

    def _said_again(self, run: _Run, last: str) -> bool:
        known = self._known.get(run.words)
        if not known:
            return False
        if last in words_say.ADULT_WORDS and not any(last == k.title or not k.child for k in known):
            return False  # "bác sĩ Hà" is not the child Hà
        text = self._texts[run.field]
        starts = _SENTENCE_START.search(text, max(0, run.start - 3), run.start)
        return not (starts and " " not in run.words and words_say.begins_compound(text, run.end))

    def _full_names_anywhere(self) -> Iterator[Place]:
        """Full names also in capitals and within a longer run of capitalised words."""
        full = sorted((re.escape(name) for name in self._known if _is_full(name)), key=len, reverse=True)
        if full:
            pattern = re.compile(rf"(?<!\w)(?:{'|'.join(full)})(?!\w)", re.IGNORECASE)
            for field, text in self._texts.items():
                for hit in pattern.finditer(text):
                    if hit.group()[0].isupper():
                        yield field, hit.start(), hit.end()


def _runs(field: TextField, text: str) -> Iterator[_Run]:
    for hit in _NAME.finditer(text):
        start, words = hit.start(), hit.group()
        if _SENTENCE_START.search(text, max(0, start - 3), start):
            while words.split(" ", 1)[0].lower() in words_say.LEADING:
                head, _, words = words.partition(" ")
                start += len(head) + 1
        if words:
            yield _Run(field, start, hit.end(), words)


def _is_full(words: str) -> bool:
    return " " in words and words.split(" ", 1)[0] in SURNAMES


def names(
    texts: Mapping[TextField, str], cues: Mapping[TextField, Sequence[int]], year: int
) -> Iterator[Place]:
    """Yield field, start and end of the names in a page that identify a child.

    `texts` are the page's fields, `cues` the sorted places in each where a child is spoken of, `year` the
    page's. A child's name stands after a word for a child, before an age under 18, a birth year or a class;
    a relative's beside a word of kin, within 250 characters of a cue. Initials there are masked whosever
    they are. Once known, a name is masked wherever the page says it. Officials, police,
    journalists and suspects without kinship to the child keep theirs.
    """
    return _Names(texts, cues, year).found()
