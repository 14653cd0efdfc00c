"""Numbers that point to a person are masked, amounts and hotlines stay. All numbers here are made up."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ids import new_reply_id
from bot.privacy import ACCOUNT, CARD, EMAIL, ID_NUMBER, MOBILE, NUMBER, PHONE, mask
from bot.reply import Feedback
from tests.support.record_fixtures import records_in

TABLE = [
    ("身份证44030020150101123X能查吗", f"身份证{ID_NUMBER}能查吗"),
    ("440300201501011234", ID_NUMBER),
    ("440300 20150101 123x", ID_NUMBER),
    ("440300-20150101-1234", ID_NUMBER),
    ("４４０３００２０１５０１０１１２３Ｘ", ID_NUMBER),
    ("证件440300150101123。", f"证件{ID_NUMBER}。"),
    ("440305 生日 2019年3月7日 1231", ID_NUMBER),
    ("身份证440305，生日是2019年3月7日，后四位123X", f"身份证{ID_NUMBER}"),
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
    ("zhangsan@例子.中国", EMAIL),
    ("张三@qq.com", EMAIL),
    ("发到zhang三@example.com", f"发到{EMAIL}"),
    ("新生儿怎么参保请发到欧阳娜娜@例子.中国谢谢", f"新生儿怎么参保请发到{EMAIL}谢谢"),
    ("李四 (at) qq.com", EMAIL),
    ("邮箱someone#qq.com", f"邮箱{EMAIL}"),
    ("someone at qq.com", EMAIL),
    ("0755-12345678", PHONE),
    ("打(0755)88123456", f"打{PHONE}"),
    ("+86 755 8812 3456", PHONE),
    ("13800138000，花了20000元", f"{MOBILE}，花了20000元"),
    ("社保电脑号：612345678", f"社保电脑号：{ID_NUMBER}"),
    ("台胞证12345678", f"台胞证{ID_NUMBER}"),
    ("qq号是 123456789", f"qq号是 {ACCOUNT}"),
    ("微信号：zhangsan_88", f"微信号：{ACCOUNT}"),
    ("wxid_abc123def", ACCOUNT),
    ("一三八零零一三八零零零", MOBILE),
]
STAYS = [
    "花了120000元，生日2019年3月7日，门诊3000元",
    "120000 生日2019年3月7日 3000元",
    "2471.31",
    "12345",
    "打12345热线",
    "花了 20000.00 元，起付线 600.00",
    "2024-2025学年度436.32元/年",
    "2024年9月1日到2025年8月31日",
    "1234567890",
    "23800138000",
    "怎么用@深税小程序",
    "",
    "花了20000 18000 30000，能报多少",
    "分别是1500，2000，300",
    "三次花了1500,2000,3000元",
    "15000、138000",
    "12,345,678.90元",
    "100000000元",
    "2024.10.15 09:12:33",
    "2024-09-01到2025-08-31",
    "200000-300000",
    "436.32+872.64=1308.96",
    "微信公众号怎么绑定",
    "QQ群在哪里",
    "住院3天花了18000.50",
    "RMB20000",
    "第1、2、3、4条",
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_masks(text: str, expected: str) -> None:
    assert mask(text) == expected


@pytest.mark.parametrize("text", STAYS)
def test_stays(text: str) -> None:
    assert mask(text) == text


DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
SPOKEN = str.maketrans("0123456789", "零一二三四五六七八九")


def parts(number: str, *sizes: int) -> list[str]:
    ends = [sum(sizes[: place + 1]) for place in range(len(sizes))]
    return [number[end - size : end] for size, end in zip(sizes, ends, strict=True)]


def written(kind: str, number: str) -> list[str]:
    """Return a number in every form that people write it in."""
    if kind == "id":
        grouped = parts(number, 6, 8, 4)
        forms = [
            gap.join(grouped) for gap in ("", " ", "   ", "-", "－", ".", "/", ",", "，", "\n", "\r\n", "\u200b", "\t")
        ]
        forms += [gap.join(parts(number, 6, 4, 2, 2, 4)) for gap in (" ", "-", ".", "/", "\n")]
        return [*forms, " ".join(number), "-".join(number), ".".join(number), number.translate(DIGITS), number.lower()]
    if kind == "mobile":
        grouped = parts(number, 3, 4, 4)
        forms = [gap.join(grouped) for gap in ("", " ", "-", "–", "－", ".", ",", "\n", "\u200b", "\u3000", "·")]
        forms += [f"({grouped[0]}){grouped[1]}-{grouped[2]}", f"（{grouped[0]}）{grouped[1]}{grouped[2]}"]
        forms += [f"+86 {number}", f"0086-{number}", f"(+86){number}", f"86{number}", f"1{number}"]
        return [*forms, number.translate(DIGITS), number.translate(SPOKEN), " ".join(number), "-".join(number)]
    if kind == "card":
        grouped = [number[place : place + 4] for place in range(0, len(number), 4)]
        return [gap.join(grouped) for gap in ("", " ", "-", ".", "/", "\n")] + [number.translate(DIGITS)]
    if kind == "landline":
        return [
            f"0755-{number}",
            f"0755{number}",
            f"(0755){number}",
            f"（0755）{number}",
            f"0755 {number[:4]} {number[4:]}",
        ]
    letters = {"birth": "T", "permit": "H", "passport": "E", "hongkong": "K"}[kind]
    if kind == "hongkong":
        return [f"{letters}{number[:6]}({number[6]})", f"{letters}{number[:6]}（{number[6]}）", f"{letters}{number}"]
    return [
        f"{letters}{number}",
        f"{letters.lower()}{number}",
        f"{letters} {number}",
        f"{letters}{number}".translate(DIGITS),
    ]


def numbers(random: Random) -> Iterator[tuple[str, str]]:
    born = f"20{random.randint(10, 24)}{random.randint(1, 12):02}{random.randint(1, 28):02}"
    yield "id", f"4403{random.randint(1, 9):02}{born}{random.randint(0, 999):03}{random.choice('0123456789X')}"
    yield "mobile", f"1{random.randint(3, 9)}{random.randint(0, 999_999_999):09}"
    yield "card", f"62{random.randint(0, 10**14 - 1):014}" + random.choice(["", "123"])
    yield "landline", str(random.randint(20_000_000, 89_999_999))
    yield "birth", f"44{random.randint(0, 9_999_999):07}"
    yield "permit", f"{random.randint(0, 99_999_999):08}"
    yield "passport", f"{random.randint(0, 99_999_999):08}"
    yield "hongkong", f"{random.randint(0, 9_999_999):07}"


AROUND = [
    "{0}",
    "我的号码是{0}，怎么办",
    "孩子{0} 花了20000元",
    "三级医院2471.31元，{0}。",
    "（{0}）",
    "号{0}起付线600",
]
AMOUNTS = ["20000元", "2471.31元", "起付线600"]


def test_two_thousand_messages_in_every_form_leave_nothing_to_read(tmp_path: Path) -> None:
    random, count, kinds = Random(13), 0, set()
    records, plain = records_in(tmp_path / "records.sqlite"), []
    while count < 2000:
        for kind, number in numbers(random):
            for place, form in enumerate(written(kind, number)):
                around = random.choice(AROUND)
                text = around.format(form)
                shown = mask(text)
                assert form not in shown and "〔" in shown, (kind, form, shown)
                assert longest_run(shown) < 6, (kind, form, shown)
                assert [amount for amount in AMOUNTS if amount in text] == [
                    amount for amount in AMOUNTS if amount in shown
                ], (kind, form, shown)
                records.add_feedback(Feedback(reply_id=new_reply_id(), helpful=False, comment=text))
                plain.append(form)
                kinds.add((kind, place))
                count += 1
    records.flush()
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir()).decode(errors="replace")
    assert len(kinds) >= 60 and not [form for form in plain if len(form) > 6 and form in stored]
    records.close()


def longest_run(text: str) -> int:
    """Return how many digits of a number can still be read in a row, whatever stands between them; no amounts."""
    for amount in AMOUNTS:
        text = text.replace(amount, "元")
    runs = re.findall(r"[0-9０-９](?:[\s\W]{0,4}[0-9０-９])*", text)
    return max((sum(sign.isdigit() for sign in run) for run in runs), default=0)


@given(st.lists(st.integers(1, 99_999), min_size=1, max_size=6), st.sampled_from(["，", "、", " ", "元、", "元 "]))
def test_amounts_stay(amounts: list[int], between: str) -> None:
    text = f"花了{between.join(map(str, amounts))}元，能报多少"
    assert mask(text) == text


@given(st.text(), st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", " ", "-", "－", "\u3000"]))
def test_no_mobile_number_gets_through(around: str, number: str, gap: str) -> None:
    form = gap.join((number[:3], number[3:7], number[7:]))
    assert form not in mask(f"{around}，{form}，{around}")


@given(st.text(alphabet="0123456789Xx @.-１２abc中", max_size=60))
def test_masking_twice_changes_nothing(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize(
    "text", ["a" * 20_000, "1" * 20_000, "1 " * 10_000, "a@" * 10_000, "13800138000 " * 2_000, "20000 18000 1 " * 2_000]
)
def test_long_text_takes_no_long_time(text: str) -> None:
    started = time.process_time()
    mask(text)
    assert time.process_time() - started < 1
