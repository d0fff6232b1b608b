"""Whose a name, a home or a school is, by the words about it.

Every passage is invented. « and » mark what must be masked, all of it and nothing else.
"""

import time

import pytest

from core.contracts import PageType
from nlp.identity import masked_spans
from tests.nlp.passages import check, page


@pytest.mark.parametrize(
    "passage",
    [
        "Bà «Trần Thị Mẫu» đưa con gái 3 tuổi đi khám.",
        "Chị «Mẫu» (29 tuổi) và con trai được cứu.",
        "«Lê Văn Mẫu» (29 tuổi) cùng hai con nhỏ được cứu.",
        "Bà «N.T.M.» (44 tuổi, ngụ tỉnh Ninh Thuận) cùng 3 đứa con rời quê, cháu út mới 5 tuổi.",
        "Bà «Foster Mockup» bị cáo buộc đánh hai con trai ruột.",
        "Cháu bé khóc. Bà «Mẫu», một phụ huynh có con học cùng lớp, kể lại.",
        "Đứa con lớn tên «Mẫu» (21 tuổi), con út tên «Lê Thị Thử» (9 tuổi).",
        "Bé trai ở nhà với chị gái, «Mẫu», suốt ba ngày.",
        "Bà «Mẫu» (áo đen, đang ngồi) bên cháu nội 2 tuổi bị lạc.",
        "Cả ba em nhỏ 5 tuổi đều là cháu bà «N.T.L.» (61 tuổi).",
    ],
)
def test_who_brings_up_a_child_is_masked(passage: str) -> None:
    check(text=passage)


@pytest.mark.parametrize(
    "passage",
    [
        "Trần Mẫu (46 tuổi) bị bắt. Cháu bé 8 tuổi sang nhà tìm con gái Mẫu. Theo hồ sơ, bố Mẫu đã mất.",
        "Nghi phạm Trần Mẫu (46 tuổi) khai với mẹ cháu bé.",
        "Gia đình ông Quan, giám đốc sở, đến thăm cháu bé. Giám đốc Quan tặng quà, ông Quan vui.",
        "Cô Mẫu, học sinh kể, hay cho điểm cao. Cháu bé 8 tuổi vui.",
        "Cảnh sát công bố Foster đã bị bắt vì đánh cháu bé.",
        "Gần hồ Mẫu Xoài (Quảng Ngãi), ba học sinh lớp 9 bị nước cuốn.",
        "Cháu bé được khoa Nhi, Bệnh viện Nhi T.Ư chăm sóc ở trại giam Mẫu Điềm.",
        "Các bé gái Hồi giáo nghỉ Tết Nguyên đán, Toà thánh gửi lời chúc.",
    ],
)
def test_an_adult_who_is_no_kin_keeps_the_name(passage: str) -> None:
    check(text=passage)


def test_the_accused_is_kin_where_a_stepchild_is_spoken_of() -> None:
    check(text="Nghi phạm «Trần Mẫu» (46 tuổi) bị tạm giữ. Cháu bé là con riêng của vợ, «Mẫu» khai.")
    check(text="Nghi phạm Trần Mẫu (46 tuổi) bị tạm giữ. Cháu bé là hàng xóm.")


def test_a_relative_is_masked_also_where_it_is_called_the_accused() -> None:
    check(text="Bị cáo «Foster Mockup» ra toà. Bà «Foster Mockup» bị tố đánh hai con trai ruột. «Mockup» im.")


@pytest.mark.parametrize(
    "passage",
    [
        "Cháu «Lê Thị H.» (7 tuổi) đi lạc. Cả làng tìm «H» suốt đêm.",
        "Cháu «B.» bị viêm gan B, cháu «B.» cần vitamin B, đang nằm ở lớp B3.",
        "Cậu bé 10 tuổi, được biết với cái tên viết tắt «S», kể lại.",
        "Em «Gia B.» kể với cô giáo.",
        "Hai em «Và Y U.» và «Vừ Bá N.» nghỉ học.",
        "Nữ sinh lớp 12 «Lê Thị Vân A.» (SN «2007») kể lại.",
        "Bé «Marla Foster - Mock», 8 tuổi, thích nhảy dây. «Marla» kể.",
        "Em «Mẫu», «Thử» và «Đơn» được cứu.",
        "Nữ sinh lớp 12 tên «Nga» kể lại.",
        "Diễn viên 13 tuổi là «Trà Mẫu» được khen, cháu bé vui.",
        "Diễn viên «Mẫu Đơn» (thời điểm quay mới 13 tuổi) kể. Thầy yêu cầu «Đơn» nghỉ.",
        "Cháu «Lê Văn Nam» (7 tuổi) về nhà. «Nam» kể lại.",
    ],
)
def test_a_childs_name_in_every_form_is_masked(passage: str) -> None:
    check(text=passage)


