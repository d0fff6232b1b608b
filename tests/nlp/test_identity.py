"""What identifies a child is masked; what does not, stays.

Every passage is invented. « and » mark what must be masked, all of it and nothing else.
"""

import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.contracts import PageType, Span
from core.masking import mask_text
from core.text import MASK
from nlp.identity import masked_spans
from tests.nlp.passages import marked, page


def spans(text: str, kind: PageType = PageType.ARTICLE) -> list[Span]:
    return [span for span in masked_spans(page(kind, text=text)) if span.field == "text"]


def check(passage: str, kind: PageType = PageType.ARTICLE) -> None:
    text = re.sub("[«»]", "", passage)
    assert marked(text, spans(text, kind)) == passage


@pytest.mark.parametrize(
    "passage",
    [
        "Cháu «Nguyễn Thị Thử Mẫu» (7 tuổi) đi lạc từ chiều qua.",
        "Bé gái tên «Lò Thị Mẫu» được đưa vào trung tâm bảo trợ.",
        "Em «Giàng A Mẫu» đã ba ngày không đến lớp.",
        "Nam sinh lớp 9 «Trần Mẫu» bị bạn đánh ở cổng trường.",
        "Con gái tôi tên là «Mẫu Đơn» hay khóc vào ban đêm.",
        "Cháu «N.T.H.» (10 tuổi) đang được chăm sóc.",
        "Nữ sinh «Đ. Tr. H.» để lại một lá thư.",
        "Danh tính nam sinh được xác định là «T.T.P.», 16 tuổi.",
        "Bé «H.» kể lại với cô giáo.",
        "Các em «Lê Thị Mẫu» (12 tuổi), «Phạm Văn Mẫu» (13 tuổi) và «Đỗ Mẫu» được cứu lên bờ.",
        "Trong nhóm có «Vũ Văn Mẫu» (16 tuổi, học nghề) chưa về nhà.",
        "Người báo tin là «Cao Thị Mẫu», học sinh lớp 7.",
    ],
)
def test_a_childs_name_or_initials_are_masked(passage: str) -> None:
    check(passage)


def test_a_name_once_known_is_masked_wherever_it_is_said_again() -> None:
    check(
        "Cháu «Nguyễn Thử Mẫu» (7 tuổi) nghỉ học đã một tuần. «Mẫu» hay chơi một mình, cô giáo nói. "
        "Theo hàng xóm, «Thử Mẫu» rất ngoan. Cơ quan chức năng đã hỏi chuyện «Mẫu»."
    )


def test_a_name_known_from_the_text_is_masked_in_title_lead_and_thread_title() -> None:
    found = masked_spans(
        page(
            text="Cháu Nguyễn Thử Mẫu (7 tuổi) đã về nhà.",
            title="NGUYỄN THỬ MẪU ĐÃ VỀ NHÀ",
            lead="Sau hai ngày, Nguyễn Thử Mẫu đã về.",
            thread_title="Tìm Nguyễn Thử Mẫu",
        )
    )
    assert {(s.field, s.start, s.end) for s in found} == {
        ("title", 0, 14),
        ("lead", 14, 28),
        ("text", 5, 19),
        ("thread_title", 4, 18),
    }


def test_another_person_of_the_same_given_name_keeps_it() -> None:
    check("Cháu «Lê Thị Mẫu» (5 tuổi) đã tỉnh. Bác sĩ Mẫu cho biết cháu sẽ sớm ra viện.")


@pytest.mark.parametrize(
    "passage",
    [
        "Mẹ cháu bé là chị «Trần Thị Mẫu» đã trình báo.",
        "Chị «Trần Thị Mẫu» (35 tuổi, mẹ bé) đã trình báo. Chị «Mẫu» mong tìm được con gái.",
        "Anh «Lê Mẫu» (29 tuổi, cùng thôn) - chú ruột của bé - bị mời làm việc.",
        "Ông «Trần Mẫu», ông nội cháu bé, trình báo.",
        "Gia đình anh «Phạm Văn Mẫu» đưa cháu bé đi khám.",
        "Vợ chồng anh «Phạm Văn Mẫu» và chị «Lê Thị Thử» đưa cháu bé đi khám.",
        "Bé gái là con của anh «P.V.M.», trú cùng thôn.",
        "Chị «Th.», mẹ của cháu, nhận được điện thoại của cô giáo.",
        "Cha ruột (tên «Nguyễn Văn Mẫu») đưa bé đi khỏi nơi cư trú.",
    ],
)
def test_parents_and_relatives_beside_a_child_are_masked(passage: str) -> None:
    check(passage)


