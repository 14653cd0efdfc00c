"""backup: what cannot be made again, in one file."""

from __future__ import annotations

import io
import os
import sqlite3
import sys
import tarfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.commands.surroundings import read_settings
from bot.settings import Settings
from corpus.entries import corpus_path

# Of the corpus's folder; the programs beside come with the service.
_OURS = {".md", ".toml", ".txt", ".json"}
_README = """恢复（先停服务）：
  corpus/          放回源码的 corpus/，再运行 make index
  records.sqlite   放回 FAQ_RECORDS 的地方，旁边的 -wal 和 -shm 先删去
  work/            放回 FAQ_WORK 的地方
  admin            放回 FAQ_ADMIN 的地方
然后 faq doctor，再启动。PostgreSQL 里的记录用 pg_dump 和 pg_restore。
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare where to write."""
    parser.add_argument("file", type=Path, help="写到哪里，例如 faq-20261130.tar.gz")


def run(options: Namespace) -> int:
    """Write corpus, records, drafts and the list of admins; the service may go on meanwhile."""
    settings = read_settings()
    if options.file.exists():
        print(f"{options.file} 已经有了，没有动它。请换一个名字。", file=sys.stderr)
        return 1
    half = options.file.with_name(f"{options.file.name}.part")
    try:
        # Nobody else may read what people asked.
        with os.fdopen(os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            names = list(_write(file, settings))
        half.rename(options.file)
    finally:
        half.unlink(missing_ok=True)
    print(f"写好了 {options.file}：{'、'.join(names)}。怎么恢复写在里面的 README.txt。")
    if settings.database_url is not None:
        print("记录在 PostgreSQL 里，不在这个文件里，请另用 pg_dump；几台机器共用的草稿和各版也在那里。")
    return 0


def _write(file: io.BufferedIOBase, settings: Settings) -> Iterator[str]:
    with tarfile.open(fileobj=file, mode="w:gz") as archive, TemporaryDirectory() as folder:
        note = tarfile.TarInfo("README.txt")
        data = _README.encode()
        note.size, note.mtime = len(data), int(time.time())
        archive.addfile(note, io.BytesIO(data))
        yield "资料"
        for path in sorted(corpus_path().rglob("*")):
            if path.suffix in _OURS and path.is_file():
                archive.add(path, Path("corpus") / path.relative_to(corpus_path()))
        if settings.records is not None and settings.records.exists():
            copy = Path(folder) / "records.sqlite"
            _copy(settings.records, copy)
            archive.add(copy, "records.sqlite")
            yield "问答记录"
        for name, place, what in (("work", settings.work, "草稿和各版"), ("admin", settings.admin, "管理页面的名单")):
            if place is not None and place.exists():
                archive.add(place, name)
                yield what


def _copy(database: Path, copy: Path) -> None:
    """Copy a database that others are writing: with what still lies in its write-ahead log."""
    source = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
    with closing(source), closing(sqlite3.connect(copy)) as target:
        source.backup(target)
