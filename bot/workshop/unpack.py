"""Unpack: reads a parcel, in a process of its own, for a file may be made to use up whatever reads it."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import resource
import sys
from datetime import date
from pathlib import Path

from bot.place import corpus_of
from bot.workshop.contents import ADDED, CHANGED, OUTSIDE, RETIRED, Contents, Gap, ParcelItem, write_contents
from bot.workshop.draft import checked
from bot.workshop.errors import Refused
from bot.workshop.folders import copy_corpus, locked, texts_of
from bot.workshop.parcel import CONTENTS, FILES, RUNNING
from corpus import takeover
from corpus.documents import read_document
from corpus.entry import HOLE, Entry
from corpus.errors import CorpusError
from corpus.extraction import drafts, visible
from corpus.reconcile import Reconciled, reconcile
from corpus.takeover import Changes, plan

log = logging.getLogger(__name__)
_SNAPSHOT = "corpus"
_NICE = 10
_SECONDS = 240
_BYTES = 3 * 1024**3 // 2
# Each is shown with its own box to tick, and checked by hand.
_MOST_ASKED = 500


def main(arguments: list[str]) -> int:
    """Read the parcel in a folder against the draft of a work folder, as on a day."""
    work, folder, today = Path(arguments[0]), Path(arguments[1]), date.fromisoformat(arguments[2])
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
    with (folder / RUNNING).open("a") as own, (folder.parent / ".turn").open("a") as turn:
        fcntl.flock(own, fcntl.LOCK_EX)
        # Of several parcels one is read at a time.
        fcntl.flock(turn, fcntl.LOCK_EX)
        write_contents(folder / CONTENTS, contents_of(work, folder, today))
    return 0


def contents_of(work: Path, folder: Path, today: date) -> Contents:
    """Return what is in a parcel; what is wrong with it is told as its problems."""
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    files = [folder / FILES / name for name in about["names"]]
    snapshot = folder / _SNAPSHOT
    with locked(work):
        copy_corpus(corpus_of(work / "draft"), snapshot)
    try:
        return _book(files[0], snapshot, today) if about["kind"] == "workbook" else _documents(files, snapshot, about)
    except takeover.TakeoverRefused as refused:
        return Contents(problems=tuple(refused.problems))
    except CorpusError as error:
        return Contents(problems=(f"{error.path.name}：{error.message}",))
    except MemoryError:
        return Contents(problems=("这个文件解开以后太大，没有读完。请拆成几份，或者去掉图片再来。",))
    except Exception:
        log.exception("the parcel cannot be read")
        return Contents(problems=("这个文件读的时候出错了，没有收。请另存一份再来；还不行，请把文件交给管服务的人。",))


def _book(file: Path, corpus: Path, today: date) -> Contents:
    planned = plan(file, corpus, today)
    before = texts_of(corpus)
    items = [
        ParcelItem(name, _kind(name, planned.changes), _title(text), before.get(name), text)
        for name, text in planned.texts.items()
    ]
    return Contents(items=tuple(items), untouched=len(planned.changes.untouched))


def _kind(name: str, changes: Changes) -> str:
    entry_id = Path(name).stem
    named = ((ADDED, changes.added), (RETIRED, changes.retired), (CHANGED, changes.changed))
    return next((kind for kind, ids in named if entry_id in ids), OUTSIDE)


def _title(text: str) -> str:
    return next((line.removeprefix("# ") for line in text.split("\n") if line.startswith("# ")), "")


def _documents(files: list[Path], corpus: Path, about: dict[str, str]) -> Contents:
    together = reconcile([read_document(path) for path in files])
    if len(together.asked) > _MOST_ASKED:
        return Contents(problems=(f"里面有 {len(together.asked)} 个问题，一次最多 {_MOST_ASKED} 个。请拆成几份再来。",))
    taken = [path.stem for path in (corpus / "entries").glob("*.md")]
    entries = drafts(together.asked, taken, about["basis"])
    items, notes = [], list(together.notes)
    for entry in entries:
        name = f"entries/{entry.id}.md"
        try:
            items.append(ParcelItem(name, ADDED, entry.question, None, checked(entry, corpus / name)))
        except Refused as refused:
            notes.append(f"“{entry.question}”没有收：{refused}")
    lost = sum(int(hole[1]) for entry in entries for hole in HOLE.finditer(entry.question + entry.body))
    return Contents(notes=tuple(notes), items=tuple(items), gaps=_gaps(together, entries), lost=lost)


def _gaps(together: Reconciled, entries: tuple[Entry, ...]) -> tuple[Gap, ...]:
    return tuple(
        Gap(entries[found.question].id, (found.one, found.other), *map(visible, (
            found.difference.before, found.difference.one, found.difference.other, found.difference.taken,
        )))
        for found in together.differences
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
