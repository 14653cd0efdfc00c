"""A calculation as a parent reads it: who pays first, each factor named, no best case in large type."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.presenter import Presenter
from bot.channels.receipt import grouped
from bot.reply import Ask, Card, Estimate, Reply, Result
from corpus.entries import load_corpus

LEVELS = ["一级及以下（含社康）", "二级", "三级"]
STAY = {"visit": "inpatient", "hospital_level": "3", "in_scope_cost": "23000.00", "location": "local"}


@pytest.fixture(scope="module")
def presenter() -> Presenter:
    corpus = load_corpus()
    return Presenter(corpus.phrases, {entry.id: entry for entry in corpus.entries})


def estimate(rows: list[tuple[str, str, str]], formula: str = "", **more: Any) -> Estimate:
    results = [Result(label=label, value=value, unit=unit) for label, value, unit in rows]
    return Estimate(**{"results": results, "formula": formula, "policy_year": "2024-2025", "basis": ["B5"], **more})


def card(presenter: Presenter, given: Estimate | None = None, **more: Any) -> Card:
    reply = presenter.reply(Reply(kind="calculation", text="……", estimate=given), **more)
    assert reply.card is not None
    return reply.card


PAID = [("医保支付", "18144.00", "元"), ("个人负担", "4856.00", "元")]
AWAY = {**STAY, "deductible": "600.00", "location": "in_province", "out_of_city_kind": "temporary"}


def test_who_pays_stands_first_and_each_factor_is_named(presenter: Presenter) -> None:
    shown = card(presenter, estimate(PAID, "(23000.00 - 600.00) × 90% × 90% = 18144.00", inputs=AWAY))
    assert [(one.label, one.value) for one in shown.results] == [("医保付", "18,144"), ("自己付", "4,856")]
    assert shown.year == "按 2024-2025 学年度的标准"
    assert shown.steps == [
        "23,000（花费）− 600（起付线）= 22,400",
        "22,400 × 90%（三级医院）× 90%（没备案、在省内）= 18,144",
    ]


LINES: list[tuple[str, dict[str, str], list[str]]] = [
    ("75 = 75", {}, []),
    ("436.32 = 436.32；36.36 × 9 = 327.24", {"school_year": "2024-2025"}, ["36.36（一个月）× 9 个月 = 327.24"]),
    (
        "36.36 × 9 × 2 = 654.48",
        {"school_year": "2024-2025", "children": "2"},
        ["36.36（一个月）× 9 个月 × 2 个孩子 = 654.48"],
    ),
    ("436.32 × 2 = 872.64", {"school_year": "2024-2025", "children": "2"}, ["436.32 × 2 个孩子 = 872.64"]),
    (
        "20000.00 × 90% × 90% = 16200.00",
        {**STAY, "in_scope_cost": "20000.00", "out_of_city_kind": "emergency", "location": "out_province"},
        ["20,000（花费）× 90%（三级医院）× 90%（异地急诊抢救）= 16,200"],
    ),
    (
        "2471.31 - 2000.00 = 471.31",
        {"used_cap": "2000.00", "visit": "outpatient"},
        ["2,471.31（一年的限额）− 2,000（已经报了）= 471.31"],
    ),
    # A paper that keeps the whole ratio is not "without a paper".
    (
        "4800.00 × 92% × 100% = 4416.00",
        {**STAY, "hospital_level": "1", "out_of_city_kind": "filed", "location": "out_province"},
        ["4,800 × 92%（一级或社康）× 100%（办了异地备案）= 4,416"],
    ),
    (
        "1200.00 × 55% + 50.00 × 60% = 690.00",
        {"visit": "outpatient", "hospital_level": "3", "in_scope_cost": "1200.00", "consult_fee": "50.00"},
        ["1,200（花费）× 55%（三级医院）+ 50（诊查费）× 60%（三级医院）= 690"],
    ),
    # What is not known is not named.
    ("872.64 ÷ 12 = 72.72", {"school_year": "2024-2025"}, ["872.64 ÷ 12 = 72.72"]),
    ("100% - 72% = 28%", {"hospital_level": "3"}, ["100% − 72% = 28%"]),
    ("271.31 + 20.00 × 70% = 285.31", {"used_cap": "2200.00"}, ["271.31 + 20 × 70% = 285.31"]),
    # A year in words is no amount.
    ("2024年9月的费 = 2025年的待遇", {"school_year": "2024-2025"}, ["2024年9月的费 = 2025年的待遇"]),
    ("1234567.5 ÷ 2 ≈ 617283.75", {}, ["1,234,567.5 ÷ 2 ≈ 617,283.75"]),
    ("随便什么", {}, ["随便什么"]),
]


@pytest.mark.parametrize(("formula", "inputs", "expected"), LINES, ids=[row[0] for row in LINES])
def test_a_line_a_step(presenter: Presenter, formula: str, inputs: dict[str, str], expected: list[str]) -> None:
    assert card(presenter, estimate(PAID, formula, inputs=inputs)).steps == expected


def test_nothing_is_said_of_a_sum_that_has_no_rule(presenter: Presenter) -> None:
    shown = card(presenter, estimate([("结果", "290.88", "")], "36.36 × 8 = 290.88", policy_year="", basis=[]))
    assert (shown.year, shown.premises, shown.choices) == (None, [], []) and shown.steps == ["36.36 × 8 = 290.88"]


@pytest.mark.parametrize("kind", ["ask", "calculation"])
@pytest.mark.parametrize("own", [False, True])
def test_an_unknown_level_gives_a_table_with_its_premises(presenter: Presenter, kind: str, own: bool) -> None:
    values = ["640.00", "720.00", "800.00"] if own else ["7360.00", "7280.00", "7200.00"]
    rows = [(level + ("自己付" if own else ""), value, "元") for level, value in zip(LEVELS, values, strict=True)]
    taken = ["假定您说的费用都在医保范围内。", "按起付线以上部分计算。把起付线告诉我，可以再算一次。"]
    inputs = {"visit": "inpatient", "in_scope_cost": "8000.00", "location": "local"}
    table = estimate(rows, inputs=inputs, assumptions=taken)
    asked = Ask(slot="hospital_level", options=LEVELS, estimate=table)
    reply = Reply(kind="ask", text="……", ask=asked) if kind == "ask" else Reply(kind=kind, text="……", estimate=table)
    shown = presenter.reply(reply).card
    assert shown is not None and shown.results == [] and shown.steps == []
    assert shown.table == [
        ["医院级别", "医保付", "自己付"],
        ["一级或社康", "7,360 元", "640 元"],
        ["二级医院", "7,280 元", "720 元"],
        ["三级医院", "7,200 元", "800 元"],
    ]
    assert shown.premises == ["按 8,000 元算", "您说的费用都在医保范围内", "按起付线以上部分计算"]
    # Whoever has said so once is not asked again.
    labels = [choice.label for choice in shown.choices]
    assert len(labels) == (4 if kind == "ask" else 3) and ("不知道" in labels) is (kind == "ask")


def test_a_table_of_shares_counts_what_is_out_of_scope(presenter: Presenter) -> None:
    rows = [(level + "自己付", value, "元") for level, value in zip(LEVELS, ["2640", "2720", "2800"], strict=True)]
    inputs = {"visit": "inpatient", "in_scope_cost": "8000.00", "outside_cost": "2000.00"}
    shown = card(presenter, estimate(rows, inputs=inputs))
    assert shown.table[1:] == [
        ["一级或社康", "7,360 元", "2,640 元"],
        ["二级医院", "7,280 元", "2,720 元"],
        ["三级医院", "7,200 元", "2,800 元"],
    ]


def test_premises_are_short_and_what_a_button_does_is_no_premise(presenter: Presenter) -> None:
    said = ["假定您说的费用都在医保范围内。", "按起付线以上部分计算。把起付线告诉我，可以再算一次。"]
    shown = card(presenter, estimate(PAID, inputs=STAY, assumptions=said))
    assert shown.premises == ["您说的费用都在医保范围内。", "按起付线以上部分计算。"]
    assert [(choice.label, choice.say, choice.fill) for choice in shown.choices] == [
        ("改起付线", "起付线", True),
        ("换成一级或社康", "一级医院", False),
        ("换成二级医院", "二级医院", False),
        ("不在深圳看的", "不在深圳", False),
    ]


def test_what_is_asked_can_be_tapped(presenter: Presenter) -> None:
    reply = Reply(kind="ask", text="是门诊，还是住院？", ask=Ask(slot="visit", options=["门诊", "住院"]))
    shown = presenter.reply(reply, "en")
    assert shown.text == "A visit to the doctor (门诊) or a hospital stay (住院)?"
    assert shown.card and [(one.label, one.say) for one in shown.card.choices] == [
        ("visit to the doctor", "门诊"),
        ("hospital stay", "住院"),
    ]


def test_other_replies_have_no_card(presenter: Presenter) -> None:
    assert presenter.reply(Reply(kind="answer", text="答")).card is None
    assert presenter.reply(Reply(kind="ask", text="几元？", ask=Ask(slot="amount"))).card is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("17460.00", "17,460"), ("436.32", "436.32"), ("0.50", "0.50"), ("1000000", "1,000,000"), ("90%", "90%")],
)
def test_numbers_as_people_write_them(text: str, expected: str) -> None:
    assert grouped(text) == expected
