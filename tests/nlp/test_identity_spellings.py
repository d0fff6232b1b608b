"""What identifies a child is masked however it is typed: without diacritics, small, in capitals, as a nick.

Every passage is invented. « and » mark what must be masked, all of it and nothing else.
"""

from collections.abc import Callable

import pytest

from core.contracts import PageType
from core.text import fold
from tests.nlp import passages


def check(kind: PageType = PageType.COMMENT, **given: str) -> None:
    passages.check(kind, **given)


@pytest.mark.parametrize(
    "passage",
    [
        "«Nguyen Thi Mau» hoc lop «7A3» truong THCS «Nguyen Thu» bi ban danh, chau «Mau» rat so.",
        "Be «Lo Thi Mau» (7 tuoi) o thon «6», xa «Mau Giang», tinh Nghe An.",
        "Me chau be la chi «Tran Thi Mau» da trinh bao.",
        "Chau be sinh ngay «3/11/2017», so nha «12A».",
        "Nữ sinh lop 9 ten «Tran Mau», hoc truong tieu hoc «Thu Son».",
        "chau «nguyen van mau» bi lac o cho, ai thay goi giup",
        "be «nguyen thi mau» di hoc ve thi khoc",
        "mong moi nguoi tim giup em «le thi mau» 12 tuoi",
        "con toi ten la «tran mau don» nam nay lop 3",
        "Hoc sinh Truong THCS «Mau Son» tang qua, em «Truong Thi Mau» va em «Ho Mau Don» nhan.",
        "be «do thi mau» 7 tuoi, me la chi «nguyen thi thu», da ve",
        "be ten «mau» nam nay len 3",
    ],
)
def test_a_text_without_diacritics_is_masked_by_the_same_rules(passage: str) -> None:
    check(text=passage)


@pytest.mark.parametrize(
    "passage",
    [
        "Ong Tran Van Quan, chu tich UBND tinh, yeu cau lam ro vu chau be bi danh.",
        "Truong Cong an phuong cho biet chau be da ve nha.",
        "Hieu truong Truong Van Quan noi ve vu be gai bi danh.",
        "Ban Giam hieu noi chuyen voi be, Bo Giao duc len tieng.",
        "Hoc sinh Viet Nam doat giai, nu sinh Ha Noi mac ao dai.",
        "Be gai que Soc Trang len Lang Son voi me.",
        "chau dang thi vao lop 6, em le phep va be an com ngoan",
        "con minh ban 5 cai banh, nha cach truong xa 3 km",
        "em do la nguoi tot, em nguyen nhan loi, be ho nhieu",
        "Thuong cac chau qua, mong be som khoe.",
        "Bac si Chau Van Quan noi ve suc khoe chau be, nan nhan cua vu khung bo Paris.",
        "Bo truong Bo Lao dong tham cac chau, tre em cac nuoc chau Au gui thu.",
        "Hoc sinh Truong Dai hoc Mau Son va hoc sinh Doan Thanh nien den tham chau be.",
        "anh di lam thi phat hien be gai, ho thi khong biet be do thi hay nong thon",
        "It will be Superman and the kids of 12.",
    ],
)
def test_ordinary_words_and_officials_stay_without_diacritics(passage: str) -> None:
    check(text=passage)


def test_a_hotline_stays_without_diacritics_too() -> None:
    check(text="Duong day nong: 0912 345 678 cho cac chau.")


@pytest.mark.parametrize("typed", [str, fold], ids=["with diacritics", "without"])
def test_small_names_in_chat_begin_with_a_family_name(typed: Callable[[str], str]) -> None:
    check(text=typed("cháu «nguyễn thị mẫu» bị bạn đánh, bé «trần văn mẫu» cũng bị"))


def test_a_comment_without_diacritics_knows_the_name_from_its_threads_title() -> None:
    check(
        thread_title="Bé «Nguyễn Thị Mẫu» bị bạn đánh",
        text="Thuong «Mau» qua, mong be «mau» som khoe, «nguyen thi mau» co len",
    )


def test_a_name_known_anywhere_is_masked_also_before_its_first_cue() -> None:
    check(text="Thương «Mẫu» quá, mong bé «Mẫu» sớm khoẻ.")
    check(text="«Mẫu» ơi cố lên! Thương «Mẫu» quá, mong cháu «Nguyễn Thị Mẫu» sớm khoẻ.")
    check(title="Bé «Nguyễn Thị Mẫu» đã về", lead="Gặp lại «Mẫu» ở nhà.", text="Thương «Thị Mẫu» quá.")


def test_a_given_name_within_another_name_or_place_stays() -> None:
    check(text="Cháu «Lê Thị Mẫu» đã về. Hôm qua Trần Mẫu Đơn đến, Nguyễn Mẫu cũng đến, cả nhà ra phía Mẫu.")


@pytest.mark.parametrize(
    "passage",
    [
        "Nữ sinh mất tích, Facebook: «Mẫu Nguyễn».",
        "Bé gái dùng FB «Mẫu Nguyễn», ai biết nhắn giúp.",
        "Cháu hay lên mạng bằng nick «Mau Nguyen» nhé mọi người.",
        "Cháu bé nhắn qua Zalo tên «Mẫu» từ hôm qua.",
        "Cháu dùng tài khoản Facebook cá nhân có tên “«Mẫu Đơn»” để nhắn tin.",
        "Con gái em chơi tiktok: «mau_nguyen.12» ạ.",
        "Be gai dung FB «Mau Nguyen», ai biet nhan giup.",
    ],
)
def test_the_name_of_an_account_is_masked_beside_a_child(passage: str) -> None:
    check(text=passage)


@pytest.mark.parametrize(
    "passage",
    [
        "Học sinh dùng Facebook Messenger, Zalo và TikTok Việt Nam.",
        "Theo Facebook Công an TP Hà Nội, bé gái đã về nhà.",
        "Trẻ em lên Facebook. Nhiều cháu dùng Zalo: Báo Mẫu đưa tin.",
        "Bé hay xem Facebook Watch.",
    ],
)
def test_networks_and_organisations_on_them_stay(passage: str) -> None:
    check(text=passage)


def test_the_name_of_an_account_stays_where_no_child_is_spoken_of() -> None:
    check(text="Shop bán hàng, Facebook: Mẫu Nguyễn.")


@pytest.mark.parametrize(
    "title",
    [
        "CHÁU «NGUYỄN THỊ MẪU» BỊ BẠO HÀNH",
        "TÌM CHÁU «TRẦN MẪU» MẤT TÍCH Ở HÀ NỘI",
        "MẸ CHÁU BÉ LÀ CHỊ «LÊ THỊ MẪU» LÊN TIẾNG",
        "CHAU «NGUYEN THI MAU» BI BAO HANH",
        "Tìm cháu «NGUYỄN THỊ MẪU», 7 tuổi",
        "CÔNG AN TP HÀ NỘI TÌM BÉ GÁI ĐI LẠC",
        "HỌC SINH VIỆT NAM ĐOẠT HUY CHƯƠNG",
        "ÔNG TRẦN VĂN QUAN, CHỦ TỊCH UBND TỈNH, NÓI VỀ VỤ CHÁU BÉ",
    ],
)
def test_in_capitals_names_end_where_the_sentence_goes_on(title: str) -> None:
    check(PageType.ARTICLE, title=title)


def test_a_given_name_in_capitals_is_known_from_the_text() -> None:
    check(PageType.ARTICLE, title="BÉ «MẪU» ĐÃ VỀ NHÀ", text="Cháu «Nguyễn Thị Mẫu» (7 tuổi) đã về.")
