"""export: every entry as one Excel workbook."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from corpus.commands.options import add_folder
from corpus.entries import load_corpus
from corpus.workbook import write_workbook


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what the export takes."""
    parser.add_argument("file", type=Path, metavar="工作簿", help="工作簿，例如 问答.xlsx")
    add_folder(parser)


def run(options: Namespace) -> int:
    """Write the workbook."""
    corpus = load_corpus(options.folder)
    write_workbook(corpus, options.file)
    print(f"写好了 {options.file.absolute()}：{len(corpus.entries)} 条问答。改完存盘，运行：faq import {options.file}")
    return 0
