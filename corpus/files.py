"""Files: how the text of a file of the corpus is read, whatever editor saved it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from corpus.errors import BadText, LostCharacters, MissingFile, StrayFile, Unreadable
from corpus.text import repair, tidy

# What systems and editors leave behind: hidden files, locks of Word, backups, drawings of folders.
_LITTER = re.compile(r"\..*|~\$.*|.*~|#.*#|.*\.(?:swp|tmp)|thumbs\.db|desktop\.ini", re.IGNORECASE)
# Signs without width or shape that come along when text is copied, and spaces that look like any other.
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"))
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u202f"), " ")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_CONFLICT = re.compile(r"^(?:<{7} |>{7} |\|{7} |={7}$)", re.MULTILINE)


def read_text(path: Path) -> str:
    """Read a file of the corpus as text, with plain line ends and without signs that nobody sees."""
    try:
        text = tidy(path.read_bytes().decode("utf-8")).translate(_UNSEEN | _SPACES)
    except FileNotFoundError:
        raise MissingFile(path, 0, "找不到这个文件。") from None
    except IsADirectoryError:
        raise Unreadable(path, 0, "这是一个文件夹，不是文件。请改名，或者移到别处。") from None
    except PermissionError:
        raise Unreadable(
            path, 0, f"没有读这个文件的权限。请运行：chmod a+r {path.name}，或者请保存它的人放开权限。"
        ) from None
    except OSError as error:
        raise Unreadable(path, 0, f"读不出这个文件（{error.strerror}）。请检查磁盘，或者重新放一份。") from None
    except UnicodeDecodeError:
        raise LostCharacters(path, 0, "不是 UTF-8 编码。请在编辑器里“另存为”，编码选 UTF-8。") from None
    if match := _CONTROL.search(text):
        sign = f"U+{ord(match[0]):04X}"
        raise BadText(path, _line(text, match), f"有一个看不见的控制字符（{sign}）。请删去它，或者把这一行重打一遍。")
    if match := _CONFLICT.search(text):
        way_out = "请只留下对的那一份，删去“<<<<<<<”“=======”“>>>>>>>”这几行。"
        raise BadText(path, _line(text, match), f"留着两份改动合并时的记号“{match[0].strip()}”。{way_out}")
    return text


def whole(text: str, path: Path) -> str:
    """Return `text` with its look-alikes put right; raise LostCharacters where some are lost for good."""
    repaired = repair(text)
    for lost in repaired.lost:
        raise LostCharacters(path, lost.line, f"第{lost.column}个字起有 {lost.length} 个字丢失（�）。请补上。")
    return repaired.text


def listed(folder: Path, ending: str) -> Iterator[Path | StrayFile | Unreadable]:
    """Yield the files in `folder` with this ending, and what is wrong with those that are something else."""
    try:
        paths = sorted(path for path in folder.iterdir() if not is_litter(path.name))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        yield Unreadable(folder, 0, f"打不开这个文件夹（{error.strerror}）。请检查权限。")
        return
    for path in paths:
        # On some systems P6.MD is P6.md, but not on all.
        if path.suffix == ending:
            yield path
        else:
            name = f"{path.name.split('.')[0]}{ending}"
            message = f"文件名要以 {ending} 结尾，这个文件没有读。如果它该在这里，请改名为“{name}”；不该在，请移走。"
            yield StrayFile(path, 0, message)


def is_litter(name: str) -> bool:
    """Tell whether a file was left behind by a computer, not written by a person."""
    return _LITTER.fullmatch(name) is not None


def write_together(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files of a corpus: all are written before the first takes its place, and a failure takes all back."""
    kept: dict[Path, bytes | None] = {}
    fresh: dict[Path, Path] = {}
    try:
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh[path] = path.with_name(f".{path.name}.tmp")
            fresh[path].write_text(text, encoding="utf-8", newline="\n")
        for path, new in fresh.items():
            kept[path] = path.read_bytes() if path.exists() else None
            os.replace(new, path)
    except OSError as error:
        for path, content in kept.items():
            path.unlink() if content is None else path.write_bytes(content)
        for new in fresh.values():
            new.unlink(missing_ok=True)
        raise Unreadable(
            folder, 0, f"写不进去（{error.strerror or error}），什么也没有改。请检查权限和磁盘空间。"
        ) from None


def _line(text: str, match: re.Match[str]) -> int:
    return text.count("\n", 0, match.start()) + 1