@pytest.mark.parametrize(
    "passage",
    [
        "Ông Trần Văn Quan, chủ tịch UBND tỉnh, yêu cầu làm rõ vụ cháu bé bị đánh.",
        "Đại tá Nguyễn Văn Quan, giám đốc Công an tỉnh, nói về vụ bé gái mất tích.",
        "Luật sư Lê Thị Biện phân tích quyền của cháu bé.",
        "TAND tỉnh tuyên phạt bị cáo Hoàng Văn Tội 7 năm tù vì bạo hành bé trai.",
        "Học sinh Việt Nam đoạt giải.",
        "Nữ sinh Hà Nội mặc áo dài ngày khai giảng.",
        "Trẻ em Việt Nam cần được bảo vệ, cháu nào cũng vậy.",
        'Các bé xem phim "Bé Heo Peppa".',
        "Em Không biết phải làm sao, cháu bé khóc suốt.",
        "Học sinh THPT nghỉ tết, các bé mầm non cũng nghỉ.",
        "Nam sinh lớp 9 ở Quảng Ninh được khen.",
        "Vụ việc nữ sinh: Khởi tố ba người.",
        "Cháu bé 12 tuổi đã ổn định.",
        "Bé đi xe buýt ở TP. HCM với bà.",
        "Bé trai đi lạc. (Ảnh: N.T.)",
        "Bé gái quê Sóc Trăng lên Buôn Ma Thuột với mẹ.",
        "Cháu bé bị anh hàng xóm 15 tuổi bắt nạt.",
        "Mình là mẹ hai bé, ai cũng khen bé ngoan.",
        "Bé trai ở huyện N. được đưa về thị trường Trung Quốc.",
    ],
)
def test_officials_suspects_places_and_common_words_are_not_masked(passage: str) -> None:
    check(passage)


@pytest.mark.parametrize(
    "passage",
    [
        "Cháu bé ở số nhà «12A», ngõ «34/5», phường «Mẫu Đông», quận «Mẫu Tây», Hà Nội.",
        "Bé trai trú tại thôn «6», xã «Mẫu Giang», huyện «Mẫu Lộc», tỉnh Nghệ An.",
        "Bé gái ngụ P. «Mẫu Đông A», Q. «Bình Tân», TP.HCM.",
        "Cháu bé quê huyện «Mẫu Lộc», Hà Tĩnh.",
        "Trưởng công an xã «Mẫu Giang» cho biết cháu bé đã về.",
        "Em học sinh ở ấp «Mẫu Hòa» bơi ra cứu bạn.",
        "Cháu bé trú xã «Mẫu Dương», «Phú Vang», Thừa Thiên - Huế.",
        "Đã tìm thấy bé «Trần Thị X.» Hiện cháu khỏe.",
    ],
)
def test_addresses_below_the_province_are_masked_and_the_province_stays(passage: str) -> None:
    check(passage)


def test_a_district_that_is_not_an_address_stays() -> None:
    check("Công an huyện Mẫu Lộc tìm người thân của bé gái.")
    check("Công an quận 8 tìm người thân của bé gái.")


@pytest.mark.parametrize(
    "passage",
    [
        "Nam sinh lớp «8A2» trường THCS «Nguyễn Mẫu» bị đánh.",
        "Bé học lớp «5/3» Trường tiểu học «Mẫu Sơn 1».",
        "Cháu học ở trường mầm non tư thục «Hoa Mẫu».",
        "Nữ sinh lớp 9 kể với cô.",
        "Học sinh thi vào Trường Đại học Sư phạm.",
        "Học sinh gửi thư ra Trường Sa.",
    ],
)
def test_school_and_class_are_masked_the_grade_and_universities_stay(passage: str) -> None:
    check(passage)


