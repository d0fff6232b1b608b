"""The search language: what is typed, what it means, and how a mistake is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Unreadable
from core.provinces import current_names
from core.taxonomy import taxonomy
from index.asked import asked
from index.engine import Query
from index.expression import All, Any, Filter, Not, Term, leaves, negation, strictly
from index.language import parse
from index.language.keys import KEYS, names, plain


def word(text: str, *, exact: bool = False, literal: bool = False) -> Term:
    return Term(tuple(text.split()), exact=exact, literal=literal)


def fault(text: str) -> tuple[str, str, tuple[str, ...]]:
    """What is wrong, the part that the error points at, and what it says to write instead."""
    with pytest.raises(Unreadable) as caught:
        parse(text)
    error = caught.value
    return error.problem, error.text[error.start : error.end], error.expected


# Words


def test_words_side_by_side_must_all_occur() -> None:
    assert parse("trẻ em") == parse("trẻ AND em") == parse("trẻ VÀ em")
    assert parse("trẻ em") == All((word("trẻ", exact=True), word("em")))


def test_quotes_hyphens_and_underscores_make_phrases() -> None:
    phrase = word("tai nạn", exact=True)
    assert parse('"tai nạn"') == parse("tai_nạn") == parse("tai-nạn") == parse('"Tai nạn') == phrase
    assert parse("“tai nạn”") == phrase


def test_a_star_makes_a_beginning_of_two_letters_or_more() -> None:
    assert parse("tr*") == Term(("tr",), prefix=True)
    assert parse('"bo ro"*') == Term(("bo", "ro"), prefix=True)
    assert parse("t*") == word("t")


def test_or_binds_less_than_words_side_by_side() -> None:
    assert parse("a b OR c") == parse("(a b) HOẶC c") == Any((All((word("a"), word("b"))), word("c")))
    assert parse("a (b OR c)") == All((word("a"), Any((word("b"), word("c")))))


def test_operators_are_capital_words_of_their_own() -> None:
    assert parse("a or b") == All((word("a"), word("or"), word("b")))
    assert parse("ORANGE") == word("orange")
    assert parse('"OR"') == word("or")


def test_minus_and_not_exclude_words_phrases_filters_and_groups() -> None:
    assert parse("-a") == parse("NOT a") == parse("KHÔNG a") == parse("--a") == Not(word("a", literal=True))
    assert parse('-"a b"') == Not(word("a b", literal=True))
    assert parse("-mức:3") == Not(Filter("severity", "=", "3"))
    assert parse("-(a OR b)") == Not(Any((word("a", literal=True), word("b", literal=True))))
    assert parse("- a") == parse("a") == parse("NOT -a")


def test_what_is_excluded_twice_is_sought_again() -> None:
    assert parse("-(a -b)") == Not(All((word("a", literal=True), Not(word("b")))))
    assert [(leaf, no) for leaf, no in leaves(parse("-(a -b)"))] == [
        (word("a", literal=True), True),
        (word("b"), False),
    ]


def test_punctuation_and_empty_quotes_say_nothing() -> None:
    assert parse('a – "" … ! b') == parse("a b")
    assert parse("10:30") == word("10 30")
    assert parse("https://tuoitre.vn") == word("https tuoitre vn")
    assert parse("mẹ kể: con") == parse("mẹ kể con")
    assert parse("  ") == All()


# Filters


def test_the_example_of_the_design() -> None:
    assert parse('"bạo hành" tỉnh:"Hà Nội" mức>=3 -tai_nạn tuần:2026-W47') == All(
        (
            word("bạo hành", exact=True),
            Filter("province", "=", "Hà Nội"),
            Filter("severity", ">=", "3"),
            Not(word("tai nạn", exact=True, literal=True)),
            Filter("day", ">=", "2026-11-16"),
            Filter("day", "<=", "2026-11-22"),
        )
    )


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ("nguy_cơ:bạo_hành", "category", "violence"),
        ('loại:"Bạo lực, bạo hành"', "category", "violence"),
        ("category:violence", "category", "violence"),
        ("tinh:hanoi", "province", "Hà Nội"),
        ('PROVINCE:"ha noi"', "province", "Hà Nội"),
        ('tỉnh:"Hải Dương"', "province", "Hải Phòng"),
        ('thành_phố:"TP. Hồ Chí Minh"', "province", "Hồ Chí Minh"),
        ("tỉnh:hcm", "province", "Hồ Chí Minh"),
        ("muc=3", "severity", "3"),
        ('mức:"nghiêm trọng"', "severity", "3"),
        ("dạng:vụ_việc", "kind", "incident"),
        ("sắc_thái:tiêu_cực", "sentiment", "negative"),
        ('nguồn:"Tuổi Trẻ"', "source", "tuoitre"),
        ("source:dien-dan", "source", "dien-dan"),
        ('loại_tin:"bình luận"', "type", "comment"),
        ("kiểu:article", "type", "article"),
        ("trạng_thái:đã_loại", "state", "dismissed"),
        ("state:open", "state", "open"),
        ("liên_quan:không", "relevant", "false"),
        ("decided:yes", "decided", "true"),
        ("ngày:30/11/2026", "day", "2026-11-30"),
        ("nhóm:page-0001", "group", "page-0001"),
    ],
)
def test_keys_and_values_are_known_by_their_names(typed: str, field: str, value: str) -> None:
    assert parse(typed) == Filter(field, "=", value)  # type: ignore[arg-type]


def test_levels_and_days_are_compared_with_or_without_spaces() -> None:
    assert parse("mức >= 2") == parse("severity>=2") == Filter("severity", ">=", "2")
    assert parse("ngày<2026-11-01") == Filter("day", "<", "2026-11-01")


def test_weeks_and_months_are_their_days() -> None:
    first, last = Filter("day", ">=", "2026-11-01"), Filter("day", "<=", "2026-11-30")
    assert parse("tháng:2026-11") == parse("month:11/2026") == All((first, last))
    assert parse("tháng>=2026-11") == first
    assert parse("tháng<=2026-11") == last
    assert parse("tháng>2026-11") == Filter("day", ">", "2026-11-30")
    assert parse("tuần<2026-W47") == parse("week<47/2026") == Filter("day", "<", "2026-11-16")


def test_a_title_is_searched_for_its_words() -> None:
    assert parse('tiêu_đề:"trẻ em"*') == Term(("trẻ", "em"), exact=True, prefix=True, title=True)
    assert parse("-title:tre") == Not(Term(("tre",), literal=True, title=True))


def test_no_name_means_two_things() -> None:
    spoken = [plain(name) for called in KEYS.values() for name in called]
    assert len(spoken) == len(set(spoken))
    assert {names("category")[plain(c.vi)][1] for c in taxonomy().categories} == set(taxonomy().codes)
    for key in KEYS:
        for looked_up, (name, value) in names(key).items():
            assert plain(name) == looked_up
            assert names(key)[plain(value)][1] == value
    assert {names("province")[plain(n)][1] for n in current_names()} == set(current_names().values())
    assert len(names("province")) >= len(current_names())


# The query as a whole


def test_filters_of_the_query_and_of_its_text_are_one_expression() -> None:
    query = Query(text="a mức>=1", categories=("violence", "neglect"), severity_min=2, decided=False)
    assert asked(query) == All(
        (
            Filter("relevant", "=", "true"),
            Filter("decided", "=", "false"),
            Any((Filter("category", "=", "violence"), Filter("category", "=", "neglect"))),
            Filter("severity", ">=", "2"),
            word("a"),
            Filter("severity", ">=", "1"),
        )
    )


@pytest.mark.parametrize("text", ["liên_quan:không", "(a OR relevant:yes)", "trạng_thái:đã_loại"])
def test_a_text_that_speaks_of_relevance_goes_before_the_default(text: str) -> None:
    assert asked(Query(text=text)) == parse(text)


def test_who_excludes_the_dismissed_does_not_ask_for_the_irrelevant() -> None:
    assert (Filter("relevant", "=", "true"), False) in leaves(asked(Query(text="-trạng_thái:đã_loại")))


def test_what_holds_strictly_leaves_filters_and_what_is_excluded_alone() -> None:
    expression = parse("bạo hanh -trẻ mức:3")
    assert strictly(expression) == word("bạo", exact=True, literal=True)
    assert strictly(expression, title=True) == All(
        (Term(("bạo",), exact=True, literal=True, title=True), Term(("hanh",), title=True))
    )
    assert strictly(parse("-trẻ mức:3"), title=True) == All()
    assert strictly(parse("-(a OR -bạo)")) == Not(
        Any((word("a", literal=True), Not(word("bạo", exact=True, literal=True))))
    )


# Mistakes


@pytest.mark.parametrize(
    ("text", "problem", "part"),
    [
        ("***", "no_words", "***"),
        ('  "" ', "no_words", '  "" '),
        ("a tinnh:x", "unknown_key", "tinnh"),
        ('a tỉnh:"Hà Nộ"', "unknown_value", '"Hà Nộ"'),
        ("mức>=9", "unknown_value", "9"),
        ("tuần:2026-W54", "unknown_value", "2026-W54"),
        ("ngày:31/02/2026", "unknown_value", "31/02/2026"),
        ("tuần:9999-W52", "unknown_value", "9999-W52"),
        ("tháng:2026-13", "unknown_value", "2026-13"),
        ("a tỉnh: Huế", "no_value", "tỉnh:"),
        ('tỉnh:"" a', "no_value", '""'),
        ("tỉnh:(Huế)", "no_value", "tỉnh"),
        ("tiêu_đề:* a", "no_value", "*"),
        ("tỉnh>=Huế", "no_order", ">="),
        ("a (b (c)", "unclosed", "("),
        ("a b)", "unopened", ")"),
        ("a ()", "empty", "()"),
        ("a OR", "dangling", "OR"),
        ("a (HOẶC b)", "dangling", "HOẶC"),
        ("a OR AND b", "dangling", "OR"),
        ("a KHÔNG", "dangling", "KHÔNG"),
        ("(" * 20 + "a" + ")" * 20, "too_deep", "("),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, problem: str, part: str) -> None:
    assert fault(text)[:2] == (problem, part)


def test_the_nearest_names_are_offered() -> None:
    assert fault("tinnh:x")[2][0] == "tỉnh"
    assert fault("sevrity:3")[2][0] == "severity"
    assert "nguy_cơ" in fault("qqq:x")[2]
    assert '"Hà Nội"' in fault("tỉnh:Hà_Nộ")[2]
    assert fault("mức:9")[2] == ("0", "1", "2", "3")
    assert '"bắt nạt"' in [name.lower() for name in fault("loại:bắt_nat_tre")[2]]
    assert fault("liên_quan:thế")[2] == ("có", "không")


def test_the_message_is_one_line_with_the_column() -> None:
    with pytest.raises(Unreadable, match=r"^search, column 8: tỉnh can't be 'Hà_Nộ'; write \"Hà Nội\".*$"):
        parse("a tỉnh:Hà_Nộ")


@given(st.text(alphabet='aạ"-():<>=* _ORẶCHANDNOT\n0', max_size=40))
def test_any_text_is_read_or_refused_with_a_place_in_it(text: str) -> None:
    try:
        read = parse(text)
    except Unreadable as error:
        told = error
    else:
        assert all(leaf.literal is no for leaf, no in leaves(read) if isinstance(leaf, Term))
        assert negation(negation(read)) == read
        return
    assert 0 <= told.start < told.end <= len(told.text)
    assert "\n" not in str(told)
