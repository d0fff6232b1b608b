"""Partners' files into the archive, as a run like any other."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from core.errors import BadUsage, Busy
from core.records.partners import Partner, declare_partner, partner_name
from intake.importing import Import, RowDone, bring_in, judge
from intake.mapping import read_mapping
from langnghe.house import House
from langnghe.pipeline import adopt


def partner(house: House, source_id: str, name: str | None = None) -> Partner:
    """Return the partner of this id, by `name` or as it is known, else called by its id. Raises BadUsage."""
    known = name or partner_name(house.records, source_id) or source_id
    try:
        return Partner(id=source_id, name=known)
    except ValidationError as error:
        raise BadUsage(
            f"--source {source_id[:80]!r}: use small letters, digits, hyphens; a name of up to 200 letters"
        ) from error


def work_on(house: House, file: Path, mapping: Path, source_id: str | None) -> Import:
    """Return the import of `file` by the mapping file, for its source or for `source_id`.

    A source of another id than the mapping's bears the name that it is known by, or else its id. Raises
    BadInput for a mapping that can't be read, BadUsage for an id that can't be one.
    """
    read = read_mapping(mapping)
    if source_id is not None and source_id != read.source.id:
        read = read.model_copy(update={"source": partner(house, source_id)})
    return Import(file, read, datetime.now(UTC))


def try_file(house: House, work: Import) -> Iterator[list[RowDone]]:
    """Yield what importing would make of each row; nothing is written."""
    return judge(work, house.records)


def import_file(house: House, run_id: str, work: Import) -> Iterator[list[RowDone]]:
    """Import within the run `run_id`; yield what became of each row.

    What a run that was killed had archived and not written down is adopted first. Raises Busy while another
    file of that partner is being imported.
    """
    declare_partner(house.records, work.mapping.source)
    with house.rearranging():
        adopt(house, run_id)
    source = work.mapping.source.id
    with house.collecting(source) as free:
        if not free:
            raise Busy(f"another file of {source} is being imported; try again when that has ended")
        yield from bring_in(work, house.archive, house.records, run_id)
