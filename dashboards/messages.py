"""Words of the interface in another language, from gettext catalogues.

Vietnamese is the language in which the messages are written, so it needs no catalogue. Another language has
one at `dashboards/locale/<language>/LC_MESSAGES/console.po`; what it lacks stays Vietnamese.
"""

from collections.abc import Callable
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po


@cache
def translator(language: str) -> Callable[[str], str]:
    """Return the function that puts a Vietnamese message into `language` (`vi`, `en`); unknown: unchanged."""
    translations = _catalogue(language)

    def translate(message: str) -> str:
        return translations.get(message) or message

    return translate


def _catalogue(language: str) -> dict[str, str]:
    if not (language.isascii() and language.replace("_", "").isalpha()):
        return {}
    path = files("dashboards").joinpath("locale", language, "LC_MESSAGES", "console.po")
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {m.id: m.string for m in catalogue if isinstance(m.id, str) and isinstance(m.string, str) and m.id}
