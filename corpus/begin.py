"""Begin: lays the corpus of an office that has none yet."""

from __future__ import annotations

import shutil
from pathlib import Path

from corpus.entries import shipped_path
from corpus.errors import Unreadable
from corpus.files import is_litter

_TEMPLATE = "template"


def begin(folder: Path) -> tuple[Path, ...]:
    """Lay an empty corpus in `folder`, which must be new or empty; return the files, in the order to fill them in."""
    template = shipped_path() / _TEMPLATE
    names = [path.relative_to(template) for path in sorted(template.rglob("*")) if path.is_file()]
    try:
        if folder.exists() and any(not is_litter(path.name) for path in folder.iterdir()):
            raise Unreadable(folder, 0, "这个文件夹里已经有东西了，没有动它。请换一个新的文件夹名。")
        shutil.copytree(template, folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
    except NotADirectoryError:
        raise Unreadable(folder, 0, "这是一个文件，不是文件夹。请换一个新的文件夹名。") from None
    except OSError as error:
        raise Unreadable(folder, 0, f"写不进去（{error.strerror or error}）。请检查权限和磁盘空间。") from None
    first = Path("office.toml")
    return tuple(folder / name for name in sorted(names, key=lambda name: (name != first, name)))
