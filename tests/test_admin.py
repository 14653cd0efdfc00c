"""The console's pages: what the clerk sees, changes, proves and publishes; nothing typed can break one."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot.channels.app import create_app
from bot.place import live_number, version_folder
from bot.settings import Settings
from bot.workshop.report import Figure, Graded, Report, Said, Turned, write_report
from bot.workshop.workshop import Workshop
from tests.support.pool_office import Clerk, PoolEngine, prove, texts

SCRIPT = "\"'><script>alert(1)</script>{{7*7}}</textarea>"


@pytest.fixture
def clerk(admin_settings: Settings) -> Iterator[Clerk]:
    with TestClient(create_app(admin_settings, PoolEngine())) as client:
        clerk = Clerk(client)
        clerk.sign_in()
        yield clerk


def test_every_page_opens(clerk: Clerk) -> None:
    for path in (
        "",
        "/entries",
        "/entries/A1",
        "/new",
        "/trial",
        "/trial?q=水冷不冷",
        "/exam",
        "/years",
        "/publish",
        "/history",
    ):
        text = clerk.get(path)
        assert ("<h1>" in text and 'aria-current="page"' in text) or path == "/new", path


def test_without_a_work_folder_the_console_shows_and_changes_nothing(admin_settings: Settings) -> None:
    settings = admin_settings.model_copy(update={"work": None})
    with TestClient(create_app(settings, PoolEngine())) as client:
        clerk = Clerk(client)
        clerk.sign_in()
        assert "FAQ_WORK" in clerk.get("") and "A1" in clerk.get("/entries")
        assert "保存到草稿" not in clerk.get("/entries/A1") and "门票" in clerk.get("/entries/A1")
        assert "加为相似问" not in clerk.get("/trial?q=水冷不冷")
        for path in ("/publish", "/history", "/new"):
            response = client.get(f"/admin{path}")
            assert response.status_code == 409 and "FAQ_WORK" in response.text


def test_an_entry_is_found_by_what_stands_in_it(clerk: Clerk) -> None:
    for text, found in (("A3", "A3"), ("量血压", "A3"), ("暑假班", "A5"), ("<b>", "")):
        page = clerk.get(f"/entries?q={text}")
        assert [id_ for id_ in ("A1", "A2", "A3", "A4", "A5", "A6") if f"<b>{id_}</b>" in page] == [found] * bool(found)
    assert "没有找到含有“&lt;b&gt;”的问答" in clerk.get("/entries?q=<b>")
    assert "停用" in clerk.get("/entries?q=A7")


def test_an_entry_is_changed_and_the_list_says_so(clerk: Clerk) -> None:
    form = clerk.form("A2")
    response = clerk.post("/save", **{**form, "similar": form["similar"] + "\n几点熄灯"})
    assert "已保存到草稿" in response.text and "几点熄灯" in response.text
    assert '<span class="tag new">改过</span>' in clerk.get("/entries")
    assert '<span class="plus">- 几点熄灯</span>' in clerk.get("/publish") and "改了问答" in clerk.get("/history")
    assert "没有改动" in clerk.post("/save", **clerk.form("A2") | {"similar": form["similar"] + "\n几点熄灯"}).text


def test_the_draft_is_exported_as_a_workbook(clerk: Clerk) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    clerk.post("/similar", text="几点熄灯", entry="A2")
    response = clerk.client.get("/admin/export")
    assert response.status_code == 200 and "entries.xlsx" in response.headers["content-disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[0]
    assert any("几点熄灯" in str(cell.value) for row in sheet.iter_rows() for cell in row)


def test_an_entry_is_looked_at_before_it_is_saved(clerk: Clerk, admin_settings: Settings) -> None:
    before = texts(admin_settings)
    form = clerk.form("A2") | {"answer": "每天**九点**开门。", "do": "look"}
    assert "<strong>九点</strong>" in clerk.post("/save", **form).text
    assert texts(admin_settings) == before


def test_a_new_entry_gets_a_free_number(clerk: Clerk) -> None:
    assert 'value="A8"' in clerk.get("/new?question=能带狗吗") and "能带狗吗" in clerk.get("/new?question=能带狗吗")
    form = {"new": "1", "opened": "", "id": "a8", "category": "入场", "question": "能带狗吗？", "answer": "不能。"}
    assert "已保存到草稿" in clerk.post("/save", **form, basis="须知", similar="狗能进吗").text
    again = clerk.post("/save", **form, basis="须知", similar="狗能进吗")
    assert again.status_code == 422 and "A8 已经有了" in again.text


def test_the_linter_speaks_beside_the_field(clerk: Clerk) -> None:
    form = clerk.form("A2") | {"do": "look"}
    page = clerk.post("/save", **form | {"basis": "", "similar": "水温几度\n快点 @没有", "label": "长" * 30}).text
    for said in ("没有依据", "只有 2 个相似问题", "没有叫“没有”的段落", "短标题有 30 个字"):
        assert said in page
    near = clerk.post("/save", **form | {"similar": "早上几点能进\n水温几度呢"}).text
    assert "“水温几度呢”更像 A6" in near


def test_of_two_clerks_the_second_is_shown_both_texts(clerk: Clerk, admin_settings: Settings) -> None:
    second = Clerk(TestClient(clerk.client.app))
    second.sign_in("李雷")
    mine, theirs = clerk.form("A2"), second.form("A2")
    clerk.post("/save", **mine | {"similar": mine["similar"] + "\n几点熄灯"})
    response = second.post("/save", **theirs | {"similar": theirs["similar"] + "\n几点锁门"})
    assert response.status_code == 409 and "王敏刚刚改过" in response.text
    assert '"minus">- 几点熄灯<' in response.text and '"plus">- 几点锁门<' in response.text
    assert "几点锁门" not in "".join(texts(admin_settings).values())
    again = second.post("/save", **second.form("A2") | {"similar": theirs["similar"] + "\n几点熄灯\n几点锁门"})
    assert again.status_code == 200 and "几点锁门" in "".join(texts(admin_settings).values())


@pytest.mark.parametrize("answer", ["", "前\n## 后", "丢了\ufffd字"])
def test_what_cannot_be_taken_is_told_and_what_was_typed_is_kept(
    clerk: Clerk, admin_settings: Settings, answer: str
) -> None:
    before = texts(admin_settings)
    response = clerk.post("/save", **clerk.form("A2") | {"answer": answer, "similar": "一句没有保存的话"})
    assert response.status_code == 422 and "没有保存" in response.text and "一句没有保存的话" in response.text
    assert texts(admin_settings) == before


def test_script_in_every_field_stays_text(clerk: Clerk) -> None:
    fields = (
        "category",
        "question",
        "similar",
        "answer",
        "short",
        "label",
        "english",
        "basis",
        "years",
        "status",
        "id",
    )
    for name in fields:
        response = clerk.post("/save", **clerk.form("A2") | {name: SCRIPT})
        assert "<script" not in response.text and "49" not in html.unescape(response.text).split("</textarea>")[0][-5:]
    for path in (f"/entries?q={SCRIPT}", f"/trial?q={SCRIPT}", f"/new?question={SCRIPT}", f"/publish?done={SCRIPT}"):
        text = clerk.get(path)
        assert "<script" not in text
    clerk.post("/similar", text=SCRIPT, entry="A2", do="similar")
    assert "<script" not in clerk.get("/entries/A2") + clerk.get("/publish") + clerk.get("/history")
    response = clerk.client.post("/admin/in", data={"name": SCRIPT, "password": SCRIPT})
    assert "<script" not in response.text


@pytest.mark.parametrize("id_", ["../../secret", "..", "a1", "A1/../../x"])
def test_no_other_file_is_shown_by_a_number(clerk: Clerk, admin_settings: Settings, id_: str) -> None:
    assert admin_settings.work
    (admin_settings.work / "secret.md").write_text("别人的东西", encoding="utf-8")
    for deed in ("look", "save"):
        for new in ("", "1"):
            response = clerk.post("/save", **clerk.form("A2") | {"id": id_, "do": deed, "new": new})
            assert response.status_code in (200, 409, 422) and "别人的东西" not in response.text


def test_an_exam_is_written_kept_and_never_half(clerk: Clerk, shop: Workshop) -> None:
    def opened() -> str:
        found = re.search(r'name="opened" value="(\w*)"', clerk.get("/exam"))
        assert found
        return found[1]

    first = opened()
    wrong = clerk.post("/exam", questions="A1 周日开不开\r\nZ9 谁", opened=first)
    assert wrong.status_code == 422 and "第 2 行" in wrong.text and "周日开不开" in wrong.text
    assert shop.draft.text("exam.txt") is None
    assert "考一遍" in clerk.post("/exam", questions="A1 周日开不开", opened=first).text
    assert shop.draft.text("exam.txt") == "A1 周日开不开\n"
    stale = clerk.post("/exam", questions="A2 几点开", opened=first)
    assert stale.status_code == 409 and "刚刚改过" in stale.text and "几点开" in stale.text
    assert shop.draft.text("exam.txt") == "A1 周日开不开\n"
    assert clerk.post("/exam", questions="A2 几点开", opened=opened()).status_code == 200
    script = clerk.post("/exam", questions=f"A2 {SCRIPT}", opened=opened()).text + clerk.get("/exam")
    assert "<script>" not in script and "{{7*7}}" in html.unescape(script)


def test_how_the_version_in_use_does_on_its_exam(clerk: Clerk, shop: Workshop) -> None:
    assert "还没有考过" in clerk.get("/exam")
    graded = (Graded("周日开不开", "A1", "答对", "没答上", True), Graded("停车多少钱", "不答", "答对", "答对", False))
    write_report(version_folder(shop.work, 1), Report(base=0, digest="", exam=graded))
    page = clerk.get("/exam")
    assert "1 / 2" in page and "周日开不开" in page and "停车多少钱" not in page


def test_a_question_is_asked_and_put_where_it_belongs(clerk: Clerk) -> None:
    page = clerk.get("/trial?q=池子里的水凉吗")
    assert "为什么是这条" in page and "机器人把这句读作" in page and 'value="A6"' in page
    added = clerk.post("/similar", text="池子里的水凉吗", entry="A6", do="similar")
    assert "已加进草稿" in added.text and "池子里的水凉吗" in added.text
    assert "已经有了" in clerk.post("/similar", text="池子里的水凉吗", entry="A6", do="similar").text
    wrong = clerk.post("/similar", text="月卡呢", entry="A6", part="A1 月卡", do="similar")
    assert wrong.status_code == 409 and "选的是 A6" in wrong.text
    assert "@月卡" in clerk.post("/similar", text="月卡呢", entry="A1", part="A1 月卡", do="similar").text
    assert "words/outside.txt" in clerk.post("/similar", text="哪里可以停飞机", do="outside").text
    for text in ("", "长" * 501):
        assert clerk.post("/similar", text=text, entry="A6").status_code == 400
    assert "太长了" in clerk.get(f"/trial?q={'长' * 501}")
    assert clerk.post("/similar", text="谁", entry="Z9").status_code == 409


def published(shop: Workshop, **found: object) -> None:
    prove(shop, asked=9, **found)


def test_a_proof_is_read_published_and_taken_back(clerk: Clerk, admin_settings: Settings) -> None:
    assert admin_settings.work
    shop = Workshop(admin_settings)
    nothing = clerk.post("/prove")
    assert nothing.status_code == 409 and "没有要发布的" in nothing.text
    clerk.post("/similar", text="几点熄灯", entry="A2")
    turned = (Turned("几点熄灯", "A2 新添的问法", Said("没有答案"), Said("直接回答", "A2", "几点开门？")),)
    published(shop, turned=turned, standing=3)
    page = clerk.get("/publish")
    for said in ("1 句答得不一样", "几点熄灯", "没有答案", "直接回答 A2", "原来就有的提醒 3 条", "没有新的提醒"):
        assert said in page
    assert "已经发布" in clerk.post("/publish", note="熄灯的问法").text and live_number(admin_settings.work) == 2
    page = clerk.get("/publish")
    assert "熄灯的问法" in page and "退回到第 1 版" in page
    assert "已经退回" in clerk.post("/back", number="1").text and live_number(admin_settings.work) == 1
    assert "退回到第 1 版" in clerk.get("/history")


def test_figures_that_fall_must_be_seen(clerk: Clerk, admin_settings: Settings) -> None:
    assert admin_settings.work
    shop = Workshop(admin_settings)
    clerk.post("/similar", text="几点熄灯", entry="A2")
    published(shop, figures=(Figure("直接答对的", "90", "80", True),), warnings=("entries/A2.md：新的提醒。",))
    assert "变差" in clerk.get("/publish") and "新的提醒。" in clerk.get("/publish")
    refused = clerk.post("/publish")
    assert refused.status_code == 409 and "仍要发布" in refused.text and live_number(admin_settings.work) == 1
    assert "已经发布" in clerk.post("/publish", sure="1").text


def test_mistakes_and_failures_are_told_and_not_published(clerk: Clerk, admin_settings: Settings) -> None:
    shop = Workshop(admin_settings)
    clerk.post("/similar", text="几点熄灯", entry="A2")
    published(shop, errors=("entries/A2.md：没有答案。",))
    assert "1 处错误" in clerk.get("/publish") and "没有答案。" in clerk.get("/publish")
    assert clerk.post("/publish").status_code == 409
    shop.proof.fail("检验没有做成：磁盘满了")
    assert "磁盘满了" in clerk.get("/publish")
    published(shop)
    clerk.post("/similar", text="几点锁门", entry="A2")
    assert "已经过时" in clerk.get("/publish") and clerk.post("/publish").status_code == 409
    assert "放弃的改动" in clerk.post("/drop").text and "没有。草稿和正在使用的一样" in clerk.get("/publish")


@pytest.mark.parametrize("number", ["", "x", "-1", "1.5", "9" * 30, "²", "1"])
def test_no_other_version_is_gone_back_to(clerk: Clerk, number: str) -> None:
    assert clerk.post("/back", number=number).status_code == 409


def test_a_report_that_was_cut_short_is_none(admin_settings: Settings, tmp_path: Path) -> None:
    write_report(tmp_path, Report(1, "x", turned=(Turned("问", "谁", Said("反问"), Said("测算", "A1", "1 元")),)))
    from bot.workshop.report import read_report

    found = read_report(tmp_path)
    assert found and str(found.turned[0].after) == "测算 A1 1 元"
    (tmp_path / "report.json").write_text(json.dumps({"base": 1})[:5], encoding="utf-8")
    assert read_report(tmp_path) is None
