"""The masked form: what is named by a span is gone, all else stands where it stood."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from core.contracts import Analysis, Document, ModelInfo, Page, PageType, Severity, Span
from core.masking import mask_text, masked
from core.text import MASK


def document(*spans: Span, **texts: str) -> Document:
    page = Page(
        id="p1",
        url="https://bao.example/tin-1",
        canonical_url="https://bao.example/tin-1",
        source_id="bao",
        type=PageType.ARTICLE,
        fetched_at=datetime(2025, 11, 20, tzinfo=UTC),
        content_hash="h",
        **texts,  # type: ignore[arg-type]
    )
    analysis = Analysis(
        relevance=0.9,
        relevant=True,
        severity=Severity(level=2, probabilities=(0.0, 0.0, 1.0, 0.0)),
        masked=spans,
        model=ModelInfo(name="m", version="1", threshold=0.5),
    )
    return Document(page=page, analysis=analysis)


@st.composite
def text_and_spans(draw: st.DrawFn) -> tuple[str, list[Span]]:
    """A text, and spans that may overlap, touch or reach beyond its end."""
    text = draw(st.text(max_size=60))
    spans = draw(st.lists(st.tuples(st.integers(0, 70), st.integers(1, 20)), max_size=6))
    return text, [Span(field="text", start=start, end=start + length, kind="name") for start, length in spans]


@given(text_and_spans())
def test_masking_keeps_length_hides_the_spans_and_touches_nothing_else(case: tuple[str, list[Span]]) -> None:
    text, spans = case
    hidden = {at for span in spans for at in range(span.start, span.end)}
    result = mask_text(text, spans)
    assert len(result) == len(text)
    assert all(result[at] == (MASK if at in hidden else text[at]) for at in range(len(text)))


@given(text_and_spans())
def test_masking_twice_is_masking_once(case: tuple[str, list[Span]]) -> None:
    text, spans = case
    assert mask_text(mask_text(text, spans), spans) == mask_text(text, spans)


def test_every_text_field_of_a_document_is_masked_by_its_own_spans() -> None:
    original = document(
        Span(field="text", start=5, end=7, kind="name"),
        Span(field="title", start=7, end=9, kind="name"),
        Span(field="lead", start=0, end=2, kind="name"),
        Span(field="thread_title", start=3, end=5, kind="name"),
        title="Tìm bé Na",
        lead="Na đi lạc",
        text="Cháu Na đã về",
        thread_title="Bé Na đi lạc",
    )
    page = masked(original).page
    assert (page.title, page.lead, page.text, page.thread_title) == (
        "Tìm bé ••",
        "•• đi lạc",
        "Cháu •• đã về",
        "Bé •• đi lạc",
    )


def test_nothing_but_the_texts_of_the_page_changes() -> None:
    original = document(Span(field="text", start=0, end=2, kind="name"), text="Na đã về")
    result = masked(original)
    assert result.analysis == original.analysis
    changed = {"text", "content_hash"}
    assert result.page.model_dump(exclude=changed) == original.page.model_dump(exclude=changed)
    assert original.page.text == "Na đã về"


def test_a_section_that_repeats_a_masked_name_is_left_out() -> None:
    span = Span(field="text", start=0, end=11, kind="name")
    case = document(span, text="Nguyễn Bưởi đã về nhà.")
    for section, shown in (("Vụ Nguyễn Bưởi", ""), ("Thời sự", "Thời sự")):
        page = case.page.model_copy(update={"section": section})
        assert masked(case.model_copy(update={"page": page})).page.section == shown


def test_a_masked_number_can_t_be_guessed_and_checked_against_the_hash() -> None:
    spans = (Span(field="text", start=4, end=14, kind="phone"),)
    one, other = (masked(document(*spans, text=f"Gọi {number}")) for number in ("0912000001", "0912000002"))
    assert one.page.content_hash == other.page.content_hash


def test_a_document_without_masked_spans_stays_as_it_is() -> None:
    original = document(text="Không có gì phải che")
    assert masked(original) == original
