"""What the four dashboards show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from core.contracts import State
from core.taxonomy import taxonomy
from dashboards.kibana.lens import Chart, Column

Say = Callable[[str], str]
# Charts side by side, as wide as each other, and how high they are in rows of Kibana's grid.
Row = tuple[int, Sequence[Chart]]

TIME = "dated_at"
RELEVANT = "relevant: true"
GRAVE = f"{RELEVANT} and severity >= 3"
# Held for not relevant by the model, yet perhaps grave, and undecided.
POSSIBLY_GRAVE = "possibly_grave: true"
OPEN = f"{RELEVANT} and state: {State.OPEN}"


@dataclass(frozen=True)
class Board:
    """A dashboard: its place in addresses, what it is called and about, the time it opens on, its charts."""

    name: str
    title: str
    about: str
    since: str
    rows: Sequence[Row]


def boards(say: Say) -> list[Board]:
    """Return the dashboards, in the words of `say`."""
    fields = Fields(say)
    return [_overview(say, fields), _triage(say, fields), _sources(say, fields), _trend(say, fields)]


class Fields:
    """The index's fields that the dashboards use, as columns and under their names."""

    def __init__(self, say: Say) -> None:
        """Name the fields in the words of `say`."""
        self.day = Column(say("Ngày"), "time", TIME, "date", interval="d")
        self.week = Column(say("Tuần"), "time", TIME, "date", interval="w")
        self.category = Column(say("Nhóm nguy cơ"), "terms", "category", "string", len(taxonomy().codes))
        self.province = Column(say("Tỉnh, thành phố"), "terms", "province", "string", 34)
        self.severity = Column(say("Mức độ"), "terms", "severity", "number", len(taxonomy().severity))
        self.kind = Column(say("Loại tin"), "terms", "kind", "string", 5)
        self.state = Column(say("Tình trạng xử lý"), "terms", "state", "string", len(State))
        self.source = Column(say("Nguồn"), "terms", "source", "string", 50)
        self.type = Column(say("Dạng văn bản"), "terms", "type", "string", 5)
        self.count = Column(say("Số tin"), "count")

    def named(self) -> dict[str, str]:
        """Return what each field is called."""
        columns = (self.category, self.province, self.severity, self.kind, self.state, self.source, self.type)
        return {column.field: column.label for column in columns}

    def counted(self, label: str, only: str) -> Column:
        """Return a count of the documents that also match `only`, in KQL."""
        return replace(self.count, label=label, only=only)


def _overview(say: Say, of: Fields) -> Board:
    one = [of.count]
    return Board(
        "overview",
        say("Lắng Nghe: Tổng quan"),
        say("Có bao nhiêu tin liên quan, nghiêm trọng đến đâu, về nguy cơ gì và ở đâu."),
        "now-8w/w",
        [
            (
                7,
                [
                    Chart(say("Tin liên quan"), "metric", one, RELEVANT),
                    Chart(say("Tin nghiêm trọng"), "metric", one, GRAVE),
                    Chart(say("Tin chưa xử lý"), "metric", one, OPEN),
                    Chart(say("Tất cả tin đã thu thập"), "metric", one),
                ],
            ),
            (14, [Chart(say("Theo ngày và mức độ"), "stack", [of.day, of.severity, *one], RELEVANT)]),
            (
                18,
                [
                    Chart(say("Theo nhóm nguy cơ"), "bars", [of.category, *one], RELEVANT),
                    Chart(say("Theo tỉnh, thành phố"), "bars", [of.province, *one], RELEVANT),
                ],
            ),
            (
                12,
                [
                    Chart(say("Theo loại tin"), "bars", [of.kind, *one], RELEVANT),
                    Chart(say("Theo dạng văn bản"), "bars", [of.type, *one], RELEVANT),
                ],
            ),
        ],
    )


def _triage(say: Say, of: Fields) -> Board:
    one = [of.count]
    grave = of.counted(say("Trong đó nghiêm trọng"), GRAVE)
    return Board(
        "triage",
        say("Lắng Nghe: Khối lượng xử lý"),
        say("Còn bao nhiêu tin chờ cán bộ phân tích, từ bao giờ và thuộc nhóm nào."),
        "now-8w/w",
        [
            (
                7,
                [
                    Chart(say("Tin chưa xử lý"), "metric", one, OPEN),
                    Chart(say("Tin nghiêm trọng chưa xử lý"), "metric", [grave], OPEN),
                    Chart(say("Tin có thể nghiêm trọng"), "metric", one, POSSIBLY_GRAVE),
                ],
            ),
            (14, [Chart(say("Theo ngày và tình trạng"), "stack", [of.day, of.state, *one], RELEVANT)]),
            (14, [Chart(say("Chưa xử lý theo mức độ"), "stack", [of.day, of.severity, *one], OPEN)]),
            (
                16,
                [
                    Chart(say("Chưa xử lý theo nhóm"), "table", [of.category, *one, grave], OPEN),
                    Chart(say("Nhóm và tình trạng"), "grid", [of.state, of.category, *one], RELEVANT),
                ],
            ),
        ],
    )


def _sources(say: Say, of: Fields) -> Board:
    counts = [
        of.count,
        of.counted(say("Tin liên quan"), RELEVANT),
        of.counted(say("Tin nghiêm trọng"), GRAVE),
        of.counted(say("Tin chưa xử lý"), OPEN),
    ]
    by_category = [of.category, of.source, of.count]
    return Board(
        "sources",
        say("Lắng Nghe: Nguồn tin"),
        say("Mỗi nguồn cho bao nhiêu tin, bao nhiêu tin trong đó liên quan."),
        "now-4w/w",
        [
            (14, [Chart(say("Tin theo nguồn"), "stack", [of.day, of.source, of.count])]),
            (20, [Chart(say("Các nguồn"), "table", [of.source, *counts])]),
            (
                16,
                [
                    Chart(say("Nguồn và dạng văn bản"), "grid", [of.type, of.source, of.count]),
                    Chart(say("Nguồn và nhóm nguy cơ"), "grid", by_category, RELEVANT),
                ],
            ),
        ],
    )


def _trend(say: Say, of: Fields) -> Board:
    one = [of.count]
    leading = replace(of.province, most=10)
    return Board(
        "trend",
        say("Lắng Nghe: Xu hướng theo nhóm nguy cơ và địa phương"),
        say("Nhóm nguy cơ và địa phương nào tăng, giảm theo tuần."),
        "now-26w/w",
        [
            (16, [Chart(say("Nhóm theo tuần"), "lines", [of.week, of.category, *one], RELEVANT)]),
            (16, [Chart(say("Địa phương theo tuần"), "lines", [of.week, leading, *one], RELEVANT)]),
            (16, [Chart(say("Nghiêm trọng theo tuần"), "stack", [of.week, of.category, *one], GRAVE)]),
            (24, [Chart(say("Nhóm và địa phương"), "grid", [of.category, of.province, *one], RELEVANT)]),
        ],
    )
