"""Prove: builds the index of a draft beside the one in use, and writes down what would change."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from bot.chat import Chat, china_now
from bot.opening import open_calculator
from bot.place import corpus_of, index_of
from bot.settings import Settings
from bot.workshop.comparison import Pair, compared, held_out, measured, questions, turned
from bot.workshop.folders import texts_of
from bot.workshop.grades import exam_figures, fair, grade
from bot.workshop.report import Graded, Report, write_report
from bot.workshop.versions import Versions
from corpus.check import ERROR, Problem, check_folder
from corpus.entries import Corpus, load_corpus, wordings
from corpus.exam import ExamItem, load_exam
from index import disk
from index.encode import Recalling
from index.engine import Engine
from index.ground import Tell
from index.rebuild import LITTLE, rebuild, share_changed


def prove(settings: Settings, folder: Path, thorough: bool, tell: Tell, recorded: Iterable[str] = ()) -> Report:
    """Prove the corpus in `folder` against the version in use; leave the index and the report there."""
    start = time.perf_counter()
    assert settings.work is not None
    versions = Versions(settings.work)
    base = versions.live or 0
    live = load_corpus(versions.corpus(base))
    tell("检查资料", 0.0)
    draft, errors, warnings, standing = lint(folder, live)
    changed = _changed(versions.corpus(base), corpus_of(folder))
    found = Report(base, draft.digest, files=changed, errors=errors, warnings=warnings, standing=standing)
    if not errors:
        found = _built(settings, folder, found, thorough, tell, (live, draft), recorded)
    report = Report(**{**vars(found), "seconds": round(time.perf_counter() - start, 1)})
    write_report(folder, report)
    return report


def lint(folder: Path, live: Corpus) -> tuple[Corpus, tuple[str, ...], tuple[str, ...], int]:
    """Return the draft, its mistakes, the reminders that are new, and how many stood before."""
    today = china_now().date()
    root = corpus_of(folder)
    known = {text for entry in live.entries for _, text in wordings(entry)}
    draft, problems = check_folder(root, today, lambda text: text not in known)
    _, old = check_folder(live.path, today, None)
    stood = {_place(problem, live.path) for problem in old}
    errors = tuple(_line(problem, root) for problem in problems if problem.severity == ERROR)
    others = [problem for problem in problems if problem.severity != ERROR]
    warnings = tuple(_line(problem, root) for problem in others if _place(problem, root) not in stood)
    return draft, errors, warnings, len(others) - len(warnings)


def _built(
    settings: Settings, folder: Path, found: Report, thorough: bool, tell: Tell, corpora: tuple[Corpus, Corpus],
    recorded: Iterable[str],
) -> Report:  # fmt: skip
    assert settings.work is not None
    versions = Versions(settings.work)
    model = settings.model or disk.default_model()
    before = disk.load(versions.index(found.base), settings.model)
    # Both are asked the same questions, the new wordings among them.
    before = replace(before, encoder=Recalling(before.encoder))
    known = dict(zip(before.spoken, before.vectors, strict=True))
    threshold = before.thresholds(settings.precision, settings.strangers).answer
    drifted = versions.get(found.base).drifted + share_changed(before, corpora[1])
    if thorough or drifted > LITTLE:
        after = Engine.build(corpora[1], before.encoder, tell, known)
        figures = measured(before.calibration, after.calibration, settings.precision, settings.strangers)
        thorough, drifted = True, 0.0
    else:
        rebuilt = rebuild(corpora[1], before, before.encoder, threshold, tell, known)
        after, figures = rebuilt.engine, held_out(rebuilt.before, rebuilt.after)
    _save(after, index_of(folder), corpora[1], model)
    one, other = _chat(before, settings, corpora[0]), _chat(after, settings, corpora[1])
    exam = load_exam(corpora[1].path)
    asked = fair(exam, *corpora)
    pairs = {pair.question: pair for pair in compared(questions(*corpora, asked, recorded), one, other, tell)}
    graded = tuple(_graded(item, pairs[item.text]) for item in asked)
    return Report(**{
        **vars(found), "thorough": thorough, "drifted": drifted, "asked": len(pairs), "turned": turned(pairs.values()),
        "figures": (*figures, *exam_figures(graded)), "exam": graded, "unfair": len(exam) - len(asked),
    })  # fmt: skip


def _chat(engine: Engine, settings: Settings, corpus: Corpus) -> Chat:
    return Chat(engine, settings, calculator=open_calculator(engine, china_now, corpus.path))


def _graded(item: ExamItem, pair: Pair) -> Graded:
    return Graded(item.text, item.wanted, grade(pair.before, item), grade(pair.after, item), bool(item.entries))


def _save(engine: Engine, index: Path, corpus: Corpus, model: Path | str) -> None:
    shutil.rmtree(index, ignore_errors=True)
    disk.save(engine, index, corpus.digest, model)


def _changed(before: Path, after: Path) -> tuple[str, ...]:
    old, new = texts_of(before), texts_of(after)
    return tuple(name for name in sorted({*old, *new}) if old.get(name) != new.get(name))


def _place(problem: Problem, root: Path) -> tuple[str, str]:
    # A line above that came or went moves a finding, and does not make it new.
    return problem.path.relative_to(root).as_posix(), problem.message


def _line(problem: Problem, root: Path) -> str:
    line = f" 第{problem.line}行" if problem.line else ""
    return f"{problem.path.relative_to(root).as_posix()}{line}：{problem.message}"
