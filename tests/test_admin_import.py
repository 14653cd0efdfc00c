"""Files from the browser into the draft: shown first, taken wholly or not at all; a bad one says what is wrong."""

from __future__ import annotations

import html
import io
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import Workbook, load_workbook

from bot.channels.admin.upload import MOST_BYTES, MOST_FILES
from bot.channels.app import create_app
from bot.settings import Settings
from bot.workshop.workshop import Workshop
from corpus.workbook import COLUMNS, ENTRIES
from tests.support.pool_office import NAMES, Clerk, PoolEngine, texts

if TYPE_CHECKING:
    from httpx import Response

TEXT = """1. 怎么办理居⺠证？

答：到便⺠服务中心，带身份证。

2. 要交钱吗？

答：补领每张��元。
"""
OTHER = """1. 怎么办理居民证？

答：到便民服务中心，带身份证件。

2. 要交钱吗？

答：补领每张20元。
"""


@pytest.fixture
def client(admin_settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(admin_settings, PoolEngine())) as client:
        yield client


@pytest.fixture
def clerk(client: TestClient) -> Clerk:
    clerk = Clerk(client)
    clerk.sign_in()
    return clerk


def send(clerk: Clerk, *files: tuple[str, bytes], kind: str = "workbook", **fields: str) -> Response:
    """Upload files as the page does, and wait until they are read; return the page that shows them."""
    token = re.search(r'name="token" value="(\w+)"', clerk.get("/import"))
    assert token
    data = {"token": token[1], "kind": kind, **fields}
    # A field that was left empty is sent as a file without a name, and httpx sends none.
    parts = [("file", file) for file in files] or [("basis", (None, b""))]
    return settled(clerk, clerk.client.post("/admin/import", data=data, files=parts))


def settled(clerk: Clerk, response: Response) -> Response:
    for _ in range(240):
        if "正在读" not in response.text:
            return response
        assert 'http-equiv="refresh"' in response.text
        time.sleep(0.25)
        response = clerk.client.get(response.url.path)
    raise AssertionError("still reading")


def number_of(response: Response) -> str:
    return str(response.url.path).rpartition("/")[2]


def decide(clerk: Clerk, page: Response, **fields: str) -> Response:
    return settled(clerk, clerk.post(f"/import/{number_of(page)}", **fields))


def book(clerk: Clerk, edit: Callable[[Any], None] = lambda workbook: None) -> bytes:
    """Return what the console exports, changed."""
    workbook = load_workbook(io.BytesIO(clerk.client.get("/admin/export").content))
    edit(workbook)
    return saved(workbook)


def saved(workbook: Workbook) -> bytes:
    sent = io.BytesIO()
    workbook.save(sent)
    return sent.getvalue()


def put(row: int, column: str, value: object) -> Callable[[Any], None]:
    def edit(workbook: Any) -> None:
        workbook[ENTRIES].cell(row, list(COLUMNS).index(column) + 1).value = value

    return edit


def edited(workbook: Any) -> None:
    put(3, "答案", "早上六点到晚上十点。<script>alert(1)</script>")(workbook)
    put(4, "状态", "停用")(workbook)
    category = workbook[ENTRIES].cell(3, list(COLUMNS).index("类别") + 1).value
    for column, value in (
        ("类别", category), ("标准问题", "可以带水吗？"), ("答案", "可以带瓶装水。"), ("依据", "须知"),
    ):  # fmt: skip
        put(9, column, value)(workbook)
    workbook[ENTRIES].delete_rows(2)


