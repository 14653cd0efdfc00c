"""The numbers of a school year as a form: the file keeps its remarks, the answers follow, mistakes change nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot.channels.app import create_app
from bot.settings import Settings
from bot.workshop.amendment import Wish, copy_year, policy_of, save_year
from bot.workshop.errors import NotThere, Refused, Stale
from bot.workshop.folders import copy_corpus, text_digest
from bot.workshop.workshop import Workshop
from corpus.entries import corpus_path, load_corpus
from corpus.entry import format_entry, parse_entry
from corpus.figures import discrepancies
from corpus.policy import Figure, Policy
from tests.support.pool_office import Clerk, PoolEngine, texts

YEAR, NEXT = "2024-2025", "2025-2026"
PERIODS = ("2024-09 至 2025-08", "2024-10 至 2025-09", "2024")


@pytest.fixture
def office(shop: Workshop) -> Workshop:
    """The workshop with the corpus that ships, which has numbers; of its thousands of wordings a few will do."""
    copy_corpus(corpus_path(), shop.draft.corpus)
    (shop.draft.corpus / "words/outside.txt").write_text("今天天气怎么样\n", encoding="utf-8")
    for path in (shop.draft.corpus / "entries").glob("*.md"):
        entry = parse_entry(path.read_text(encoding="utf-8"), path)
        path.write_text(format_entry(replace(entry, similar=entry.similar[:6])), encoding="utf-8")
    return shop


def wishes(policy: Policy, **changes: dict[str, str]) -> dict[str, Wish]:
    """Return the form as it was shown, with some fields changed."""
    shown = {
        item.name: Wish(str(item.value) if isinstance(item, Figure) else "", item.entry, item.words)
        for item in policy.printed
    }
    return {name: replace(wish, **changes.get(name.replace(".", "_"), {})) for name, wish in shown.items()}


def opened(shop: Workshop, years: str = YEAR) -> str:
    return text_digest(shop.draft.text(f"policy/{years}.toml"))


def left(shop: Workshop) -> list[str]:
    corpus = load_corpus(shop.draft.corpus)
    return [found.message for found in discrepancies(corpus.entries, corpus.policies)]


def test_a_form_sent_as_it_was_shown_changes_no_sign(office: Workshop) -> None:
    before = office.draft.text(f"policy/{YEAR}.toml")
    policy = policy_of(office.draft, YEAR)
    assert save_year(office.draft, YEAR, opened(office), wishes(policy), PERIODS, set(), "王敏") == 0
    assert office.draft.text(f"policy/{YEAR}.toml") == before


def test_words_and_answers_follow_a_number(office: Workshop) -> None:
    wanted = wishes(policy_of(office.draft, YEAR), fee_personal={"value": "450.10"}, inpatient_3={"value": "88"})
    assert save_year(office.draft, YEAR, opened(office), wanted, PERIODS, set(), "王敏") == 3
    assert "个人缴费450.10元/年" in office.draft.entry("P3").answer
    assert "三级医院支付比例为88%" in office.draft.entry("B5").answer and left(office) == []
    text = office.draft.text(f"policy/{YEAR}.toml") or ""
    assert "# —— 费用" in text and 'value = "450.10"' in text
    assert policy_of(office.draft, YEAR).number("fee.personal") == Decimal("450.10")


def shifted(text: str) -> str:
    return re.sub(r"20\d\d", lambda found: str(int(found[0]) + 1), text)


def test_a_new_school_year_is_entered_from_the_last_one(office: Workshop) -> None:
    assert copy_year(office.draft, YEAR, "王敏") == NEXT
    policy = policy_of(office.draft, NEXT)
    assert str(policy.fee.first) == "2025-09" and policy.cap_year == 2025
    assert len(left(office)) >= len(policy.printed)
    wanted = {
        name: replace(wish, words=shifted(wish.words)) for name, wish in wishes(policy).items()
    } | {"fee.personal": Wish("450.10", "P3", "个人缴费436.32元/年")}  # fmt: skip
    periods = (f"{policy.fee.first} 至 {policy.fee.last}", f"{policy.benefit.first} 至 {policy.benefit.last}", "2025")
    ready = {item.entry for item in policy.printed}
    save_year(office.draft, NEXT, opened(office, NEXT), wanted, periods, ready, "王敏")
    assert left(office) == [], left(office)[:3]
    entry = office.draft.entry("P3")
    assert entry.years == NEXT and "2025-2026学年度个人缴费450.10元/年" in entry.answer
    assert [policy.years for policy in load_corpus(office.draft.corpus).policies] == [NEXT, YEAR]
    with pytest.raises(Refused, match="已经有了"):
        copy_year(office.draft, YEAR, "王敏")


@pytest.mark.parametrize(
    ("change", "periods", "said"),
    [
        ({"value": "四百"}, PERIODS, "不是数"),
        ({"value": "-1"}, PERIODS, "不是数"),
        ({"value": "１０"}, PERIODS, "不是数"),
        ({"words": ""}, PERIODS, "缺 words"),
        ({"entry": "Z9"}, PERIODS, "没有编号"),
        ({}, ("2024年9月", *PERIODS[1:]), "不是一段月份"),
        ({}, ("2024-13 至 2025-08", *PERIODS[1:]), "没有保存"),
        ({}, (*PERIODS[:2], "今年"), "不对"),
        ({}, (*PERIODS[:2], "2030"), "没有保存"),
    ],
)
def test_what_is_no_number_or_month_is_told_and_nothing_changes(
    office: Workshop, admin_settings: Settings, change: dict[str, str], periods: tuple[str, str, str], said: str
) -> None:
    before = (texts(admin_settings), office.draft.text(f"policy/{YEAR}.toml"))
    wanted = wishes(policy_of(office.draft, YEAR), fee_personal=change)
    with pytest.raises((Refused, NotThere), match=said):
        save_year(office.draft, YEAR, opened(office), wanted, periods, set(), "王敏")
    assert (texts(admin_settings), office.draft.text(f"policy/{YEAR}.toml")) == before


def test_the_second_clerk_overwrites_nothing(office: Workshop) -> None:
    seen, policy = opened(office), policy_of(office.draft, YEAR)
    save_year(office.draft, YEAR, seen, wishes(policy, fee_personal={"value": "450"}), PERIODS, set(), "王敏")
    with pytest.raises(Stale, match="王敏"):
        save_year(office.draft, YEAR, seen, wishes(policy, fee_subsidy={"value": "900"}), PERIODS, set(), "李雷")
    assert "872.64" in office.draft.entry("P3").answer


@pytest.mark.parametrize("years", ["", "../x", "2030-2031", "2024-2025/../.."])
def test_no_other_file_is_read_as_a_year(office: Workshop, years: str) -> None:
    with pytest.raises(NotThere):
        policy_of(office.draft, years)


@pytest.fixture
def clerk(admin_settings: Settings, office: Workshop) -> Iterator[Clerk]:
    with TestClient(create_app(admin_settings, PoolEngine())) as client:
        clerk = Clerk(client)
        clerk.sign_in()
        yield clerk


def fields(page: str) -> dict[str, str]:
    """Return the fields of the year's form as a browser would send them."""
    found = dict(re.findall(r'<input [^>]*name="([^"]+)" value="([^"]*)"', page.split("<h1>")[1]))
    found |= dict(re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n([^<]*)</textarea>', page))
    return {name: value for name, value in found.items() if name not in ("ready", "token")}


def test_the_form_shows_the_numbers_and_takes_them(clerk: Clerk, office: Workshop) -> None:
    assert "建 2025-2026 年度" in clerk.get("/years")
    page = clerk.get(f"/years/{YEAR}")
    assert "个人缴费436.32元/年" in page and "对不上" not in page
    assert "没有改动" in clerk.post(f"/years/{YEAR}", **fields(page)).text
    saved = clerk.post(f"/years/{YEAR}", **fields(page) | {"value.fee.personal": "450.10"})
    assert "已保存到草稿" in saved.text and "个人缴费450.10元/年" in saved.text
    stale = clerk.post(f"/years/{YEAR}", **fields(page) | {"value.fee.personal": "460"})
    assert stale.status_code == 409 and "没有覆盖" in stale.text
    assert "450.10" in office.draft.entry("P3").answer
    bad = clerk.post(f"/years/{YEAR}", **fields(clerk.get(f"/years/{YEAR}")) | {"value.fee.personal": "<script>"})
    assert bad.status_code == 409 and "不是数" in bad.text and "<script" not in bad.text


def test_a_new_year_in_the_browser_says_what_is_left(clerk: Clerk) -> None:
    page = clerk.post("/years", **{"from": YEAR}).text
    assert "2025-2026 年度的数字" in page and re.search(r"还有 \d+ 处和答案对不上", page)
    assert clerk.post("/years", **{"from": YEAR}).status_code == 409
    assert clerk.client.get("/admin/years/1999-2000").status_code == 409


def test_a_corpus_without_numbers_says_so(admin_settings: Settings, tmp_path: Path) -> None:
    with TestClient(create_app(admin_settings, PoolEngine())) as client:
        clerk = Clerk(client)
        clerk.sign_in()
        assert "没有要算的数" in clerk.get("/years")
