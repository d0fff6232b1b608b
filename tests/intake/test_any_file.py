"""Whatever bytes a partner sends: every row has one outcome, or the file is refused in one line."""

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import BadInput
from core.records import Records
from intake.importing import Import, judge
from intake.mapping import FileMapping
from tests.conftest import NOON
from tests.intake.conftest import mapping

CELLS = {
    "text": "t",
    "title": "h",
    "url": "u",
    "id": "i",
    "thread": "g",
    "date": {"column": "d"},
    "type": {"column": "k"},
}
BY: FileMapping = mapping(CELLS)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
TWICE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)


def became(path: Path, records: Records) -> list[str]:
    try:
        done = [row for batch in judge(Import(path, BY, NOON), records) for row in batch]
    except BadInput:
        return []
    assert [row.number for row in done] == sorted({row.number for row in done})
    assert not [row for row in done if row.outcome.reason == "intake_failed"]
    return [row.outcome.label for row in done]


@TWICE
@given(body=st.binary(max_size=400))
def test_any_bytes_under_a_right_header(tmp_path: Path, records: Records, body: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"t,h,u,i,g,d,k\n" + body)
    became(path, records)


@TWICE
@given(
    rows=st.lists(
        st.fixed_dictionaries({}, optional=dict.fromkeys("thuigdk", ANY_JSON)), min_size=1, max_size=5
    )
)
def test_any_json_has_one_outcome_for_each_row(tmp_path: Path, records: Records, rows: list[object]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    assert len(became(path, records)) == len(rows)


@TWICE
@given(body=st.binary(max_size=200))
def test_any_bytes_as_a_workbook_are_refused(tmp_path: Path, records: Records, body: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04" + body)
    assert became(path, records) == []
