"""A page's analysis does not depend on what it is read together with."""

from collections.abc import Callable

from core.contracts import Page, PageType
from nlp.analyser import Analyser

TEXTS = (
    "Cháu nhà mình bị bạn bè trêu chọc trên mạng cả tháng nay",
    "  Thương bé quá!",
    "Mong cơ quan chức năng vào cuộc sớm.",
    "Quảng cáo sữa gì mà dài dòng thế",
    "",
    "Hay 👍",
)


def test_each_order_and_size_of_batch_gives_the_same_analyses(make_page: Callable[..., Page]) -> None:
    pages = [
        make_page(number=n, type=PageType.COMMENT, title="", thread_title="Chuyện ở trường", text=text)
        for n, text in enumerate(TEXTS)
    ]
    analyser = Analyser.load()
    together = analyser.analyse(pages)
    assert analyser.analyse(pages[::-1]) == together[::-1]
    assert [analyser.analyse([page])[0] for page in pages] == together
