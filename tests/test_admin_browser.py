"""The clerk's day in a real browser, without a script: a missed question is answered, proved, published, taken back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.channels.app import create_app
from bot.opening import open_engine
from bot.place import index_of, version_folder
from bot.settings import Settings
from corpus.workbook import COLUMNS, ENTRIES
from tests.support.driver import PHONE, violations
from tests.support.pool_office import PASSWORD
from tests.support.stage import served

pytestmark = pytest.mark.model
MISSED = "下去会不会冻得慌"
SECONDS = 120_000


@pytest.fixture
def office(admin_settings: Settings, built_version: Path) -> Iterator[str]:
    """The address of a service whose first version has its index."""
    assert admin_settings.work
    shutil.copytree(index_of(built_version), index_of(version_folder(admin_settings.work, 1)))
    with served(create_app(admin_settings, load=open_engine)) as address:
        yield address


def signed_in(browser: Any, office: str, **options: Any) -> Any:
    page = browser.new_context(locale="zh-CN", **options).new_page()
    page.set_default_timeout(30_000)
    page.goto(f"{office}/admin/trial")
    page.get_by_label("名字").fill("王敏")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    return page


def asked(page: Any, office: str, answered: bool) -> None:
    """Ask until the answer is as expected: a new version takes some seconds to be everywhere."""
    for _ in range(120):
        page.goto(f"{office}/admin/trial?q={MISSED}")
        # Before the index is open there is a page that says so.
        seen = page.locator(".seen").all_inner_texts()
        if seen and ("直接回答" in seen[0]) == answered:
            return
        page.wait_for_timeout(250)
    raise AssertionError(page.locator("main").inner_text())


def test_a_missed_question_is_answered_proved_published_and_taken_back(browser: Any, office: str) -> None:
    page = signed_in(browser, office, **PHONE, java_script_enabled=False)
    asked(page, office, answered=False)
    page.get_by_label("这句问的是").select_option("A6")
    page.get_by_role("button", name="加为相似问").click()
    assert "已加进草稿" in page.get_by_role("status").inner_text()
    page.get_by_role("link", name="发布", exact=True).click()
    assert "entries/A6.md" in page.content()
    page.get_by_role("button", name="检验").click()
    # The page loads itself again until there is something to read.
    page.locator("#report").wait_for(timeout=SECONDS)
    report = page.locator("#report").inner_text()
    assert "1 句答得不一样" in report and MISSED in report and "没有新的提醒" in report
    assert "直接回答 A6" in page.locator("#report tbody tr").first.inner_text()
    page.get_by_label("这一版改了什么").fill("水冷的另一种问法")
    page.get_by_role("button", name="发布", exact=True).click()
    assert "已经发布" in page.get_by_role("status").inner_text()
    asked(page, office, answered=True)
    page.goto(f"{office}/admin/publish")
    page.get_by_role("button", name="退回到第 1 版").click()
    assert "已经退回" in page.get_by_role("status").inner_text()
    asked(page, office, answered=False)
    page.goto(f"{office}/admin/history")
    said = page.locator("main").inner_text()
    for event in ("退回到第 1 版", "发布了第 2 版", "检验草稿", "添了 1 个相似问题"):
        assert event in said
    page.context.close()


def test_a_workbook_and_two_extractions_are_taken_into_the_draft(browser: Any, office: str, tmp_path: Path) -> None:
    page = signed_in(browser, office, **PHONE, java_script_enabled=False)
    page.goto(f"{office}/admin/entries")
    with page.expect_download() as exported:
        page.get_by_role("link", name="导出 Excel").click()
    book = tmp_path / "问答.xlsx"
    exported.value.save_as(book)
    workbook = load_workbook(book)
    workbook[ENTRIES].cell(3, list(COLUMNS).index("答案") + 1).value = "早上六点到晚上十点。"
    workbook.save(book)
    page.get_by_role("link", name="导入").click()
    page.get_by_label("工作簿（.xlsx）").set_input_files(book)
    page.get_by_role("button", name="上传，先看看会改什么").click()
    # The page loads itself again until the file is read.
    page.get_by_text("会改的（1 处）").wait_for(timeout=SECONDS)
    page.get_by_text("A2").first.click()
    assert "早上六点到晚上十点" in page.locator(".diff").inner_text()
    page.get_by_role("button", name="收进草稿").click()
    assert "都在草稿里了" in page.get_by_role("status").inner_text()
    for name, sign in (("甲.txt", "20"), ("乙.txt", "\ufffd\ufffd")):
        (tmp_path / name).write_text(f"1. 要交钱吗？\n\n答：补领每张{sign}元。\n", "utf-8")
    page.goto(f"{office}/admin/import")
    page.get_by_label("Word、PDF、网页或文本文件").set_input_files([tmp_path / "甲.txt", tmp_path / "乙.txt"])
    page.get_by_role("button", name="上传，先看看起草成什么").click()
    page.get_by_text("从另一份补上的字（1 处）").wait_for(timeout=SECONDS)
    page.get_by_role("button", name="收进草稿").click()
    assert "还不会回答" in page.get_by_role("status").inner_text()
    assert "待核对" in page.locator("main").inner_text()
    page.context.close()


def parcel(office: str, page: Any, label: str, *files: dict[str, Any]) -> str:
    """Send files and wait until they are read; return the path of the page that shows them."""
    page.goto(f"{office}/admin/import")
    page.get_by_label(label).set_input_files(list(files))
    page.get_by_label(label).locator("xpath=ancestor::form").locator("button").click()
    page.get_by_text("正在读").wait_for(state="detached", timeout=SECONDS)
    return str(page.url).removeprefix(f"{office}/admin")


def file(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": text.encode()}


PAGES = (
    "",
    "/entries",
    "/entries/A1",
    "/new",
    "/import",
    "/trial?q=水冷不冷",
    "/exam",
    "/years",
    "/publish",
    "/history",
)


def test_every_page_can_be_read_by_everybody(browser: Any, office: str) -> None:
    page = signed_in(browser, office)
    papers = [file(name, f"1. 要交钱吗？\n\n答：补领每张{sign}元。") for name, sign in (("a", "20"), ("b", "��"))]
    drafted = parcel(office, page, "Word、PDF、网页或文本文件", *papers)
    refused = parcel(office, page, "工作簿（.xlsx）", file("a.xlsx", "没有"))
    night = browser.new_context(storage_state=page.context.storage_state(), **PHONE, color_scheme="dark").new_page()
    for here in (page, night):
        for path in (*PAGES, drafted, refused):
            here.goto(f"{office}/admin{path}")
            assert "登录" not in here.title() and violations(here) == [], path
            assert here.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        here.context.close()
