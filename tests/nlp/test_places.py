"""Provinces named by a text: what is taken, what only looks like one."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import core.provinces
from core.contracts import Page, PageType
from core.text import fold
from nlp.places import mentions, provinces

NAMES = [name for province in core.provinces.provinces() for name in province.former]


def page(text: str, kind: PageType = PageType.ARTICLE, **fields: str) -> Page:
    return Page(
        id="p",
        url="https://bao.example/p",
        canonical_url="https://bao.example/p",
        source_id="bao",
        type=kind,
        text=text,
        fetched_at=datetime(2025, 11, 20, tzinfo=UTC),
        content_hash="h",
        **fields,  # type: ignore[arg-type]
    )


def named(text: str, kind: PageType = PageType.ARTICLE, **fields: str) -> tuple[str, ...]:
    return provinces(page(text, kind, **fields))


@pytest.mark.parametrize("name", NAMES)
def test_each_of_the_63_names_of_before_leads_to_the_province_of_today(name: str) -> None:
    today = core.provinces.current_names()[name]
    assert named(f"Công an tỉnh {name} đang xác minh vụ việc.") == (today,)
    assert named(f"VỤ VIỆC TẠI {name.upper()} ĐANG ĐƯỢC XÁC MINH") == (today,)
    assert named(f"Cong an tinh {fold(name).title()} dang xac minh vu viec.") == (today,)
    assert named(f"cháu nhà em ở {name.lower()} ạ", PageType.POST) == (today,)
    assert named(f"chau nha em o {fold(name)} a", PageType.POST) == (today,)


@pytest.mark.parametrize(
    ("text", "today"),
    [
        ("Một bé trai đi lạc ở TP.HCM.", "Hồ Chí Minh"),
        ("Một bé trai đi lạc ở TP. HCM.", "Hồ Chí Minh"),
        ("Sở Y tế TPHCM thông tin.", "Hồ Chí Minh"),
        ("Xe buýt ở Sài Gòn chật kín.", "Hồ Chí Minh"),
        ("Cháu ở trong SG với bà.", "Hồ Chí Minh"),
        ("Công an quận 8 vào cuộc.", "Hồ Chí Minh"),
        ("Công an quận Tân Phú vào cuộc.", "Hồ Chí Minh"),
        ("Công an TP Thủ Đức vào cuộc.", "Hồ Chí Minh"),
        ("Học sinh BR-VT nghỉ học.", "Hồ Chí Minh"),
        ("Gia đình chuyển ra HN năm ngoái.", "Hà Nội"),
        ("Trường học ở Thừa Thiên - Huế đóng cửa.", "Huế"),
        ("Học sinh Huế nghỉ học.", "Huế"),
        ("Đoàn về Đắc Lắc.", "Đắk Lắk"),
        ("Đoàn về Đăk Lăk.", "Đắk Lắk"),
        ("Đoàn về Buôn Ma Thuột.", "Đắk Lắk"),
        ("Mưa lớn ở Khánh Hoà.", "Khánh Hòa"),
        ("Một lớp học tình thương ở Biên Hòa.", "Đồng Nai"),
        ("Bệnh viện ở Đà Lạt tiếp nhận cháu bé.", "Lâm Đồng"),
        ("Công an TP. Vinh thông tin.", "Nghệ An"),
        ("Công an thị xã Hoàng Mai thông tin.", "Nghệ An"),
        ("Công an quận Hoàng Mai thông tin.", "Hà Nội"),
        ("Công an huyện Quảng Ninh thông tin.", "Quảng Trị"),
        ("Công an huyện Mèo Vạc thông tin.", "Tuyên Quang"),
        ("Mưa ở Sơn La, Hòa Bình.", "Phú Thọ"),
        ("Người Hà Nội đi chợ Tết.", "Hà Nội"),
        ("Hỗn loạn trên đường phố Sài Gòn.", "Hồ Chí Minh"),
        ("Đường Hà Nội - Hải Phòng thông xe.", "Hải Phòng"),
        ("Trường Đại học Bách khoa HN tuyển sinh.", "Hà Nội"),
        ("Vụ án xảy ra ở Hà Tây cũ.", "Hà Nội"),
        ("Trẻ em xã Ea Pil, huyện M ’ Đrắk.", "Đắk Lắk"),
        ("Lớp học ở Bến Lức đóng cửa.", "Tây Ninh"),
    ],
)
def test_abbreviations_spellings_and_places_that_settle_it_are_taken(text: str, today: str) -> None:
    assert today in named(text)


@pytest.mark.parametrize(
    "text",
    [
        "Tai nạn trên đường Hà Nội.",
        "Cháy nhà trên phố Huế.",
        "Kẹt xe ở xa lộ Hà Nội.",
        "Chị Hà Giang kể lại.",
        "Anh Nguyễn Thái Bình kể lại.",
        "Bà Phạm Thị Huế kể lại.",
        "Cô giáo Thu Huế kể lại.",
        "CLB Hà Nội thắng trận.",
        "Bình Dương FC thua trận.",
        "Hoàng Anh Gia Lai đổi huấn luyện viên.",
        "U19 Nghệ An vào chung kết.",
        "Theo báo Nghệ An, trường đã họp.",
        "Bạn đọc của Sài Gòn Giải Phóng góp ý.",
        "Bão đi vào Thái Bình Dương.",
        "Quán bún bò Huế đông khách.",
        "Thế giới mong hòa bình.",
        "Lịch phát sóng lúc 20 giờ Hà Nội.",
        "Nhà ở xã Bình Dương bị ngập.",
        "Cảnh sát Hà Nam (Trung Quốc) tìm thấy bé trai.",
        "Đội TNTP Hồ Chí Minh phát động phong trào.",
        "Mực nước sông Đồng Nai dâng cao.",
        "Cảnh sát Hà Bắc (Trung Quốc) tìm thấy bé trai.",
        "Sau trận thắng Nam Định 2-1, HLV cho các cầu thủ nghỉ.",
        "Đội cần thêm điểm: CLB Hà Nội tiếp Hải Phòng ở vòng 12, trọng tài là người nước ngoài.",
        "Công an huyện Châu Thành vào cuộc.",
        "Công an xã Tân Tiến vào cuộc.",
        "Thi vào lớp 10 THPT.",
        "Con chơi Roblox cả đêm.",
        "",
    ],
)
def test_streets_persons_clubs_papers_and_common_words_are_not_taken(text: str) -> None:
    assert named(text) == ()


def test_an_initial_that_means_much_is_not_taken_without_a_word_of_place() -> None:
    assert named("hn con e ko chịu ăn, HP của mẹ là con", PageType.COMMENT) == ()


@pytest.mark.parametrize(
    ("text", "today"),
    [
        ("Công an huyện Châu Thành, tỉnh Bến Tre vào cuộc.", "Vĩnh Long"),
        ("Công an huyện Châu Thành (Kiên Giang) vào cuộc.", "An Giang"),
        ("Công an huyện Phong Điền, TP Cần Thơ vào cuộc.", "Cần Thơ"),
        ("Cháu ngụ Thới Lai, Cần Thơ.", "Cần Thơ"),
    ],
)
def test_a_name_that_several_provinces_share_is_settled_by_the_one_beside_it(text: str, today: str) -> None:
    assert [mention.province for mention in mentions(page(text))] == [today, today]


@pytest.mark.parametrize(
    ("text", "today"),
    [
        ("Chủ tịch xã Lục Dạ cho biết.", ("Nghệ An",)),
        ("Công an thị trấn Chư Prông cho biết.", ("Gia Lai",)),
        ("Chủ tịch xã Quỳnh Hoa, huyện Quỳnh Lưu cho biết.", ("Nghệ An",)),
        ("Công an thị xã Lục Dạ.", ()),
        ("xã hội Xuân này vui.", ()),
        ("từ xã Lục Dạ lên thị trấn Chư Prông", ("Nghệ An", "Gia Lai")),
    ],
)
def test_a_commune_counts_if_only_one_province_has_its_name_and_its_district_agrees(
    text: str, today: tuple[str, ...]
) -> None:
    assert named(text) == today


def test_a_mention_says_where_it_stands() -> None:
    read = page("Cháu được đưa về TP. HCM.", title="Bé gái ở Cà Mau")
    spans = [(m.field, getattr(read, m.field)[m.start : m.end], m.province) for m in mentions(read)]
    assert spans == [("title", "Cà Mau", "Cà Mau"), ("text", "HCM", "Hồ Chí Minh")]


def test_title_lead_text_and_thread_title_are_read_in_the_order_of_first_mention() -> None:
    assert named(
        "Bé được chuyển ra Hà Nội, rồi về Cà Mau.",
        title="Bé gái ở Cà Mau",
        lead="Từ Bạc Liêu",
        thread_title="Trẻ em ở Huế",
    ) == ("Cà Mau", "Hà Nội", "Huế")


def test_lower_case_names_count_in_posts_but_not_in_articles() -> None:
    text = "nhà mình ở đà nẵng có chỗ nào tư vấn cho trẻ không"
    assert named(text, PageType.POST) == ("Đà Nẵng",)
    assert named(text) == ()


@given(st.text(), st.sampled_from(PageType))
def test_any_text_gives_only_names_of_today_each_once(text: str, kind: PageType) -> None:
    found = named(unicodedata.normalize("NFC", text), kind)
    assert set(found) <= {p.name for p in core.provinces.provinces()}
    assert len(found) == len(set(found))
