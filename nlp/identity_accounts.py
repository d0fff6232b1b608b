"""Names of accounts on social networks that are given without a link: "Facebook: Hoa Nguyễn"."""

import re
from collections.abc import Iterator

from nlp import identity_words as words_say
from nlp.identity_letters import NAME_WORDS, spelled
from nlp.identity_numbers import Found
from nlp.identity_reading import FAMILY, Field

_NETWORKS = "facebook|fb|face|zalo|tiktok|tik tok|instagram|insta|messenger|telegram|nick|nickname|acc"
_SHORTEST = ("face", "fb", "zalo", "tik", "insta", "messenger", "telegram", "nick", "acc")  # one is in each
_MENTION = re.compile(rf"(?<!\w)(?i:{_NETWORKS})(?!\w)")
# What follows the network: words between, a sign that a name comes, the name or a nickname with digits, dots.
_ACCOUNT = spelled(
    r"(?P<gap>(?: (?:cá nhân|của (?:cháu|bé|em|con|nạn nhân|mẹ|bố)|facebook|fb|zalo|mang|có|lấy|"
    r"(?P<called>tên|là|nick))){0,5}"
    rf"(?P<sign>\s?[:“\"'‘(]{{1,3}})?)\s{{0,3}}(?P<account>{NAME_WORDS}|[A-Za-z][\w.]*[\d_.]\w+)(?!\w)"
)
_ORGANISATIONS = frozenset(
    ("Báo", "Đài", "Trung", "Ủy", "Uỷ", "Quỹ", "Chính", "Cổng", "Thông", "Tin", "Messenger", "Marketplace")
)


def account_names(field: Field, start: int, end: int) -> Iterator[Found]:
    """Yield the names that accounts go by, after the name of a network from `start` to `end`.

    After "tên", "là", "nick" or a sign (a colon, a quote) any name counts, else one with a family name first
    or last; what names an organisation or a place does not.
    """
    if not any(network in field.small for network in _SHORTEST):
        return
    text = field.text
    for mention in _MENTION.finditer(text, start, end):
        hit = _ACCOUNT[field.bare].match(text, mention.end())
        if hit is None or not (hit["gap"] or text[mention.end() : mention.end() + 1].isspace()):
            continue
        words = hit["account"].split(" ")
        led = hit["called"] or hit["sign"] or mention.group().lower().startswith("nick")
        if not words[0][0].isupper():
            named = bool(led)  # hoa_nguyen.2012
        else:
            first, last = words[0].capitalize(), words[-1].capitalize()
            family = len(words) > 1 and bool({first, last} & FAMILY[field.bare])
            shown = " ".join(word.capitalize() for word in words)
            named = (bool(led) or family) and words_say.may_be_name(shown, field.bare)
            named = named and first not in _ORGANISATIONS
        if named:
            yield *hit.span("account"), "account"
