"""draft: begins entries from a document, or from several extractions of one."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from corpus.commands.options import short
from corpus.documents import read_document
from corpus.entries import corpus_path
from corpus.entry import HOLE
from corpus.extraction import drafts, lay
from corpus.reconcile import REPORT, reconcile, report


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what drafting takes."""
    parser.add_argument("files", nargs="+", type=Path, metavar="文件", help="一个文件，或者同一个文件的几份提取")
    parser.add_argument("--to", type=Path, default=corpus_path(), help="草稿放进哪一份资料")
    parser.add_argument("--basis", default="", help="依据里写的文件名和日期，默认用第一个文件的名字")


def run(options: Namespace) -> int:
    """Write the drafts and what a person has to look at."""
    together = reconcile([read_document(path) for path in options.files])
    folder: Path = options.to
    taken = [path.stem for path in (folder / "entries").glob("*.md")]
    entries = drafts(together.asked, taken, options.basis or options.files[0].stem)
    lay(entries, folder)
    listed = folder / REPORT
    listed.write_text(report(together, entries), encoding="utf-8")
    lost = sum(int(hole[1]) for entry in entries for hole in HOLE.finditer(entry.question + entry.body))
    for note in together.notes:
        print(note)
    print(f"写好了 {len(entries)} 条草稿（{entries[0].id} 到 {entries[-1].id}），还缺 {lost} 个字；", end="")
    print(f"几份文件不一样的 {len(together.differences)} 处列在 {short(listed)}。")
    print("草稿还不回答任何人。照原件逐条核对，添上短标题和相似问题，删去“状态: 待核对”那一行，再运行检查。")
    return 0