@pytest.mark.parametrize(
    "passage",
    [
        "Trần Mẫu - 21 tuổi, ngụ xã Mẫu Thới, huyện Mẫu Cần - bị bắt vì lừa bé gái.",
        "Bị cáo Trần Mẫu (còn gọi là Đơn, 58 tuổi, trú tại xã Mẫu Thọ, huyện Mẫu Yên) đánh bé gái.",
        "Hai nghi phạm gồm Lê Mẫu (32 tuổi), Trần Thử (33 tuổi) cùng ngụ huyện Mẫu Sơn bế cháu bé đi.",
        "Trần Mẫu (SN 1999) trú tại xã Mẫu Tiến, Trần Thử (82 tuổi), ngụ xã Mẫu Ba lừa bé gái.",
        "Bé gái ở toà nhà ở thành phố Mẫu Khánh. Ông xã Uông Tiểu Phi chăm sóc 4 năm nay.",
        "Cháu bé đỗ vào lớp 10, tuyển sinh năm 2015. Tổ đại biểu số 1 Đoàn đại biểu.",
    ],
)
def test_the_home_of_an_adult_who_is_no_kin_stays(passage: str) -> None:
    check(text=passage)


@pytest.mark.parametrize(
    "passage",
    [
        "Trần Mẫu (21 tuổi, ngụ xã «Mẫu Thới») lừa bé gái. Bé gái cũng ở xã «Mẫu Thới», huyện «Mẫu Cần».",
        "Bé gái bị bỏ rơi. Chị Trần Mẫu (38 tuổi, ngụ xã «Mẫu Thới») phát hiện.",
        "Nữ sinh «Nguyễn Thị Mẫu» (TP. «Tam Kỳ», Quảng Nam) đến sớm.",
        "Cháu bé ở ngõ «30 Mẫu Mai», phường «Mẫu Bạch».",
        "Cháu bé sống ở chung cư «Mẫu Galaxy 9».",
        "Cháu bé trú tại khối «Mẫu Hồ 1», phường «Mẫu Tiến».",
        "Đám tang ở quê nội cháu bé ở huyện «Mẫu Sơn».",
        "Bé gái có mảnh giấy ghi: Cháu sinh tháng «10/2019».",
        "Nữ sinh trường năng khiếu «Mẫu Phú» và trường mầm non xã «Mẫu Giao».",
        "Bé gái ở xã biển «Mẫu Minh», huyện «Mẫu Thăng», học trường tiểu học «Mẫu số 2».",
        "Bé gái ở xã «Mẫu Bắc». Tang thương bao trùm 2 xã «Mẫu Nam», «Mẫu Bắc» này.",
        "Học sinh trường quốc tế «Fooway» kể. Sau vụ «Fooway», cháu bé nghỉ học. Sân bay quốc tế Mẫu Bàng.",
        "Học sinh trường THPT «Minh Khai» kể. Sông Minh Khai ở xa, cháu bé nói.",
    ],
)
def test_where_a_child_lives_and_learns_is_masked(passage: str) -> None:
    check(text=passage)


def test_a_commune_once_known_is_masked_wherever_it_is_said() -> None:
    far = "Trời hôm đó mưa to, đường trơn, ai cũng vội. " * 12
    check(text=f"Cháu bé ở xã «Mẫu Giang», huyện «Mẫu Lộc». {far}Xe qua xã «Mẫu Giang» (huyện «Mẫu Lộc») về.")


def test_title_and_lead_tell_of_the_child_of_the_text() -> None:
    check(lead="Vụ việc ở xã «Mẫu Sơn», huyện «Mẫu Lương».", text="Cháu «Lê Mẫu» (7 tuổi) đã về.")


@pytest.mark.parametrize(
    "again",
    [
        "xã A, ",
        "xã A xã ",
        "cháu A ",
        "A - ",
        "mẹ của ",
        "(",
        "anh Nguyễn Mẫu ",
        "trường THPT ",
        "có con ",
        "N.T. ",
    ],
)
def test_hostile_repetition_takes_time_in_proportion_to_the_text(again: str) -> None:
    def seconds(length: int) -> float:
        text = "Cháu Nguyễn Mẫu (7 tuổi) " + again * (length // len(again))
        start = time.process_time()
        masked_spans(page(PageType.COMMENT, text=text))
        return time.process_time() - start

    seconds(1000)
    assert seconds(20_000) < 10 * max(seconds(5_000), 0.01)
