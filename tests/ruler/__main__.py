"""`make eval`: ask held-out questions of the bot and of its rivals; write build/eval and docs/evaluation.md."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from corpus.entries import load_corpus
from index import disk
from index.encode import open_encoder
from tests.ruler.cases import read_asked, read_cases
from tests.ruler.sections import Ruler, Small, another, calculations, promise, rivals, small, styles, wrapping
from tests.support.markers import put

_OUR_CASES = Path("tests/cases")
_PICTURE = Path(__file__).with_name("curve.png")


def main() -> int:
    """Run the evaluation."""
    parser = argparse.ArgumentParser(prog="python -m tests.ruler", description="评测")
    add_arguments(parser)
    return run(parser.parse_args())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what to measure."""
    parser.add_argument("--cases", type=Path, default=_OUR_CASES, help="题目所在的文件夹")
    parser.add_argument("--out", type=Path, default=Path("build/eval"), help="报告写到哪里")
    parser.add_argument("--data", type=Path, help="公开数据集的文件夹，再加一份别的资料")
    parser.add_argument("--quick", action="store_true", help="只评这份资料，不做问法少的、别的单位和别的做法")


def run(options: argparse.Namespace) -> int:
    """Measure, print, and write the report."""
    options.out.mkdir(parents=True, exist_ok=True)
    ruler = _ruler(options.cases, options.out)
    parts = []
    for part in _parts(ruler, options):
        print(f"{part}\n", flush=True)
        parts.append(part)
    text = "\n\n".join(parts) + "\n"
    (options.out / "report.md").write_text(text, encoding="utf-8")
    if not options.quick and options.cases == _OUR_CASES:
        # Figures of other questions, or a part of them, are nobody's but the asker's.
        put("eval", text)
        shutil.copy(options.out / "curve.png", _PICTURE)
    print(f"写好了：{options.out}/ 里的 report.md、curve.png、errors.tsv、loops.txt、calculator.tsv")
    return 0


def _ruler(cases: Path, out: Path) -> Ruler:
    corpus, model = load_corpus(), os.environ.get("FAQ_MODEL") or disk.default_model()
    engine = disk.load(disk.default_index(), model, corpus.digest)
    sets = {"开发用的": read_cases(cases)}
    if (cases / "fresh.tsv").exists():
        sets = {"新写的": read_asked(cases / "fresh.tsv"), **sets}
    return Ruler(
        corpus, engine, open_encoder(model), float(os.environ.get("FAQ_PRECISION") or 0.98), sets, cases, out,
        disk.known_vectors(disk.default_index(), model),
    )  # fmt: skip


def _parts(ruler: Ruler, options: argparse.Namespace) -> Iterator[str]:
    threshold = ruler.engine.thresholds(ruler.precision)
    yield (
        f"# 评测\n\n`make eval`，{time.strftime('%Y-%m-%d')}。`FAQ_PRECISION` 为 {ruler.precision:g}，"
        f"直接回答的门槛 {threshold.answer:.2f}。“正确率”按每五个问题里有一个资料里没有来算。"
    )
    yield from styles(ruler)
    yield wrapping(ruler)
    built: Small = {}
    if not options.quick:
        curve, offices, built = small(ruler)
        yield curve
        yield offices
    yield promise(ruler, built)
    if not options.quick:
        yield rivals(ruler, built)
    yield calculations(ruler)
    if options.data:
        yield another(ruler, options.data)


if __name__ == "__main__":
    sys.exit(main())