def test_a_workbook_is_shown_first_and_then_saved_to_the_draft(clerk: Clerk, admin_settings: Settings) -> None:
    before = texts(admin_settings)
    page = send(clerk, ("问答 改.xlsx", book(clerk, edited)))
    shown = " ".join(re.sub(r"<[^>]+>", " ", page.text).split())
    for count in ("新增 1 条", "修改 1 条", "停用 1 条", "表里没有的 1 条照旧", "会改的（3 处）"):
        assert count in shown
    assert "早上六点" in page.text and "<script>alert" not in page.text and texts(admin_settings) == before
    assert "问答_改.xlsx" in clerk.get("/import")
    response = decide(clerk, page, do="take")
    assert "都在草稿里了" in response.text and "可以带水吗" in response.text
    draft = Workshop(admin_settings).draft
    assert "早上六点" in draft.entry("A2").answer and not draft.entry("A3").active
    history = clerk.get("/history")
    assert "导入 问答_改.xlsx　3 个文件" in history and NAMES[0] in history
    assert clerk.client.get(f"/admin/import/{number_of(page)}").status_code == 409


def test_a_workbook_as_it_was_exported_changes_nothing(clerk: Clerk, admin_settings: Settings) -> None:
    before = texts(admin_settings)
    page = send(clerk, ("a.xlsx", book(clerk)))
    assert "没有改动" in page.text and "收进草稿" not in page.text
    decide(clerk, page, do="drop")
    assert texts(admin_settings) == before and "a.xlsx" not in clerk.get("/import")


# Each mistake of a cell has its test in test_workbook.py; here, that what is found there stops the whole.
ROWS = {
    "a formula": (put(2, "标准问题", "=A1&A2"), "“问答”表第2行“标准问题”列：是公式"),
    "what the linter finds": (put(3, "依据", None), "“问答”表第3行（A2）：没有依据"),
}


@pytest.mark.parametrize(("edit", "message"), ROWS.values(), ids=ROWS.keys())
def test_one_wrong_cell_and_nothing_is_imported(
    edit: Callable[[Any], None], message: str, clerk: Clerk, admin_settings: Settings
) -> None:
    before = texts(admin_settings)

    def both(workbook: Any) -> None:
        put(4, "答案", "这一格是对的。")(workbook)
        edit(workbook)

    page = send(clerk, ("问答.xlsx", book(clerk, both)))
    assert message in html.unescape(page.text) and "草稿一个字也没有动" in page.text and "收进草稿" not in page.text
    assert decide(clerk, page, do="take").status_code == 409 and texts(admin_settings) == before


def packed(name: str, data: bytes) -> bytes:
    sent = io.BytesIO()
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
        archive.writestr(name, data)
    return sent.getvalue()


# What each kind of file is refused for has its test in test_workbook.py; these are read by the process that reads them.
FILES = {
    "a bomb": (packed("xl/worksheets/sheet1.xml", bytes(101_000_000)), "解开以后太大"),
    "a broken one": (packed("xl/worksheets/sheet1.xml", b"<"), "坏了"),
}


@pytest.mark.parametrize(("data", "message"), FILES.values(), ids=FILES.keys())
def test_what_is_no_workbook_is_told(data: bytes, message: str, clerk: Clerk, admin_settings: Settings) -> None:
    before = texts(admin_settings)
    page = send(clerk, ("问答.xlsx", data))
    assert message in page.text and "草稿一个字也没有动" in page.text and texts(admin_settings) == before


def test_who_changes_the_draft_meanwhile_is_not_overwritten(
    clerk: Clerk, client: TestClient, admin_settings: Settings
) -> None:
    page = send(clerk, ("问答.xlsx", book(clerk, put(3, "答案", "早上六点到晚上十点。"))))
    other = Clerk(client)
    other.sign_in(NAMES[1])
    other.post("/save", **other.form("A2") | {"answer": "李雷写的。"})
    shown = clerk.get(f"/import/{number_of(page)}")
    assert "又有人改过" in shown and "照现在的草稿再查一遍" in shown
    response = decide(clerk, page, do="take")
    assert response.status_code == 409 and "李雷刚刚改过 entries/A2.md" in response.text
    # Read again, the row itself is told: it was changed here and there.
    assert "导出以后，A2 在别处也改过" in decide(clerk, page, do="again").text
    assert Workshop(admin_settings).draft.entry("A2").answer == "李雷写的。"


