"""Numbers that point to a person are masked, amounts and hotlines stay. All numbers here are made up."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy import CARD, EMAIL, ID_NUMBER, MOBILE, NUMBER, mask

TABLE = [
    ("身份证44030020150101123X能查吗", f"身份证{ID_NUMBER}能查吗"),
    ("440300201501011234", ID_NUMBER),
    ("440300 20150101 123x", ID_NUMBER),
    ("440300-20150101-1234", ID_NUMBER),
    ("４４０３００２０１５０１０１１２３Ｘ", ID_NUMBER),
    ("证件440300150101123。", f"证件{ID_NUMBER}。"),
    ("4 4 0 3 0 0 2 0 1 5 0 1 0 1 1 2 3 4", ID_NUMBER),
    ("电话13800138000谢谢", f"电话{MOBILE}谢谢"),
    ("138 0013 8000", MOBILE),
    ("138-0013-8000", MOBILE),
    ("+86 13800138000", MOBILE),
    ("0086-138-0013-8000", MOBILE),
    ("8613800138000", MOBILE),
    ("１３８００１３８０００", MOBILE),
    ("13800138000 13900139000", MOBILE),
    ("13800138000、13900139000", f"{MOBILE}、{MOBILE}"),
    ("卡号6222021234567890123", f"卡号{CARD}"),
    ("6222 0212 3456 7890", CARD),
    ("６２２２０２１２３４５６７８９０", CARD),
    ("62220212345678901234567", NUMBER),
    ("发到a.b-c+d@mail.example.com吧", f"发到{EMAIL}吧"),
    ("someone＠example．com", EMAIL),
    ("some_one @ example.com", EMAIL),
]
STAYS = [
    "2471.31",
    "12345",
    "打12345热线",
    "花了 20000.00 元，起付线 600.00",
    "0755-12345678",
    "2024-2025学年度436.32元/年",
    "2024年9月1日到2025年8月31日",
    "1234567890",
    "23800138000",
    "怎么用@深税小程序",
    "",
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_masks(text: str, expected: str) -> None:
    assert mask(text) == expected


@pytest.mark.parametrize("text", STAYS)
def test_stays(text: str) -> None:
    assert mask(text) == text


@given(st.text(), st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", " ", "-", "－", "\u3000"]))
def test_no_mobile_number_gets_through(around: str, number: str, gap: str) -> None:
    written = gap.join((number[:3], number[3:7], number[7:]))
    assert written not in mask(f"{around}，{written}，{around}")


@given(st.text(alphabet="0123456789Xx @.-１２abc中", max_size=60))
def test_masking_twice_changes_nothing(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize("text", ["a" * 20_000, "1" * 20_000, "1 " * 10_000, "a@" * 10_000, "13800138000 " * 2_000])
def test_long_text_takes_no_long_time(text: str) -> None:
    started = time.process_time()
    mask(text)
    assert time.process_time() - started < 1
