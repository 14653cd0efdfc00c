"""Errors of the index; each says what is wrong and which command mends it.

* IndexFault
  + IndexMissing   there is no built index
  + IndexStale     it was built from another corpus, model or version
  + IndexDamaged   a file is missing, cut or altered
  + ModelMissing   the encoder cannot be read
  + CorpusTooSmall there is nothing to answer with
"""

from __future__ import annotations

from pathlib import Path


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


class ModelMissing(IndexFault):
    """The encoder at `path` cannot be read."""

    def __init__(self, path: Path, what: str) -> None:
        """Name the model and the cause."""
        super().__init__(f"读不到向量模型：{path}（{what}）。请检查 FAQ_MODEL。")
        self.path, self.what = path, what


class CorpusTooSmall(IndexFault):
    """There is nothing to answer with."""

    def __init__(self) -> None:
        """Say what is needed."""
        super().__init__("资料里没有一条启用的问答，建不了索引。请在 entries 文件夹里放入问答，例如 E1.md。")
