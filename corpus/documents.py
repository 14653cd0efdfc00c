"""Documents: the paragraphs of a file that an office has sent, whatever kind it is, repaired as far as can be known."""

from __future__ import annotations

import logging
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import BadDocument
from corpus.text import repair, tidy

_MOST_BYTES = 30_000_000
_MOST_UNPACKED = 200_000_000
_MOST_PAGES = 500
_MOST_SIGNS = 2_000_000
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HAN = "\u3400-\u9fff\uff0c-\uff1f\u3001-\u3011\u201c\u201d\ufffd→"
_GAP = re.compile(rf"(?<=[{_HAN}])[ \t\u3000]+(?=[{_HAN}])")
# Where a line of a document ends that was not broken by the width of the page.
_DONE = re.compile(r"[。！？；：!?;:]$")
_BEGINS = re.compile(
    r"\s*(?:[(（][\d\ufffd一二三四五六七八九十]+[)）]|[①-⑳]|[\d\ufffd]{1,2}\s*[.、．]|[-•·●]\s|问[:：]|答[:：]|[QA][:：])"
)
# A line broken by the width of the page fills this much of it.
_FULL = 0.7
_MARKUP = re.compile(r"\s*(?:<!doctype|<html|<head|<body|<div|<p\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Document:
    """A document as paragraphs, with the look-alikes that were put right in it; `lost` counts what is lost for good."""

    path: Path
    paragraphs: tuple[str, ...]
    repairs: tuple[tuple[str, str, int], ...] = ()

    @property
    def lost(self) -> int:
        """How many signs are lost."""
        return sum(text.count("\ufffd") for text in self.paragraphs)


def read_document(path: Path) -> Document:
    """Read a document by what it is, not by what its name says; raise BadDocument where nothing can be read."""
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise BadDocument(
                path, 0, f"文件太大，最多 {_MOST_BYTES // 1_000_000} MB。请分成几个，或者只留要用的几页。"
            )
        data = path.read_bytes()
    except OSError as error:
        raise BadDocument(path, 0, f"读不出这个文件（{error.strerror or error}）。请核对名字和权限。") from None
    if not data.strip():
        raise BadDocument(path, 0, "这个文件是空的。")
    text = _reader(path, data)(path, data)
    if len(text) > _MOST_SIGNS:
        raise BadDocument(path, 0, f"有 {len(text)} 个字，最多 {_MOST_SIGNS} 个。请只留要用的部分。")
    paragraphs = tuple(paragraphs_of(text))
    if not paragraphs:
        raise BadDocument(path, 0, "里面没有文字。如果是扫描件或者图片，请先用文字识别软件转成文字，再来。")
    return Document(path, paragraphs, tuple(_repairs(text)))


def paragraphs_of(text: str) -> Iterator[str]:
    """Yield the paragraphs of a text: look-alikes put right, lines joined that the width of a page has broken."""
    for block in re.split(r"\n[ \t\u3000]*\n|\f", repair(tidy(text)).text):
        lines = [line for line in block.split("\n") if line.strip()]
        widest = max(map(len, lines), default=0)
        whole: list[str] = []
        last = ""
        for line in lines:
            goes_on = whole and len(last) > _FULL * widest and not _DONE.search(last.rstrip())
            if goes_on and not _BEGINS.match(line):
                whole[-1] = _join(whole[-1], line)
            else:
                whole.append(line.strip())
            last = line
        yield from (_GAP.sub("", text).strip() for text in whole)


def _repairs(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield each sign that was put right, what it became, and how often; one sign always becomes one."""
    pairs = Counter((old, new) for old, new in zip(text, repair(text).text, strict=True) if old != new)
    yield from ((old, new, times) for (old, new), times in pairs.most_common())


def _join(text: str, line: str) -> str:
    """Join two lines; between two words of Latin letters stands a space."""
    line = line.strip()
    space = " " if re.search(r"[A-Za-z,.]$", text) and re.match(r"[A-Za-z]", line) else ""
    return text + space + line


def _reader(path: Path, data: bytes) -> Callable[[Path, bytes], str]:
    if data.startswith(_COMPOUND):
        raise BadDocument(path, 0, "这个文件带密码，或者是旧的 .doc。请去掉密码，另存为 .docx。")
    if data.startswith(b"%PDF-"):
        return _pdf
    if data.startswith(b"PK\x03\x04"):
        return _docx
    return _text


def _text(path: Path, data: bytes) -> str:
    if b"\x00" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadDocument(path, 0, "不认识这种文件。能读的有 .docx、.pdf、.html 和 .txt。")
    for encoding in ("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return _html(data if encoding == "utf-8" else text) if _MARKUP.match(text.removeprefix("\ufeff")) else text
    raise BadDocument(path, 0, "不认识这种文件，或者文字的编码坏了。能读的有 .docx、.pdf、.html 和 .txt。")


def _html(page: bytes | str) -> str:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(page, "html.parser")
    for hidden in soup(["script", "style", "nav", "head", "template", "noscript"]):
        hidden.decompose()
    for line in soup("br"):
        line.replace_with("\n")
    blocks = ["p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "section", "article", "table"]
    for block in soup(blocks):
        block.insert_before("\n\n")
        block.insert_after("\n\n")
    return "\n".join(line.strip() for line in soup.get_text().split("\n"))


def _docx(path: Path, data: bytes) -> str:
    from docx import Document as Word
    from docx.table import Table

    try:
        with zipfile.ZipFile(path) as packed:
            parts = {part.filename: part.file_size for part in packed.infolist()}
        if "word/document.xml" not in parts:
            raise BadDocument(path, 0, "不是 Word 文件。能读的有 .docx、.pdf、.html 和 .txt。")
        if sum(parts.values()) > _MOST_UNPACKED:
            raise BadDocument(path, 0, "解开以后太大，没有打开它。请去掉图片，另存一份。")
        blocks: list[Any] = list(Word(str(path)).iter_inner_content())
        return "\n\n".join(_rows(block) if isinstance(block, Table) else block.text for block in blocks)
    except BadDocument:
        raise
    except Exception as error:
        # The library raises whatever a broken part makes it stumble over.
        raise BadDocument(path, 0, f"这个 Word 文件坏了，打不开（{type(error).__name__}）。请另存一份再来。") from None


def _rows(table: Any) -> str:
    return "\n\n".join("\n".join(dict.fromkeys(cell.text for cell in row.cells)) for row in table.rows)


def _pdf(path: Path, data: bytes) -> str:
    from pypdf import PdfReader

    # It logs a line for each oddity of a font, which helps nobody here.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise BadDocument(path, 0, "这个 PDF 带密码。请去掉密码再来。")
        if len(reader.pages) > _MOST_PAGES:
            raise BadDocument(path, 0, f"有 {len(reader.pages)} 页，最多 {_MOST_PAGES} 页。请只留要用的几页。")
        return "\n".join(page.extract_text() for page in reader.pages)
    except BadDocument:
        raise
    except Exception as error:
        raise BadDocument(path, 0, f"这个 PDF 坏了，打不开（{type(error).__name__}）。请另存一份再来。") from None
