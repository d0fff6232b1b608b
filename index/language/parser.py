"""From the text of a search to its expression, or to an error that points at the place."""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import cast

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedToken

from core.errors import Unreadable
from core.text import has_marks, nfc
from index.expression import All, Comparison, Expression, Filter, FilterField, Term, all_of, any_of, negation
from index.language.days import EXAMPLES, period
from index.language.faults import Problem, fault
from index.language.keys import ORDERED, PERIODS, keys, known_keys, known_values, plain, stored
from index.wording import split

# A shorter beginning would match a good part of all syllables, which helps nobody and costs seconds.
PREFIX_MIN = 2
# Parentheses within one another: more than anyone writes, and few enough for the stack of SQLite's parsers.
DEEPEST = 8

_QUOTES = str.maketrans("“”„", '"' * 3)  # as word processors and newspapers set them

JOINING = ("_OR", "_AND")
ACTING = (*JOINING, "NOT")


class _Operators:
    """What tells the lexer to see operators everywhere, so that one out of place is no word."""

    always_accept = JOINING

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """Leave the tokens as they are."""
        return stream


def parse(text: str) -> Expression:
    """Return what `text` asks for (docs/search.md); of one that is empty, everything.

    Marks decide per term: with any, the words are meant exactly; without, all spellings are. Raises
    `core.errors.Unreadable`.
    """
    return _read(nfc(text).translate(_QUOTES))


@lru_cache(maxsize=256)  # A page of the console asks the same text about ten times.
def _read(text: str) -> Expression:
    return _Reading(text).expression() if text.strip() else All()


class _Reading:
    """One text on its way to an expression."""

    def __init__(self, text: str) -> None:
        self.text = text

    def expression(self) -> Expression:
        tree = self._tree()
        if not tree.children:
            raise self._fault("no_words", 0, len(self.text))
        return self._read(tree.children[0])

    def _tree(self) -> "Tree[Token]":
        steps = _grammar().parse_interactive(self.text)
        seen: list[Token] = []
        opened: list[Token] = []
        try:
            for token in steps.iter_parse():
                if token.type == "LPAR":
                    opened.append(token)
                    if len(opened) > DEEPEST:
                        raise self._fault_at("too_deep", token)
                elif token.type == "RPAR" and opened:
                    opened.pop()
                seen.append(token)
            return cast("Tree[Token]", steps.feed_token(Token("$END", "")))
        except UnexpectedToken as error:
            before = seen[:-1] if seen and seen[-1] is error.token else seen
            raise self._misplaced(error.token, before, opened) from error

    def _misplaced(self, token: Token, before: Sequence[Token], opened: Sequence[Token]) -> Unreadable:
        """Say what is wrong with `token` after those `before` it, of which `opened` are open parentheses."""
        last = before[-1] if before else None
        if last is not None and last.type == "COMPARISON":
            return self._fault_at("no_value", before[-2], key=str(before[-2]))
        if last is not None and last.type in ACTING:
            return self._fault_at("dangling", last)
        if token.type in JOINING:
            return self._fault_at("dangling", token)
        if token.type == "RPAR":
            if last is not None and last.type == "LPAR":
                return self._fault("empty", _start(last), _end(token))
            return self._fault_at("unopened", token)
        return self._fault_at("unclosed", opened[-1])

    def _read(self, node: "Tree[Token] | Token") -> Expression:
        # As deep as parentheses are.
        assert isinstance(node, Tree)
        match node.data:
            case "either":
                return any_of(map(self._read, node.children))
            case "together":
                return all_of(map(self._read, node.children))
            case "negated":
                *signs, part = node.children
                read = self._read(part)
                return negation(read) if len(signs) % 2 else read
            case "filter":
                key, comparison, value = cast("list[Token]", node.children)
                return self._filter(key, comparison, value)
        return self._words(cast(Token, node.children[0]))

    def _words(self, token: Token) -> Term:
        if token[-1] == ":" and plain(token) in keys():
            raise self._fault_at("no_value", token, key=token[:-1])
        return _term(token)

    def _filter(self, name: Token, sign: Token, typed: Token) -> Expression:
        key = keys().get(plain(name))
        if key is None:
            raise self._fault_at("unknown_key", name, expected=known_keys(name))
        comparison = cast(Comparison, sign.strip().replace(":", "="))
        if comparison != "=" and key not in ORDERED:
            raise self._fault_at("no_order", sign, key=str(name))
        if not plain(typed):
            raise self._fault_at("no_value", typed, key=str(name))
        if key == "title":
            return _term(typed, title=True)
        value = typed.strip('" ,;.')
        if key in PERIODS:
            days = period(key, value)
            if days is None:
                raise self._fault_at("unknown_value", typed, key=str(name), expected=EXAMPLES[key])
            first, last = (day.isoformat() for day in days)
            if comparison == "=" and first != last:
                return all_of((Filter("day", ">=", first), Filter("day", "<=", last)))
            return Filter("day", comparison, last if comparison in ("<=", ">") else first)
        known = stored(key, value)
        if known is None:
            raise self._fault_at("unknown_value", typed, key=str(name), expected=known_values(key, value))
        return Filter(cast(FilterField, key), comparison, known)

    def _fault_at(
        self, problem: Problem, token: Token, key: str = "", expected: tuple[str, ...] = ()
    ) -> Unreadable:
        return self._fault(problem, _start(token), _end(token), key, expected)

    def _fault(
        self, problem: Problem, start: int, end: int, key: str = "", expected: tuple[str, ...] = ()
    ) -> Unreadable:
        return fault(problem, self.text, start, end, key, expected)


def _term(token: Token, *, title: bool = False) -> Term:
    words = tuple(split(token))
    prefix = token.endswith("*") and len(words[-1]) >= PREFIX_MIN
    return Term(words, exact=any(map(has_marks, words)), prefix=prefix, title=title)


def _start(token: Token) -> int:
    return token.start_pos or 0


def _end(token: Token) -> int:
    return token.end_pos or 0


@cache
def _grammar() -> Lark:
    grammar = files("index.language").joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", postlex=_Operators(), maybe_placeholders=False)
