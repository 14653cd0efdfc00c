"""Drafts: questions and answers out of documents of every kind, repaired as far as can be known and never further."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document as Word
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from corpus.__main__ import main
from corpus.align import LOST, merge
from corpus.check import check_folder
from corpus.documents import read_document
from corpus.entries import load_corpus
from corpus.errors import BadDocument
from corpus.extraction import split
from tests.support.checked_corpus import TODAY, write

TEXT = """办证指南

1. 怎么办理居⺠证？

答：登记住址满半年的，可以申请居住证，到住址所在的街道便⺠服务
中心，当场收件。

（1）带身份证。

2. 要交钱吗?

答：补领每张��元。

12
"""
PAGE = "<!DOCTYPE html><html><head><title>无关</title><script>1. 坏的？</script></head><body>{}</body></html>"


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "指南.txt"
    path.write_text(TEXT, "utf-8")
    return path


def docx(path: Path) -> None:
    word = Word()
    for paragraph in ("1. 怎么办证？", "答：去窗口。", "2. 要多久？"):
        word.add_paragraph(paragraph)
    word.add_table(1, 2).rows[0].cells[0].text = "答：十五天。"
    word.save(str(path))


def html(path: Path) -> None:
    body = "<p>1. 怎么办证？</p><p>答：去<b>窗口</b>。</p><ul><li>2. 要多久？</li></ul><div>答：十五天。</div>"
    path.write_text(PAGE.format(body), "utf-8")


def gbk(path: Path) -> None:
    path.write_bytes("问：怎么办证？\n答：去窗口。\n问：要多久？\n答：十五天。".encode("gb18030"))


@pytest.mark.parametrize("make", [docx, html, gbk])
@pytest.mark.parametrize("name", ["文件.docx", "文件.pdf", "文件"], ids=["docx", "pdf", "bare"])
def test_what_a_file_is_counts_not_its_name(make: Callable[[Path], None], name: str, tmp_path: Path) -> None:
    make(tmp_path / name)
    asked = split(read_document(tmp_path / name)).asked
    assert [(one.question, one.answer) for one in asked] == [("怎么办证？", ("去窗口。",)), ("要多久？", ("十五天。",))]


def test_a_printed_page(tmp_path: Path) -> None:
    asked = split(read_document(Path(__file__).parent / "cases" / "printed.pdf")).asked
    assert [one.question for one in asked] == ["怎么办理居住证？", "居住证有什么用？"]
    # A line that the width of the page has broken, and signs of the radical blocks.
    assert "近期一寸照片一张，到住址所在街道的便民服务中心" in asked[0].answer[0] and "15个工作日" in asked[0].answer[0]


def test_a_draft_is_repaired_and_marked_and_answers_nobody(
    text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "corpus")
    before = [entry for entry in load_corpus(folder).entries if entry.active]
    assert main(["draft", str(text), "--to", str(folder), "--basis", "办证指南（2026年1月）"]) == 0
    assert "2 条草稿（D1 到 D2），还缺 2 个字" in capsys.readouterr().out
    entries = {entry.id: entry for entry in load_corpus(folder).entries}
    assert entries["D1"].question == "怎么办理居民证？" and "街道便民服务中心" in entries["D1"].answer
    assert entries["D2"].answer == "补领每张〔缺2字〕元。" and entries["D1"].basis == "办证指南（2026年1月） 第1问"
    assert [entry for entry in entries.values() if entry.active] == before
    assert "指南.txt 里把样子像字的部首换成了平常的字：⺠→民（2 次）。" in (folder / "待核对.md").read_text("utf-8")
    found = check_folder(folder, TODAY)[1]
    assert any("2 条待核对" in problem.message for problem in found)
    assert main(["draft", str(text), "--to", str(folder)]) == 0 and (folder / "entries/D4.md").exists()


def test_a_draft_with_signs_missing_is_not_let_through(text: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "corpus")
    main(["draft", str(text), "--to", str(folder)])
    path = folder / "entries/D2.md"
    path.write_text(path.read_text("utf-8").replace("状态: 待核对\n", ""), "utf-8")
    (found,) = (problem for problem in check_folder(folder, TODAY)[1] if "缺2字" in problem.message)
    assert found.severity == "错误" and "不要猜" in found.message


def encrypted_pdf(path: Path) -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("秘密", algorithm="AES-256")
    writer.write(str(path))


def scanned(path: Path) -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(str(path))


def pictured(path: Path) -> None:
    document = Word()
    document.add_picture(str(Path(__file__).parent / "ruler/curve.png"))
    document.save(str(path))


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", bytes(201_000_000))


BAD = {
    "empty": (lambda path: path.write_bytes(b" \n"), "空的"),
    "scanned": (scanned, "扫描件"),
    "a PDF with a password": (encrypted_pdf, "带密码"),
    "a Word file with a password": (
        lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99)),
        "密码",
    ),
    "a broken PDF": (lambda path: path.write_bytes(b"%PDF-1.7\n%%EOF"), "坏了"),
    "a broken Word file": (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(50)), "坏了"),
    "an empty Word file": (lambda path: Word().save(str(path)), "没有"),
    "a scanned Word file": (pictured, "没有"),
    "a workbook": (lambda path: zipfile.ZipFile(path, "w").writestr("xl/workbook.xml", "<a/>"), "不是 Word"),
    "a bomb": (bomb, "太大"),
    "a picture": (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00"), "不认识"),
    "huge": (lambda path: path.write_bytes(b"a" * 30_000_001), "太大"),
    "no questions": (lambda path: path.write_text("一篇通知，没有问答。", "utf-8"), "没有找到一问一答"),
    "missing": (lambda path: None, "读不出"),
}


@pytest.mark.parametrize(("make", "message"), BAD.values(), ids=BAD.keys())
def test_a_bad_document_leaves_nothing(
    make: Callable[[Path], object], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path / "文件.docx")
    assert main(["draft", str(tmp_path / "文件.docx"), "--to", str(tmp_path / "corpus")]) == 1
    said = capsys.readouterr().err
    assert message in said and "Traceback" not in said and not (tmp_path / "corpus").exists()


def test_lost_signs_are_filled_and_never_guessed() -> None:
    one, other = "交费4��.32元，见y�页，等��天。", "交费436.32元,见4页,等天。"
    merged = merge(one, other)
    assert merged.text == f"交费436.32元，见y4页，等{LOST}{LOST}天。"
    assert [(gap.one, gap.other) for gap in merged.differences] == [("��", "36"), ("y�", "4"), ("��", "")]


@settings(max_examples=60, deadline=None)
@given(st.text("甲乙丙丁，123", max_size=30), st.sets(st.integers(0, 29)))
def test_what_one_lost_the_other_gives_back(text: str, holes: set[int]) -> None:
    damaged = "".join(LOST if place in holes else sign for place, sign in enumerate(text))
    assert merge(damaged, text).text == text


def test_reading_a_document_that_is_none() -> None:
    with pytest.raises(BadDocument):
        read_document(Path(__file__).parent)


def test_the_printed_page_is_small() -> None:
    assert len(PdfReader(Path(__file__).parent / "cases" / "printed.pdf").pages) == 1
