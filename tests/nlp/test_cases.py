"""Which rows are of one case."""

from nlp.cases import cases
from nlp.features import Reading
from nlp.rows import Row

STORY = (
    "Sáng nay một nhóm học sinh lớp năm ra bờ kênh sau trường chơi thì một em trượt chân, "
    "bạn bè gọi người lớn tới kéo lên kịp."
)


def row(text: str, title: str = "", thread: str = "", remark: bool = False) -> Row:
    return Row(Reading(thread, title, "", text, remark), "somewhere")


def test_remarks_under_one_title_are_of_one_case_whatever_they_say() -> None:
    one, two, other = cases(
        [
            row("Thương quá", thread="Vụ ở kênh", remark=True),
            row("Phải rào lại thôi", thread="VỤ Ở KÊNH", remark=True),
            row("Thương quá", thread="Giá vàng", remark=True),
        ]
    )
    assert one == two != other


def test_articles_that_share_half_of_their_words_are_of_one_case_and_others_are_not() -> None:
    one, two, other = cases(
        [
            row(STORY, "Em nhỏ trượt chân xuống kênh"),
            row(STORY + " Em đã về nhà.", "Cứu kịp một học sinh"),
            row(
                "Giá vàng sáng nay tăng thêm năm trăm nghìn đồng một lượng so với phiên hôm qua.", "Giá vàng"
            ),
        ]
    )
    assert one == two != other
