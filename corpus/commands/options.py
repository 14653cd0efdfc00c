"""Options: what several commands take, and how they show a path."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path

from corpus.entries import corpus_path


def add_folder(parser: ArgumentParser) -> None:
    """Let the corpus be named."""
    parser.add_argument("--folder", type=Path, default=corpus_path(), help="问答所在的文件夹")


def add_day(parser: ArgumentParser) -> None:
    """Let another day be taken for today."""
    parser.add_argument(
        "--today", type=date.fromisoformat, default=date.today(), help="当作今天的日期，例如 2025-08-31"
    )


def short(path: Path) -> Path:
    """Return a path as it is named from here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
