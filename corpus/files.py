"""Files: how the text of a file of the corpus is read, whatever editor saved it."""

from __future__ import annotations

from pathlib import Path

from corpus.errors import LostCharacters, MissingFile
from corpus.text import repair, tidy


def read_text(path: Path) -> str:
    """Read a file of the corpus as text, with plain line ends."""
    try:
        return tidy(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise MissingFile(path, 0, "找不到这个文件。") from None
    except UnicodeDecodeError:
        raise LostCharacters(path, 0, "不是 UTF-8 编码。请在编辑器里“另存为”，编码选 UTF-8。") from None


def whole(text: str, path: Path) -> str:
    """Return `text` with its look-alikes put right; raise LostCharacters where some are lost for good."""
    repaired = repair(text)
    for lost in repaired.lost:
        raise LostCharacters(path, lost.line, f"第{lost.column}个字起有 {lost.length} 个字丢失（�）。请补上。")
    return repaired.text
