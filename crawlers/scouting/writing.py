"""The proposed source file as YAML, with a comment where a person must look."""

import math
from collections.abc import Iterator

import yaml

from crawlers.scouting.proposal import Proposal

THREAD_KEYS = ("title", "post", "text", "date", "next", "id")
COMMENT_KEYS = ("item", "text", "date", "id")


def as_yaml(proposal: Proposal, url: str, summary: str) -> str:
    """Return the source file that `proposal` is; `summary` says how its trial went."""
    return "\n".join(_lines(proposal, url, summary)) + "\n"


def _lines(proposal: Proposal, url: str, summary: str) -> Iterator[str]:
    spec = proposal.spec
    yield f"# Written by `langnghe sources test {_plain(url)}` on {spec.checked}: {summary}."
    yield "# Lines that say `check` are guesses. All keys: docs/sources.md."
    yield f"id: {spec.id}  # check: part of the archive's paths; never change it once pages are archived"
    yield f"name: {_text(spec.name)}  # check"
    yield f"home: {_text(spec.home)}"
    yield f"type: {spec.type}"
    yield f"language: {spec.language}"
    yield "enabled: true"
    yield f"checked: {spec.checked}"
    yield "every_minutes: 60"
    if spec.allow_addresses:
        yield f"allow_addresses: [{', '.join(_text(str(address)) for address in spec.allow_addresses)}]"
    yield "expect: {minimum: 0}  # check: how many pages a run should give at least, new and unchanged"
    yield from _discover(proposal)
    wanted = spec.threads or spec.articles
    assert wanted is not None
    yield f"{'threads' if spec.threads else 'articles'}:"
    yield "  allow:"
    for pattern in wanted.allow:
        yield f"    - {_pattern(pattern)}  # check: {_plain(proposal.checks['allow'])}"
    if wanted.deny:
        yield f"  deny: [{', '.join(map(_pattern, wanted.deny))}]"
    if spec.threads:
        yield from _rules(THREAD_KEYS, spec.threads.model_dump())
    if spec.comments:
        yield "comments:  # check: found below one article"
        yield from _rules(COMMENT_KEYS, spec.comments.model_dump())


def _discover(proposal: Proposal) -> Iterator[str]:
    found = proposal.spec.discover
    yield "discover:"
    for key, urls in (("feeds", found.feeds), ("sitemaps", found.sitemaps)):
        if urls:
            yield f"  {key}:"
            yield from (f"    - {_text(url)}" for url in urls)
    if found.sections:
        yield "  sections:  # check: are all of them there, and none too many?"
        yield from (_section({"url": s.url} | ({"next": s.next} if s.next else {})) for s in found.sections)
    if proposal.sections:
        yield "  # Sections, should feeds and sitemaps not name everything:"
        yield "  # sections:"
        yield from ("  #" + _section(section)[3:] for section in proposal.sections)


def _section(facts: dict[str, str]) -> str:
    return "    - {" + ", ".join(f"{key}: {_text(value)}" for key, value in facts.items()) + "}"


def _rules(keys: tuple[str, ...], facts: dict[str, object]) -> Iterator[str]:
    for key in keys:
        if facts.get(key):
            yield f"  {key}: {_text(str(facts[key]))}"


def _text(text: str) -> str:
    """Return `text` as a YAML scalar in double quotes."""
    written: str = yaml.safe_dump(text, allow_unicode=True, default_style='"', width=math.inf)
    return written.strip()


def _plain(text: str) -> str:
    """Return `text` as it can stand in a comment."""
    return "".join(letter for letter in text if letter.isprintable())


def _pattern(pattern: str) -> str:
    """Return a pattern in single quotes, in which backslashes stand for themselves, if it can be."""
    if not pattern.isprintable():
        return _text(pattern)
    return "'" + pattern.replace("'", "''") + "'"
