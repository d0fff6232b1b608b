"""Names of children and of their parents and relatives near the places where a page speaks of a child."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from core.contracts import TextField
from nlp import identity_words as words_say
from nlp.identity_letters import NAME, spelled, unmarked
from nlp.identity_reading import END_WORDS, FAMILY, Field, Stretch

Place = tuple[TextField, int, int]  # field, start, end

_NAME = re.compile(NAME)
_NEXT_IN_LIST = spelled(
    r"(?:\s*\([^()]{0,90}\))?\s*(?:,|;|và|cùng|với|-|–|&)\s*(?:và\s+)?"
    r"(?P<titles>(?:(?:em|cháu|bé|anh|chị|ông|bà|vợ|chồng|bạn|là)\s+)*)$"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:\n“\"‘(…-])\s*$")
# Capitalised in the middle of a sentence too, and no names themselves; "Chau" is also the family name Châu.
_TITLES = (frozenset(("Cháu", "Bé", "Em")), frozenset(("Be", "Em")))
_BEFORE = 90  # code points before a name that are read for whose it is
_SMALL_AFTER_CHILD = re.compile(r"(?<!\w)(?:cháu|chau|bé|be|em)\s+([^\W\d_]+)(?!\w)", re.IGNORECASE)
_FAMILY_AND_MORE = re.compile(
    rf"(?<!\w)(?:{'|'.join(sorted(FAMILY[False] | FAMILY[True], key=len, reverse=True))})"
    r"(?: [^\W\d_]+(?:['’-][^\W\d_]+)*){1,5}(?!\w)",
    re.IGNORECASE,
)


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
        self,
        fields: Mapping[TextField, Field],
        near: Mapping[TextField, Sequence[Stretch]],
        year: int,
        foundling: bool,
    ) -> None:
        self._fields, self._near, self._year, self._foundling = fields, near, year, foundling
        self._known: defaultdict[str, set[_Known]] = defaultdict(set)
        self._whole: set[str] = set()  # the last words of the full names that are known
        self._others: set[str] = set()  # names and initials of adults who are no kin
        self._any_bare = any(typed.bare for typed in fields.values())

    def found(self) -> Iterator[Place]:
        rest: list[_Run] = []
        for field in self._fields:
            before: tuple[_Run, bool] | None = None
            for run in self._runs(field, self._near[field]):
                left, last = self._left(run)
                child = self._whose(run, left, last, before)
                if child is None:
                    rest.append(run)
                else:
                    self._remember(run, _Known(child, last))
                    before = run, child
                    yield field, run.start, run.end
        if self._known:
            for field in self._fields:
                rest += self._runs(field, self._between(field))
            for run in rest:
                if again := self._said_again(run) or self._said_first(run):
                    yield again
            yield from self._full_names_anywhere()
            yield from self._small_names_again()

    def _between(self, field: TextField) -> Iterator[Stretch]:
        done = 0
        for start, end in self._near[field]:
            yield done, start
            done = end
        yield done, len(self._fields[field].names)

    def _runs(self, field: TextField, stretches: Iterator[Stretch] | Sequence[Stretch]) -> Iterator[_Run]:
        typed = self._fields[field]
        text, bare, leading = typed.names, typed.bare, words_say.LEADING[typed.bare]
        for first, last in stretches:
            for hit in _NAME.finditer(text, first, last):
                start, words = hit.start(), hit.group()
                head, _, more = words.partition(" ")
                if head.lower() in leading and (head in _TITLES[bare] or _starts_sentence(text, start)):
                    while head.lower() in leading:
                        start += len(head) + 1
                        words = more
                        head, _, more = words.partition(" ")
                elif more and "." in more and words_say.begins_no_name(head, bare):
                    start, words = start + len(head) + 1, more  # "Thấy O. khóc"
                if words:
                    yield _Run(field, start, hit.end(), words, bare)

    def _left(self, run: _Run) -> tuple[str, str]:
        text = self._fields[run.field].names
        left = text[max(0, run.start - _BEFORE) : run.start].rsplit("\n", 1)[-1]
        return left, words_say.last_word(left)

    def _whose(self, run: _Run, left: str, last: str, before: tuple[_Run, bool] | None) -> bool | None:
        """True for a child's name, False for a relative's, None for any other's."""
        text, bare = self._fields[run.field].names, run.bare
        if not words_say.may_be_name(run.words, bare):
            return None
        if words_say.begins_compound(text, run.end, bare) and " " not in run.words:
            return None
        adult = words_say.adult_after(text, run.end, self._year, bare)
        if not adult and (
            words_say.child_after(text, run.end, self._year, bare)
            or words_say.child_before(left, last, bare)
            or words_say.child_around(left, last, text, run.end, bare)
        ):
            return True
        if words_say.kin_before(left, last, bare) or words_say.kin_after(text, run.end, bare):
            return False
        if not self._foundling and (
            words_say.household_before(left, last, bare)
            or words_say.speaks_of_own_child(text, run.start, run.end, last, bare)
        ):
            return False
        if "." in run.words:
            whose = None if adult else self._whose_initials(run, left, last)
            if whose is None and (adult or last in words_say.ADULT_WORDS[bare]):
                self._others |= _forms(run)
            return whose
        return self._next_in_list(run, before)

    def _whose_initials(self, run: _Run, left: str, last: str) -> bool | None:
        """Initials protect a person, so near a child they are its own or a parent's; not those of an adult
        with a title of age or office. A lone one may be an abbreviation (P., Q., H.)."""
        if words_say.credited(left, run.bare) or last in words_say.PLACE_WORDS[run.bare]:
            return None
        if run.words in self._others and run.words not in self._known:
            return None
        if last in words_say.ADULT_WORDS[run.bare]:
            return False if last in words_say.PARENT[run.bare] else None
        lone = run.words.count(".") == 1 and run.words.endswith(".")
        if not lone or last in words_say.CHILD_TITLES[run.bare]:
            return True
        after = self._fields[run.field].text[run.end : run.end + 2].lstrip()
        return True if after and not (after[0].isupper() or after[0].isdigit()) else None

    def _next_in_list(self, run: _Run, before: tuple[_Run, bool] | None) -> bool | None:
        """A name that goes on a list ("em A (12 tuổi), B và C", "anh A và chị B") is as the one before."""
        if before is None or not 0 <= run.start - before[0].end <= _BEFORE + 20:
            return None
        text, bare, child = self._fields[run.field].names, run.bare, before[1]
        gap = _NEXT_IN_LIST[bare].match(text, before[0].end, run.start)
        if gap is None or not (_is_full(run.words) or gap["titles"]):
            return None
        grown = any(word in words_say.ADULT_WORDS[bare] for word in gap["titles"].split())
        return None if child and (grown or words_say.adult_after(text, run.end, self._year, bare)) else child

    def _remember(self, run: _Run, known: _Known) -> None:
        forms = _forms(run)
        if _is_full(run.words):
            self._whole.add(run.words.split()[-1])
        if self._any_bare:
            forms |= {unmarked(form) for form in forms}
        for form in forms:
            self._known[form].add(known)

    def _lookup(self, words: str, bare: bool) -> set[_Known] | None:
        return self._known.get(_closed(unmarked(words) if bare else words))

    def _said_again(self, run: _Run) -> Place | None:
        known = self._lookup(run.words, run.bare) or self._given_name_of(run)
        if not known:
            return None
        left, last = self._left(run)
        titled = last in words_say.ADULT_WORDS[run.bare] and not left.rstrip().endswith(",")
        if titled and not any(last == k.title or not k.child for k in known):
            return None  # "bác sĩ Hà" is not the child Hà
        if " " not in run.words:
            if last in words_say.PLACE_WORDS[run.bare]:
                return None
            text = self._fields[run.field].text
            if _starts_sentence(text, run.start) and words_say.begins_compound(text, run.end, run.bare):
                return None
        return run.field, run.start, run.end

    def _given_name_of(self, run: _Run) -> set[_Known] | None:
        """What is known of "Hào" or "H." holds for "Lê Anh Hào", "Lê Thị H." where no other full name is."""
        words = run.words.split()
        if not _is_full(run.words) or words[-1] in self._whole or run.words in self._others:
            return None
        return self._lookup(words[-1], run.bare)

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
        full = {name.lower() for name in self._known if _is_full(name)}
        if not full:
            return
        for field, typed in self._fields.items():
            at = 0
            while hit := _FAMILY_AND_MORE.search(typed.text, at):
                words = hit.group().split(" ")
                at = hit.start() + len(words[0])
                for count in range(len(words), 1, -1):
                    name = " ".join(words[:count])
                    if name.lower() in full and (name[0].isupper() or (typed.chat and count > 2)):
                        at = hit.start() + len(name)
                        yield field, hit.start(), at
                        break

    def _small_names_again(self) -> Iterator[Place]:
        """A child's given name after a word for a child, in capitals or, where names may be, small."""
        given = {
            name.lower()
            for name, known in self._known.items()
            if name.isalpha() and any(k.child for k in known)
        }
        if given:
            for field, typed in self._fields.items():
                for hit in _SMALL_AFTER_CHILD.finditer(typed.text):
                    if hit[1].lower() in given and (
                        hit[1].isupper() or (typed.chat and _small_name(typed, hit))
                    ):
                        yield field, *hit.span(1)


