"""From a row to a page: fields cleaned and checked, an id that the same row always gets."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from core.contracts import EARLIEST, Page, PageType, content_hash
from core.handed_in import handed_in_address, handed_in_id
from core.urls import normalise
from intake.mapping import ISO, UNIX, DateColumn, FileMapping
from intake.refusal import Refused
from intake.rows import Cell
from intake.texts import clean, line, within

# As the crawler keeps of a page (crawlers/extraction/result.py).
TITLE_LIMIT, LEAD_LIMIT, TEXT_LIMIT, URL_LIMIT = 500, 2_000, 200_000, 2_000
NAME_LIMIT = 200
AHEAD = timedelta(hours=1)  # clocks differ


def page_of(cells: Mapping[str, Cell], mapping: FileMapping, at: datetime) -> Page:
    """Return the page that a row makes, handed in at `at`.

    Its id comes from the partner's id, else the address, else all that the row says. Raises Refused.
    """

    def given(field: str) -> str:
        return written(cells.get(field), field)

    text = within(clean(given("text"), "text"), "text", TEXT_LIMIT)
    if not text:
        raise Refused("no_text", "is empty, or holds no text that can be kept", "text")
    source = mapping.source.id
    url = web_address(line(given("url"), "url", URL_LIMIT))
    title = line(given("title"), "title", TITLE_LIMIT) or mapping.constants.title
    lead = line(given("lead"), "lead", LEAD_LIMIT)
    thread = line(given("thread"), "thread", NAME_LIMIT)
    published = _date(cells.get("date"), mapping.columns.date, at)
    digest = content_hash(title, lead, text)
    own = line(given("id"), "id", NAME_LIMIT)
    if own:
        name = handed_in_id(source, "id", own)
    elif url:
        name = handed_in_id(source, "url", normalise(url))
    else:
        stamp = published.isoformat() if published else ""
        name = handed_in_id(source, "content", digest, thread, stamp)
    return Page(
        id=name,
        url=url or handed_in_address(source, name),
        canonical_url=normalise(url) if url else handed_in_address(source, name),
        source_id=source,
        type=_type(given("type"), mapping),
        thread_id=handed_in_id(source, "thread", thread) if thread else None,
        thread_title=line(given("thread_title"), "thread_title", TITLE_LIMIT),
        section=line(given("section"), "section", NAME_LIMIT) or mapping.constants.section,
        title=title,
        lead=lead,
        text=text,
        language=mapping.constants.language,
        published_at=published,
        fetched_at=at,
        content_hash=digest,
    )


def written(cell: Cell, field: str) -> str:
    """Return what a cell says. Raises Refused for lists, objects and whatever else is no single value."""
    match cell:
        case None:
            return ""
        case str():
            return cell
        case float() if cell.is_integer():
            return str(int(cell))
        case bool() | int() | float():
            return str(cell)
        case datetime() | date():
            return cell.isoformat()
    raise Refused("not_text", "is no text; give one value, not a list or object", field)


def web_address(url: str) -> str:
    """Return `url`, which may be empty. Raises Refused for no web address, or one with a user in it."""
    if url:
        try:
            normalise(url)
            named = urlsplit(url).username is not None
        except ValueError:
            named = True
        if named or " " in url:
            raise Refused("address", "is no web address that begins with http:// or https://", "url")
    return url


def believable(when: datetime, at: datetime, field: str) -> datetime:
    """Return `when` in UTC. Raises Refused if it lies before the web in Vietnam or after `at`."""
    if not EARLIEST <= when <= at + AHEAD:
        raise Refused(
            "date", "lies in the future or before 1997; are day and month the right way round?", field
        )
    return when.astimezone(UTC)


def _type(given: str, mapping: FileMapping) -> PageType:
    column, said = mapping.columns.type, given.strip()
    if column is None or not said:
        return mapping.constants.type
    if said in column.values:
        return column.values[said]
    try:
        return PageType(said.lower())
    except ValueError as error:
        known = ", ".join([*column.values, *PageType])
        raise Refused(
            "unknown_type", f"is no known type; add it to columns.type.values; known: {known}", "type"
        ) from error


def _date(cell: Cell, column: DateColumn | None, at: datetime) -> datetime | None:
    if column is None or cell is None or cell == "":
        return None
    try:
        found = _read_date(cell, column)
        if found is not None and found.tzinfo is None:
            found = found.replace(tzinfo=ZoneInfo(column.zone))
        return believable(found, at, "date") if found is not None else None
    except (ValueError, OverflowError, OSError) as error:
        raise Refused("date", f"does not fit the format {column.format!r} of the mapping", "date") from error


def _read_date(cell: Cell, column: DateColumn) -> datetime | None:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - the zone of the mapping is set next
    said = written(cell, "date").strip()
    if not said:
        return None
    if column.format == UNIX:
        return datetime.fromtimestamp(float(said), UTC)
    return datetime.fromisoformat(said) if column.format == ISO else datetime.strptime(said, column.format)  # noqa: DTZ007
