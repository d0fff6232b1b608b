"""Names of children and of their parents and relatives near the places where a page speaks of a child."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from core.contracts import TextField
from nlp import identity_roles as roles
from nlp import identity_words as words_say
from nlp.identity_cues import Cue, adult_after, cue, word_beside
from nlp.identity_letters import NAME, is_foreign, spelled, unmarked
from nlp.identity_reading import END_WORDS, FAMILY, Field, Stretch, all_of, speaks_of

Place = tuple[TextField, int, int]  # field, start, end

_NAME = re.compile(NAME)
_NEXT_IN_LIST = spelled(
    r"(?:\s*\([^()]{0,90}\))?\s*(?:,|;|và|cùng|với|-|–|&)\s*(?:và\s+)?"
    r"(?P<titles>(?:(?:em|cháu|bé|anh|chị|ông|bà|vợ|chồng|bạn|là)\s+)*)$"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:\n“\"‘(…-])\s*$")
# Capitalised in the middle of a sentence too, and no names themselves; "Chau" is also the family name Châu.
_TITLES = (frozenset(("Cháu", "Bé", "Em")), frozenset(("Be", "Em")))
_HYPHENATED = re.compile(r" ?- ?[A-Za-z]+(?!\w)")
_TITLES_AND_NAMES = ("Nam", "Nhân", "Ba", "Thư", "Viên", "Tá")
_BEFORE = 90  # code points before a name that are read for whose it is
_CHILD_TITLE = re.compile(r"(?<!\w)(?:cháu|chau|bé|be|em)\s$", re.IGNORECASE)


class _Run(NamedTuple):
    """A run of capitalised words or initials in a field."""

    field: TextField
    start: int
    end: int
    words: str
    bare: bool
    last: str  # the word before it, small
    cue: Cue


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
        self._officials: set[str] = set()
        self._accused: set[str] = set()
        self._within_family = speaks_of(fields.values(), roles.WITHIN_FAMILY)
        self._any_bare = any(typed.bare for typed in fields.values())

    def found(self) -> Iterator[Place]:
        runs = [run for field in self._fields for run in self._runs(field, self._near[field])]
        for run in runs:
            if run.cue in (Cue.OFFICE, Cue.ADULT):
                self._others |= _forms(run)
            if run.cue is Cue.OFFICE:
                accused = run.last in roles.ACCUSED[run.bare]
                (self._accused if accused else self._officials).update(_forms(run))
        rest: list[_Run] = []
        before: tuple[_Run, bool] | None = None
        for run in runs:
            if before is not None and before[0].field != run.field:
                before = None
            child = self._whose(run, before)
            if child is None:
                rest.append(run)
            else:
                self._remember(run, _Known(child, run.last))
                before = run, child
                yield run.field, run.start, self._to_its_end(run)
        if self._known:
            for field in self._fields:
                rest += self._runs(field, self._between(field), read=False)
            for run in rest:
                if again := self._said_again(run) or self._said_first(run):
                    yield again
            yield from self._full_names_anywhere()
            yield from self._small_names_again()

    def _to_its_end(self, run: _Run) -> int:
        """Foreign names go on after a hyphen: "Ma Xiao - ling"."""
        more = _HYPHENATED.match(self._fields[run.field].text, run.end)
        return more.end() if more and is_foreign(run.words) else run.end

    def _between(self, field: TextField) -> Iterator[Stretch]:
        done = 0
        for start, end in self._near[field]:
            yield done, start
            done = end
        yield done, len(self._fields[field].names)

    def _runs(
        self, field: TextField, stretches: Iterator[Stretch] | Sequence[Stretch], read: bool = True
    ) -> Iterator[_Run]:
        typed = self._fields[field]
        text, bare, leading = typed.names, typed.bare, roles.LEADING[typed.bare]
        for opens, closes in stretches:
            for hit in _NAME.finditer(text, opens, closes):
                start, words = hit.start(), hit.group()
                head, _, more = words.partition(" ")
                if head.lower() in leading and (head in _TITLES[bare] or _starts_sentence(text, start)):
                    while head.lower() in leading and (more or head not in _TITLES_AND_NAMES):
                        start += len(head) + 1
                        words = more
                        head, _, more = words.partition(" ")
                elif "." in more and words_say.begins_no_name(head, bare) and _starts_sentence(text, start):
                    start, words = start + len(head) + 1, more  # "Thấy O. khóc"
                if words:
                    left = text[max(0, start - _BEFORE) : start].rsplit("\n", 1)[-1]
                    last = words_say.last_word(left)
                    beside = word_beside(left, last)
                    whose = Cue.OPEN
                    if read:
                        whose = cue(typed, start, hit.end(), words, left, last, self._year)
                    yield _Run(field, start, hit.end(), words, bare, beside, whose)

    def _whose(self, run: _Run, before: tuple[_Run, bool] | None) -> bool | None:
        """True for a child's name, False for a relative's, None for any other's."""
        match run.cue:
            case Cue.CHILD:
                return True
            case Cue.OWN:
                return None if run.words in self._others else True
            case Cue.KIN:
                return False
            case Cue.THEIRS:
                return None if run.words in self._others else False
            case Cue.RAISES:
                return None if self._foundling or run.words in self._officials else False
            case Cue.PARENT:
                none = self._foundling or run.words in self._officials or run.words in self._accused
                return None if none else False
            case Cue.OFFICE if run.last in roles.ACCUSED[run.bare] and self._within_family:
                return False
            case Cue.NO_NAME | Cue.OFFICE:
                return None
        if "." in run.words:
            return None if run.cue is Cue.ADULT else self._whose_initials(run)
        return self._next_in_list(run, before)

    def _whose_initials(self, run: _Run) -> bool | None:
        """Initials protect a person, so near a child they are its own or a parent's; not those of an adult
        with a title of age or office. A lone one may be an abbreviation (P., Q., H.)."""
        if run.words in self._others and run.words not in self._known:
            return None
        if run.last in roles.NO_PERSON_BEFORE[run.bare]:
            return None
        if run.last in roles.ADULT_WORDS[run.bare]:
            return False if run.last in roles.PARENT[run.bare] else None
        lone = run.words.count(".") == 1 and run.words.endswith(".")
        if not lone or run.last in roles.CHILD_TITLES[run.bare]:
            return True
        after = self._fields[run.field].text[run.end : run.end + 2].lstrip()
        return True if after and not (after[0].isupper() or after[0].isdigit()) else None

    def _next_in_list(self, run: _Run, before: tuple[_Run, bool] | None) -> bool | None:
        """A name that goes on a list ("em A (12 tuổi), B và C", "anh A và chị B") is as the one before."""
        if before is None or not 0 <= run.start - before[0].end <= _BEFORE + 20:
            return None
        text, bare, child = self._fields[run.field].names, run.bare, before[1]
        gap = _NEXT_IN_LIST[bare].match(text, before[0].end, run.start)
        given = child and run.words.isalpha() and before[0].words.isalpha()
        if gap is None or not (_is_full(run.words) or gap["titles"] or given):
            return None
        grown = any(word in roles.ADULT_WORDS[bare] for word in gap["titles"].split())
        return None if child and (grown or adult_after(text, run.end, self._year, bare)) else child

    def _remember(self, run: _Run, known: _Known) -> None:
        forms = _forms(run)
        if _is_full(run.words):
            self._whole.add(run.words.split()[-1])
        if self._any_bare:
            forms |= {unmarked(form) for form in forms}
        for form in forms:
            self._known[form].add(known)

    def _lookup(self, words: str, bare: bool) -> set[_Known] | None:
        words = _closed(unmarked(words) if bare else words)
        return self._known.get(words) or (self._known.get(words + ".") if len(words) == 1 else None)

    def _said_again(self, run: _Run) -> Place | None:
        known = self._lookup(run.words, run.bare) or self._given_name_of(run)
        if not known:
            return None
        text = self._fields[run.field].text
        titled = run.last in roles.ADULT_WORDS[run.bare]
        if titled and not any(run.last == k.title or not k.child for k in known):
            return None  # "bác sĩ Hà" is not the child Hà
        if " " not in run.words:
            if run.last in roles.PLACE_WORDS[run.bare]:
                return None
            if len(run.words) == 1 and (
                run.last in roles.NO_PERSON_BEFORE[run.bare] or text[run.end : run.end + 1].isalnum()
            ):
                return None
            if _starts_sentence(text, run.start) and words_say.begins_compound(text, run.end, run.bare):
                return None
        return run.field, run.start, run.end

    def _given_name_of(self, run: _Run) -> set[_Known] | None:
        """What is known of "Hào" or "H." holds for "Lê Anh Hào", "Lê Thị H." where no other full name is."""
        words = run.words.split()
        if not _is_full(run.words) or words[-1] in self._whole:
            return None
        known = self._lookup(words[-1], run.bare)
        if run.words in self._others and known and all(k.child for k in known):
            return None
        return known

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
        for field, typed in self._fields.items():
            for name in {name.lower() for name in self._known if _is_full(name)}:
                for start, end in all_of(typed, name):
                    if typed.text[start].isupper() or (typed.chat and name.count(" ") > 1):
                        yield field, start, end

    def _small_names_again(self) -> Iterator[Place]:
        """A child's given name after a word for a child, in capitals or, where names may be, small."""
        given = {n.lower() for n, known in self._known.items() if n.isalpha() and any(k.child for k in known)}
        for field, typed in self._fields.items():
            for name in given:
                for start, end in all_of(typed, name):
                    loud = typed.text[start:end].isupper()
                    if (loud or (typed.chat and _small_name(typed, name, end))) and _CHILD_TITLE.search(
                        typed.text, max(0, start - 6), start
                    ):
                        yield field, start, end


def _forms(run: _Run) -> set[str]:
    """Return the ways in which a name is said again: whole, the given name, its last two words."""
    name = _closed(run.words)
    words = name.split()
    if len(words[-1].rstrip(".")) == 1 and "." not in name[:-1]:
        words[-1] = words[-1].rstrip(".") + "."
        name = " ".join(words)
    forms = {name, words[-1], " ".join(words[-2:])}
    if "." in name:
        forms.add(name.rstrip(".").rsplit(".", 1)[-1].strip() + ".")
    elif words[0] not in FAMILY[run.bare] and not words_say.is_country(words[0], run.bare):
        forms.add(words[0])  # a foreign name's given name comes first
    return forms


def _closed(words: str) -> str:
    """Return a name without spaces about its apostrophes: H'Nhuên."""
    return words.replace(" ’ ", "’").replace(" ' ", "'")


def _small_name(typed: Field, name: str, end: int) -> bool:
    """Say whether "bé an" is the child An, not "bé an toàn"; "be dang" is no Đặng."""
    ordinary = name in END_WORDS[typed.bare]
    return not ordinary and not words_say.begins_compound(typed.text, end, typed.bare)


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