def _forms(run: _Run) -> set[str]:
    """Return the ways in which a name is said again: whole, the given name, its last two words."""
    name = _closed(run.words)
    words = name.split()
    forms = {name, words[-1], " ".join(words[-2:])}
    if "." in name:
        forms.add(name.rstrip(".").rsplit(".", 1)[-1].strip() + ".")
    elif words[0] not in FAMILY[run.bare] and not words_say.is_country(words[0], run.bare):
        forms.add(words[0])  # a foreign name's given name comes first
    return forms


def _closed(words: str) -> str:
    """Return a name without spaces about its apostrophes: H'Nhuên."""
    return words.replace(" ’ ", "’").replace(" ' ", "'")


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
    fields: Mapping[TextField, Field], near: Mapping[TextField, Sequence[Stretch]], year: int, foundling: bool
) -> Iterator[Place]:
    """Yield field, start and end of the names in a page that identify a child.

    `fields` are the page's as they are read, `near` the stretches of each near a child, `year` the page's;
    `foundling` says that the page is of a child left behind, whose finders have families too. A child's name
    stands after a word for a child, before an age under 18, a birth year or a class; a relative's beside a
    word of kin, a parent's also after "anh" or "chị" where their own child is spoken of. Initials near a
    child are masked too, but not those of an adult with a title. Once known, a name is masked wherever the
    page says it, also before, in capitals and after the first word of a sentence. Officials, police,
    journalists and suspects without kinship to the child keep theirs.
    """
    return _Names(fields, near, year, foundling).found()
