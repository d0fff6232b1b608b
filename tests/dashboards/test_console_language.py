"""The interface speaks Vietnamese; English comes whole from its catalogue."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from starlette.testclient import TestClient

import dashboards
from core.errors import BadSettings
from core.taxonomy import taxonomy
from dashboards.console.app import create_app
from dashboards.console.guard import SESSION_COOKIE
from dashboards.console.language import LANGUAGES, language
from dashboards.console.words import Names
from tests.dashboards.conftest import Furnished, House
from tests.dashboards.console_world import GRAVE_NEW

ROOM = Path(dashboards.__file__).parent
SPEAKING = (ROOM / "console", ROOM / "kibana")
SPOKEN = {"_": None, "say": None, "count": (1, 2)}
VIETNAMESE = re.compile("[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
VALUE = re.compile(r"%\((\w+)\)s")


def said_in_code() -> set[str]:
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    found = {
        message
        for part in SPEAKING
        for _, _, message, _, _ in extract_from_dir(part, methods, keywords=SPOKEN)
    }
    return {one for message in found for one in ([message] if isinstance(message, str) else message)}


def said_in_taxonomy() -> set[str]:
    known = taxonomy()
    terms = [*known.severity.values(), *known.kind.values(), *known.sentiment.values()]
    return {term.vi for term in terms} | {c.vi for c in known.categories}


def in_english(message: str) -> str:
    return language("en").translations.ngettext(message, message, 2)


def test_every_message_of_the_console_is_found() -> None:
    said = said_in_code()

    assert len(said) > 200
    assert {"Hàng chờ", "Đã loại", "%(n)s phút trước", "Chưa có tin liên quan trong 8 tuần qua."} <= said


@pytest.mark.parametrize("message", sorted(said_in_code() | said_in_taxonomy()))
def test_the_english_catalogue_has_every_message_with_the_same_values(message: str) -> None:
    english = in_english(message) if language("en").say(message) == message else language("en").say(message)

    assert english != message, "the catalogue lacks it"
    assert set(VALUE.findall(english)) == set(VALUE.findall(message))


def test_the_english_catalogue_has_nothing_that_is_said_no_more() -> None:
    catalogue = language("en").translations._catalog  # type: ignore[attr-defined]
    ids = {key if isinstance(key, str) else key[0] for key in catalogue} - {""}

    assert ids == said_in_code() | said_in_taxonomy()


def test_vietnamese_counts_numbers_and_days_as_its_readers_do() -> None:
    spoken = language("vi")

    assert spoken.number(1234.5) == "1.234,5"
    assert spoken.count("%(n)s tin.", "%(n)s tin.", 1) == "1 tin."
    assert spoken.moment(datetime(2026, 11, 23, 17, 5, tzinfo=UTC)) == "24/11/2026 00:05"
    assert spoken.moment(None) == "–"


def test_english_counts_one_and_many() -> None:
    spoken = language("en")

    assert spoken.count("%(n)s tin.", "%(n)s tin.", 1) == "1 text."
    assert spoken.count("%(n)s tin.", "%(n)s tin.", 1200) == "1,200 texts."


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(seconds=-5), "0 phút trước"),
        (timedelta(minutes=59), "59 phút trước"),
        (timedelta(hours=47, minutes=30), "47 giờ trước"),
        (timedelta(days=2), "2 ngày trước"),
    ],
)
def test_an_age_is_told_in_its_largest_fitting_unit(age: timedelta, said: str) -> None:
    assert language("vi").ago(datetime.now(UTC) - age) == said


@pytest.mark.parametrize(
    ("probability", "said", "certainty"),
    [
        (1.0, "> 0,99", "rất chắc chắn"),
        (0.9, "0,9", "rất chắc chắn"),
        (0.745, "0,74", "khá chắc chắn"),
        (0.5, "0,5", "chưa chắc chắn"),
        (0.001, "< 0,01", "chưa chắc chắn"),
    ],
)
def test_a_probability_is_never_certain_and_comes_with_a_word(
    probability: float, said: str, certainty: str
) -> None:
    assert language("vi").probability(probability) == said
    assert Names(language("vi")).certainty(probability) == certainty


def test_a_language_without_catalogue_is_refused() -> None:
    assert LANGUAGES == ("vi", "en")
    with pytest.raises(BadSettings, match="'fr' is not one of vi, en"):
        language("fr")


@pytest.mark.parametrize(
    "address",
    ["/queue", "/search?q=zzz", "/search?q=(", "/saved", "/overview", "/alerts", "/reports", "/sources"],
)
def test_in_english_no_vietnamese_word_is_left_but_in_the_texts_themselves(
    house: House, furnished: Furnished, address: str
) -> None:
    settings = house.settings.model_copy(update={"language": "en"})
    app = create_app(settings, house.records, house.engine)
    with TestClient(app) as browser:
        browser.cookies.set(SESSION_COOKIE, furnished.tokens["linh"], domain="testserver.local")
        html = browser.get(address).text

    assert '<html lang="en">' in html
    left = [m for m in said_in_code() | said_in_taxonomy() if VIETNAMESE.search(m) and f">{m}<" in html]
    assert left == []


def test_a_text_is_explained_in_english_too(house: House, furnished: Furnished) -> None:
    settings = house.settings.model_copy(update={"language": "en"})
    app = create_app(settings, house.records, house.engine)
    with TestClient(app) as browser:
        browser.cookies.set(SESSION_COOKIE, furnished.tokens["linh"], domain="testserver.local")
        html = browser.get(f"/texts/{GRAVE_NEW}").text

    assert "very sure" in html
    assert "Accident and injury" in html or "Origin and analysis" in html