def test_documents_become_drafts_that_answer_nobody(clerk: Clerk, admin_settings: Settings) -> None:
    files = (("甲.txt", TEXT.encode()), ("乙.txt", OTHER.encode()))
    page = send(clerk, *files, kind="documents", basis="办证指南（2026年1月）")
    for said in (
        "D1",
        "怎么办理居民证？",
        "⺠→民（2 次）",
        "补领每张20元",
        "从另一份补上的字（1 处）",
        "〔缺2字〕",
        "几份文件不一样的（1 处）",
    ):
        assert said in page.text, said
    response = decide(clerk, page, do="take", take="entries/D2.md")
    assert "待核对" in response.text and "要交钱吗" in response.text and "怎么办理居民证" not in response.text
    entry = Workshop(admin_settings).draft.entry("D2")
    assert not entry.active and entry.answer == "补领每张20元。" and entry.basis.startswith("办证指南（2026年1月）")


def test_what_is_lost_is_not_guessed_and_what_is_no_document_is_told(clerk: Clerk) -> None:
    page = send(clerk, ("甲.txt", TEXT.encode()), kind="documents")
    assert "〔缺2字〕" in page.text and "2 个" in page.text
    assert "一条也没有勾" in decide(clerk, page, do="take").text
    for name, data, said in (
        ("a.pdf", b"%PDF-1.7\n%%EOF", "坏了"),
        ("a.txt", "".join(f"{n}. 第{n}件怎么办？\n答：照办。\n" for n in range(1, 502)).encode(), "一次最多 500 个"),
    ):
        assert said in send(clerk, (name, data), kind="documents").text


def test_names_of_files_lead_nowhere(clerk: Clerk, admin_settings: Settings) -> None:
    assert admin_settings.work
    names = ("../../../x.txt", "..", "C:\\a\\x.txt", "<i>.txt", "字" * 300)
    page = send(clerk, *((name, TEXT.encode()) for name in names), kind="documents")
    assert page.status_code == 200 and "<i>" not in page.text
    (folder,) = (admin_settings.work / "parcels").glob("*/files")
    assert len([*folder.iterdir()]) == len(names)


def test_only_who_is_signed_in_sends_files_and_only_from_our_page(client: TestClient, clerk: Clerk) -> None:
    file = {"file": ("a.xlsx", b"x")}
    assert client.post("/admin/import", data={"kind": "workbook"}, files=file).status_code == 403
    elsewhere = {"Origin": "https://evil.example"}
    assert client.post("/admin/import", data={"kind": "workbook"}, files=file, headers=elsewhere).status_code == 403
    client.cookies.clear()
    assert "登录" in client.post("/admin/import", data={"kind": "workbook"}, files=file).text
    assert client.get("/admin/import", follow_redirects=False).status_code == 303


def test_too_much_or_nothing_is_told(clerk: Clerk) -> None:
    response = send(clerk, ("a.xlsx", bytes(MOST_BYTES)))
    assert response.status_code == 413 and "10 MB" in response.text and "faq import" in response.text
    files = [(f"{number}.txt", b"x") for number in range(MOST_FILES + 1)]
    assert send(clerk, *files, kind="documents").status_code == 400
    assert "没有选文件" in send(clerk).text
    assert "一次收一个工作簿" in send(clerk, *files[:2]).text


def test_what_waits_does_not_fill_the_disk(clerk: Clerk, admin_settings: Settings, monkeypatch: Any) -> None:
    assert admin_settings.work
    monkeypatch.setattr("bot.workshop.parcel._MOST", 2)
    for number in range(4):
        send(clerk, (f"{number}.txt", b""), kind="documents")
    assert len([*(admin_settings.work / "parcels").glob("*/files")]) == 2
    page = clerk.get("/import")
    assert "3.txt" in page and "1.txt" not in page


def test_a_reader_that_dies_is_told(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.workshop.parcel.sys.executable", "/bin/false")
    monkeypatch.setattr("bot.workshop.parcel._BEGINS_SECONDS", 1)
    page = send(clerk, ("a.xlsx", b"x"))
    assert "读到一半停了" in page.text and "再读一遍" in page.text
    monkeypatch.undo()
    assert "不是 Excel 工作簿" in decide(clerk, page, do="again").text
