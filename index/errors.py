"""Errors of the index; each says what is wrong and which command mends it.

* IndexFault
  + IndexMissing   there is no built index
  + IndexStale     it was built from another corpus, model or version
  + IndexDamaged   a file is missing, cut or altered
  + IndexUnreadable its files may not be read by this user
  + IndexUnwritable a new one could not be written
  + ModelMissing   the encoder cannot be read
  + PartMissing    a library that this installation was made without is needed
  + CorpusTooSmall there is nothing to answer with
"""

from __future__ import annotations

import errno
from importlib.util import find_spec
from pathlib import Path

# Said of a file's name that a folder has taken.
FOLDER = "是一个文件夹，不是文件，请先把它移走"


class IndexFault(Exception):
    """Base of all errors of this package."""


class IndexMissing(IndexFault):
    """There is no built index at `path`."""

    def __init__(self, path: Path) -> None:
        """Name the folder."""
        super().__init__(f"还没有索引：{path} 不存在。请先运行：make index")
        self.path = path


class IndexStale(IndexFault):
    """The index at `path` was built from something else than what is there now."""

    def __init__(self, path: Path, what: str) -> None:
        """Name the folder and what has changed."""
        super().__init__(f"索引已过时：{path}（{what}）。请运行：make index")
        self.path, self.what = path, what


class IndexDamaged(IndexFault):
    """A file of the index is missing, cut or altered."""

    def __init__(self, path: Path, what: str) -> None:
        """Name the file and what is wrong with it."""
        super().__init__(f"索引文件损坏：{path}（{what}）。请运行：make index")
        self.path, self.what = path, what


class IndexUnreadable(IndexFault):
    """The index at `path` is there, but this user may not read it."""

    def __init__(self, path: Path, what: str) -> None:
        """Name the file and the cause."""
        super().__init__(f"读不了索引：{path}（{what}）。请让运行服务的用户能读它，例如：chmod -R a+rX {path.parent}")
        self.path, self.what = path, what


class IndexUnwritable(IndexFault):
    """A new index could not be written to `path`; if there was one before, it is as it was."""

    def __init__(self, path: Path, error: OSError, before: bool) -> None:
        """Name the folder and the cause, and tell of the index that was there before."""
        what = _CAUSES.get(error.errno or 0) or error.strerror or type(error).__name__
        super().__init__(
            f"新的索引写不进 {path}（{what}）{'；原来的索引没有动，还能用' if before else ''}。"
            "请检查磁盘空间和文件夹的权限，再运行：make index"
        )
        self.path, self.what = path, what


_CAUSES = {
    errno.ENOSPC: "磁盘满了",
    errno.EDQUOT: "磁盘配额用完了",
    errno.EFBIG: "文件太大",
    errno.EACCES: "没有写的权限",
    errno.EPERM: "没有写的权限",
    errno.EROFS: "磁盘是只读的",
    errno.ENOTDIR: "这个名字是一个文件，不是文件夹",
    errno.EEXIST: "这个名字是一个文件，不是文件夹",
    errno.EISDIR: f"里面的 manifest.json {FOLDER}",
    # A library that could not write its file says nothing, and the next step misses it.
    errno.ENOENT: "有的文件没有写成，多半是磁盘满了",
}


class ModelMissing(IndexFault):
    """The encoder at `path` cannot be read."""

    def __init__(self, path: Path, what: str) -> None:
        """Name the model and the cause."""
        super().__init__(f"读不到向量模型：{path}（{what}）。请检查 FAQ_MODEL。")
        self.path, self.what = path, what


class PartMissing(IndexFault):
    """A library is needed that only some installations have."""

    def __init__(self, name: str) -> None:
        """Name the library and the part of the installation that brings it."""
        part = "train" if name in TO_BUILD else "serve"
        super().__init__(
            f'缺少 {name}，做这件事要用它。请在源码的文件夹里运行：pip install ".[{part}]"；或者 make run，全部装上。'
        )
        self.name = name


# What only building an index and teaching need.
TO_BUILD = ("torch", "scipy", "sklearn")


def need_to_build() -> None:
    """Raise PartMissing where a library for building is not installed; before minutes of work, not after."""
    for name in TO_BUILD:
        if find_spec(name) is None:
            raise PartMissing(name)


class CorpusTooSmall(IndexFault):
    """There is nothing to answer with."""

    def __init__(self) -> None:
        """Say what is needed."""
        super().__init__("资料里没有一条启用的问答，建不了索引。请在 entries 文件夹里放入问答，例如 E1.md。")
