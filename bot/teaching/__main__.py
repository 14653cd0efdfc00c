"""Teach the calculator's reader: python -m bot.teaching check | train | judge | curve."""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.calculator.dialogue import Calculator
from bot.calculator.loading import WEIGHTS, known_amounts, load_calculator, load_finder, load_lexicon
from bot.calculator.reader import Learned, Reader
from bot.chat import china_now
from bot.teaching.annotations import Annotation, BadAnnotation, read_annotations
from bot.teaching.evaluate import ASKED, RIGHT, SILENT, WRONG, Judged, follow_ups, judge
from bot.teaching.train import save, train
from corpus.commands.parser import Parser
from corpus.entries import corpus_path, load_corpus
from corpus.policy import load_policies

READINGS = "readings"
# How much of the sentences each step of the learning curve learns from.
_STEPS = (0.125, 0.25, 0.5, 1.0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; 1 where a sentence is broken."""
    parser = Parser(prog="python -m bot.teaching", description="教算账的机器人读句子。")
    add_arguments(parser)
    return run(parser.parse_args(arguments))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the tasks."""
    parser.add_argument("task", choices=("check", "train", "judge", "curve"), help="检查、学习、考一考、画学习曲线")
    parser.add_argument("files", nargs="*", type=Path, help="考试用的句子（judge、curve）")
    parser.add_argument("--if-stale", action="store_true", help="句子没有改就不学（train）")


def run(options: argparse.Namespace) -> int:
    """Do one task."""
    files = sorted((corpus_path() / READINGS).glob("*.txt"))
    if not files and not options.if_stale:
        print("没有教算账的句子（readings），不用学。")
    if not files or (options.task == "train" and options.if_stale and _digest(files) == _learned()):
        return 0
    sentences, broken = _read(files)
    for fault in broken:
        print(fault)
    print(f"句子 {len(sentences)} 句，写坏的 {len(broken)} 句。")
    if broken or options.task == "check":
        return 1 if broken else 0
    exam, faults = _read(options.files)
    if options.task in ("judge", "curve"):
        print(*(f"{fault}（这一句不考）" for fault in faults), sep="\n")
        if not exam:
            print("请写上考试用的句子文件。")
            return 1
    return {
        "train": lambda: _train(sentences, files),
        "judge": lambda: _judge(exam),
        "curve": lambda: _curve(sentences, exam),
    }[options.task]()


def _read(files: Iterable[Path]) -> tuple[list[Annotation], list[BadAnnotation]]:
    finder = load_finder(corpus_path())
    read = [one for path in files for one in read_annotations(path, finder)]
    return [one for one in read if isinstance(one, Annotation)], [one for one in read if isinstance(one, BadAnnotation)]


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _learned() -> str:
    """Return the digest of the sentences that the stored weights were learned from."""
    return Reader.load(WEIGHTS, load_lexicon(corpus_path())).digest if WEIGHTS.exists() else ""


def _train(sentences: list[Annotation], files: list[Path]) -> int:
    print("正在学习，大约两分钟……")
    started = time.monotonic()
    corpus = corpus_path()
    weights = train(sentences, known_amounts(load_policies(corpus / "policy")[0]), load_lexicon(corpus))
    save(weights, _digest(files), WEIGHTS)
    print(f"学好了，用了 {time.monotonic() - started:.0f} 秒。请重启服务。")
    return 0


def _calculator() -> Calculator:
    corpus = load_corpus()
    calculator = load_calculator(corpus.phrases.text, {one.id: one.basis for one in corpus.entries}, china_now)
    if calculator is None:
        sys.exit("这份资料没有算账用的数字。")
    return calculator


def _judge(exam: list[Annotation]) -> int:
    reader = Reader.load(WEIGHTS, load_lexicon(corpus_path()))
    judged = _judged(exam, reader)
    for one in judged:
        if one.verdict == WRONG:
            print(f"{one.got}（应当是 {one.expected}）\t{one.sentence.text}")
    print(_line("现在", judged, exam, reader))
    return 0


def _curve(sentences: list[Annotation], exam: list[Annotation]) -> int:
    """Print how right and how wrong the reader is when it learns from more and more sentences."""
    corpus = corpus_path()
    lexicon, known = load_lexicon(corpus), known_amounts(load_policies(corpus / "policy")[0])
    for step in _STEPS:
        # Every so many sentences, so that each voice is there from the beginning.
        part = sentences[:: round(1 / step)]
        reader = Reader(Learned.of(train(part, known, lexicon)), lexicon)
        print(_line(f"{len(part)} 句", _judged(exam, reader), exam, reader), flush=True)
    return 0


def _judged(exam: list[Annotation], reader: Reader) -> list[Judged]:
    known = known_amounts(load_policies(corpus_path() / "policy")[0])
    return list(judge(_calculator(), reader, exam, known))


def _line(name: str, judged: list[Judged], exam: list[Annotation], reader: Reader) -> str:
    counts = Counter(one.verdict for one in judged)
    shares = [f"{label} {100 * counts[verdict] / len(judged):.1f}%" for verdict, label in _VERDICTS.items()]
    later = follow_ups(reader, exam, known_amounts(load_policies(corpus_path() / "policy")[0]))
    shares += [f"接着问读对 {100 * later[True] / sum(later.values()):.1f}%"] if later else []
    return f"{name}：{len(judged)} 问，" + "，".join(shares)


_VERDICTS = {RIGHT: "答对", ASKED: "反问", SILENT: "没有算", WRONG: "数字错"}

if __name__ == "__main__":
    sys.exit(main())
