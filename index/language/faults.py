"""What can be wrong with a search text, in words for the command line; the console has words of its own."""

from typing import Literal, get_args

from core.errors import Unreadable

Problem = Literal[
    "no_words",
    "unknown_key",
    "unknown_value",
    "no_value",
    "no_order",
    "unclosed",
    "unopened",
    "empty",
    "dangling",
    "too_deep",
]
PROBLEMS: tuple[Problem, ...] = get_args(Problem)

_SAID: dict[Problem, str] = {
    "no_words": "there is no word to search for; type letters or digits",
    "unknown_key": "no filter is called {found!r}; there are {expected}; put what is no filter in quotes",
    "unknown_value": "{key} can't be {found!r}; write {expected}",
    "no_value": 'the value of {key} is missing; write it right behind, like {key}:word or {key}:"two words"',
    "no_order": "{key} has no order; write {key}:value",
    "unclosed": "this parenthesis is not closed; add )",
    "unopened": "there is no ( to this parenthesis; remove it or put it in quotes",
    "empty": "there is nothing between these parentheses",
    "dangling": "there is nothing for {found} to join or exclude; if it is a word, write it in quotes",
    "too_deep": "too many parentheses within one another",
}


def fault(
    problem: Problem, text: str, start: int, end: int, key: str = "", expected: tuple[str, ...] = ()
) -> Unreadable:
    """Return the error that says what is wrong with `text[start:end]`, in one line with the column from 1."""
    said = _SAID[problem].format(found=text[start:end], key=key, expected=", ".join(expected))
    return Unreadable(f"search, column {start + 1}: {said}", problem, text, (start, end), key, expected)
