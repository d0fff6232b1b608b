"""The provinces: 34 today, 63 before, each of the old ones in exactly one of today's."""

import unicodedata

import pytest

from core.provinces import current_names, provinces


def test_there_are_34_of_which_six_are_cities() -> None:
    assert len(provinces()) == 34
    cities = {p.name for p in provinces() if p.kind == "city"}
    assert cities == {"Hà Nội", "Hải Phòng", "Huế", "Đà Nẵng", "Hồ Chí Minh", "Cần Thơ"}


def test_the_63_of_before_are_each_in_exactly_one() -> None:
    former = [name for p in provinces() for name in p.former]
    assert len(former) == len(set(former)) == 63


def test_a_province_of_today_kept_the_name_of_one_it_was_made_of() -> None:
    assert all(p.name in p.former for p in provinces())


def test_names_are_nfc() -> None:
    assert all(unicodedata.is_normalized("NFC", name) for name in current_names())


@pytest.mark.parametrize(
    ("before", "today"),
    [
        ("Hà Nội", "Hà Nội"),
        ("Hà Giang", "Tuyên Quang"),
        ("Bắc Giang", "Bắc Ninh"),
        ("Hải Dương", "Hải Phòng"),
        ("Thái Bình", "Hưng Yên"),
        ("Quảng Nam", "Đà Nẵng"),
        ("Bình Định", "Gia Lai"),
        ("Đắk Nông", "Lâm Đồng"),
        ("Bà Rịa - Vũng Tàu", "Hồ Chí Minh"),
        ("Long An", "Tây Ninh"),
        ("Kiên Giang", "An Giang"),
        ("Bạc Liêu", "Cà Mau"),
    ],
)
def test_a_name_of_before_leads_to_the_unit_of_today(before: str, today: str) -> None:
    assert current_names()[before] == today
