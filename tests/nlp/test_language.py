"""Telling Vietnamese from other languages, with and without diacritics."""

import pytest

from core.text import fold
from nlp.language import vietnamese

OURS = [
    "Công an đang điều tra vụ bé gái bị cha dượng đánh nhiều lần, hàng xóm nghe tiếng khóc đã báo tin.",
    "e 14t ạ, có ng quen qua mạng đang dọa gửi ảnh riêng của e cho cả lớp nếu tối nay e ko chuyển 2tr",
    "Khuya rồi mà ngoằn ngoèo nghiêng ngả, người nghiện rượu quậy phá trước cổng trường tiểu học.",
]


@pytest.mark.parametrize("text", [*OURS, *map(fold, OURS), "ok", "", "Lionel Messi", "👍👍👍"])
def test_vietnamese_is_known_and_short_texts_pass(text: str) -> None:
    assert vietnamese(text)


@pytest.mark.parametrize(
    "text",
    [
        "The police are investigating how the neighbours heard a child crying at night in the next house.",
        "La policía investiga por qué los vecinos oían llorar a una niña por la noche en la casa de al lado.",
        "警察正在调查邻居在夜里听到孩子哭声的原因",
        "Полиция выясняет, почему соседи ночью слышали плач ребёнка в соседнем доме.",
    ],
)
def test_other_languages_and_scripts_are_told(text: str) -> None:
    assert not vietnamese(text)
