"""Words of the interface: Vietnamese in the code, other languages from catalogues; numbers and dates."""

import gettext
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from core.contracts import VIETNAM
from core.errors import BadSettings

SOURCE = "vi"
LANGUAGES = (SOURCE, "en")


class Language:
    """One language of the interface."""

    def __init__(self, code: str, translations: gettext.NullTranslations) -> None:
        """Keep the language's code and its messages; use `language`."""
        self.code = code
        self.translations = translations
        self.gettext: Callable[[str], str] = translations.gettext

    def say(self, message: str, **values: object) -> str:
        """Return `message` in this language with its `%(name)s` filled in."""
        said = self.gettext(message)
        return said % values if values else said

    def count(self, one: str, many: str, n: int) -> str:
        """Return `one` or `many` as the language counts `n`, with `%(n)s` filled in."""
        return self.translations.ngettext(one, many, n) % {"n": self.number(n)}

    def number(self, value: float) -> str:
        """Return `value` as its readers write it: 1.234 and 0,5 in Vietnamese."""
        return format_decimal(value, format="#,##0.##", locale=self.code)

    def probability(self, value: float) -> str:
        """Return a probability to two places; no model is certain, so never 0 or 1."""
        if value >= 0.995:
            return f"> {self.number(0.99)}"
        return f"< {self.number(0.01)}" if value < 0.005 else self.number(round(value, 2))

    def day(self, value: date) -> str:
        """Return a day as dd/MM/yyyy."""
        return f"{value:%d/%m/%Y}"

    def moment(self, value: datetime | None) -> str:
        """Return a time in Vietnam as dd/MM/yyyy HH:mm, a dash for none."""
        return f"{value.astimezone(VIETNAM):%d/%m/%Y %H:%M}" if value else "–"

    def ago(self, value: datetime) -> str:
        """Return how long ago `value` was, in its largest whole unit."""
        minutes = max(0, int((datetime.now(UTC) - value).total_seconds() // 60))
        if minutes < 60:
            return self.count("%(n)s phút trước", "%(n)s phút trước", minutes)
        if minutes < 48 * 60:
            return self.count("%(n)s giờ trước", "%(n)s giờ trước", minutes // 60)
        return self.count("%(n)s ngày trước", "%(n)s ngày trước", minutes // (24 * 60))


@cache
def language(code: str) -> Language:
    """Return the language `vi` or `en`, its catalogue compiled in memory. Raises BadSettings for another."""
    if code not in LANGUAGES:
        raise BadSettings(f"setting 'language': {code!r} is not one of {', '.join(LANGUAGES)}")
    if code == SOURCE:
        return Language(code, gettext.NullTranslations())
    source = files("dashboards").joinpath(f"locale/{code}/LC_MESSAGES/console.po")
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source.read_bytes()), locale=code))
    compiled.seek(0)
    return Language(code, gettext.GNUTranslations(compiled))