@pytest.mark.parametrize(
    "passage",
    [
        "Bé gái sinh ngày «3/11/2017» bị bỏ lại.",
        "Cháu bé (sinh năm «2014») đang học nghề.",
        "Nghi phạm (sinh năm 1985) quen mẹ cháu bé.",
    ],
)
def test_a_birth_that_makes_one_a_minor_is_masked(passage: str) -> None:
    check(passage)


@pytest.mark.parametrize(
    ("passage", "kind"),
    [
        ("Ai thấy xin gọi «0912 345 678» ạ.", "phone"),
        ("Ai thấy xin gọi «0912.345.678».", "phone"),
        ("Liên hệ «+84 912 345 678» gặp chị.", "phone"),
        ("Máy bàn «024 3825 1234» luôn có người.", "phone"),
        ("Viết về «me.cua.be@thu.example» nhé.", "email"),
        ("Số CCCD «001099012345» của người nhận.", "id_number"),
        ("CMND số «123456789» cấp năm ngoái.", "id_number"),
        ("Mã thẻ BHYT: «TE1790123456789».", "id_number"),
        ("Chuyển vào STK «0123 4567 890» giúp.", "account"),
        ("Trang «https://www.facebook.com/nguoi.mau.1» nhắn tin.", "account"),
        ("Zalo «zalo.me/0912345678» nhé.", "account"),
        ("Tài khoản tiktok «@nguoi_mau.99» nhắn tin.", "account"),
    ],
)
def test_numbers_and_accounts_are_masked_in_any_page(passage: str, kind: str) -> None:
    check(passage)
    assert {span.kind for span in spans(re.sub("[«»]", "", passage))} == {kind}


@pytest.mark.parametrize(
    "passage",
    [
        "Gọi tổng đài 111, 113 hoặc 18001567.",
        "Gọi 1900 6600 để được tư vấn.",
        "Đường dây nóng: 0912 345 678.",
        "Nghị định 56/2017/NĐ-CP có hiệu lực ngày 1/7/2017.",
        "Quỹ nhận 1.250.000.000 đồng, mã số thuế trên hóa đơn.",
        "Ngày 12-05-2019, lúc 10h30, ở km 123.",
    ],
)
def test_public_numbers_dates_and_sums_are_not_masked(passage: str) -> None:
    check(passage)


def test_a_number_plate_is_masked_where_a_child_is_spoken_of() -> None:
    check("Bé gái lên xe biển số «29A-123.45» rời cổng trường.")
    check("Bé gái lên xe biển số «59X1 12345» rời cổng trường.")
    check("Xe tải biển số 29A-123.45 lật trên cao tốc.")


def test_small_names_in_posts_are_masked_beside_words_for_ones_own_child() -> None:
    check("bé «na» nhà em biếng ăn quá các mẹ ơi", PageType.POST)
    check("con mình tên là «mẫu» năm nay lên 3", PageType.POST)
    check("bé gái nhà em biếng ăn quá", PageType.POST)


def test_a_page_that_speaks_of_no_child_keeps_names_and_places() -> None:
    check("Ông Trần Mẫu (45 tuổi, trú xã Mẫu Giang) mở xưởng mộc với anh N.V.A.")


TOKENS = st.sampled_from(
    [
        *"\n .,:()“”",
        "Cháu ",
        "bé ",
        "em ",
        "Nguyễn ",
        "Mẫu",
        "N.",
        "T.H. ",
        "mẹ ",
        "chị ",
        "(7 tuổi)",
        "xã ",
        "lớp 8A",
        "0912345678",
    ]
)


@given(st.one_of(st.text(max_size=80), st.lists(TOKENS, max_size=25).map("".join)), st.sampled_from(PageType))
def test_spans_of_any_text_are_ordered_apart_within_it_and_can_be_masked(text: str, kind: PageType) -> None:
    text = unicodedata.normalize("NFC", text)
    found = spans(text, kind)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(span.end <= len(text) for span in found)
    masked = mask_text(text, found)
    assert len(masked) == len(text)
    assert all(set(masked[s.start : s.end]) == {MASK} for s in found)
