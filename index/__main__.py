"""The index on the command line: build, search, train."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from corpus.commands.parser import Parser
from corpus.entries import Corpus, load_corpus
from corpus.errors import CorpusError
from index import disk
from index.encode import open_encoder
from index.engine import Engine
from index.errors import IndexFault, need_to_build
from index.expect import expectation
from index.ground import Tell, learned_from
from index.manifest import alone, read_manifest, verify
from index.rebuild import LITTLE, retold, share_changed
from index.shared import shared_path


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status."""
    parser = Parser(prog="python -m index", description="建索引、试搜、训练")
    add_arguments(parser)
    return run(parser.parse_args(arguments))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands and what each takes."""
    parser.add_argument("--index", type=Path, default=disk.default_index(), help="索引文件夹")
    parser.add_argument("--model", default=os.environ.get("FAQ_MODEL") or disk.default_model(), help="向量模型")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    build = commands.add_parser("build", help="由资料建索引")
    build.add_argument("--if-stale", action="store_true", help="资料和模型都没变就不重建")
    build.add_argument("--corpus", type=Path, help="资料文件夹")
    search = commands.add_parser("search", help="试搜一句，显示依据")
    search.add_argument("text")
    train = commands.add_parser("train", help="训练随附的排序模型")
    train.add_argument("--out", type=Path, default=shared_path(), help="模型写到哪里")
    encoder = commands.add_parser("encoder", help="重做随附的向量模型，见 index/training/encoder.py")
    for name, what in (
        ("weights", "权重文件"),
        ("tokenizer", "分词文件"),
        ("texts", "中文文本，一行一句"),
        ("pairs", "公开的句对"),
        ("out", "写到哪个文件夹"),
    ):
        encoder.add_argument(f"--{name}", type=Path, required=True, help=what)


def run(options: argparse.Namespace) -> int:
    """Do the one that was asked for; a fault is told in one line."""
    try:
        return _COMMANDS[options.command](options)
    except (CorpusError, IndexFault) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        where = f"：{error.filename}" if error.filename else ""
        print(f"读写文件时出错（{error.strerror or error}）{where}。请检查磁盘空间和权限，再试一次。", file=sys.stderr)
    return 1


def _build(options: argparse.Namespace) -> int:
    corpus = load_corpus(options.corpus)
    if _is_done(options, corpus.digest):
        return 0
    with alone(options.index, print) as waited:
        # Whoever was waited for may have built the same.
        if not (waited and _is_done(options, corpus.digest)):
            _build_anew(options, corpus)
    return 0


def _is_done(options: argparse.Namespace, corpus_digest: str) -> bool:
    if not (options.if_stale and _fresh(options, corpus_digest)):
        return False
    print(f"索引是最新的：{options.index}")
    return True


def _build_anew(options: argparse.Namespace, corpus: Corpus) -> None:
    need_to_build()
    start = time.perf_counter()
    known = disk.known_vectors(options.index, options.model)
    if alike := _alike(options, corpus):
        live, drifted = alike
        print("只改了机器人自己的话或者寒暄，门槛不用重新量。")
        engine = retold(corpus, live, _progress(start), known)
    else:
        engine, drifted = Engine.build(corpus, open_encoder(options.model), _progress(start), known), 0.0
    disk.save(engine, options.index, corpus.digest, options.model, drifted)
    print(f"\n{engine.calibration}\n{expectation(engine.calibration)}")
    print(f"完成：{len(engine.entries)} 条问答，{len(engine.texts)} 个问法，"
          f"用了 {time.perf_counter() - start:.0f} 秒，写入 {options.index}")  # fmt: skip


def _alike(options: argparse.Namespace, corpus: Corpus) -> tuple[Engine, float] | None:
    """Return the index that was learned from the same, and how much small talk has changed since; None if too much."""
    if not options.if_stale:  # asked for without it, everything is learned anew
        return None
    try:
        manifest = read_manifest(options.index)
        if manifest.learned != learned_from(corpus):
            return None
        live = disk.load(options.index, options.model)
    except IndexFault:
        return None
    drifted = manifest.drifted + share_changed(live, corpus)
    return (live, drifted) if drifted <= LITTLE else None


def _progress(start: float) -> Tell:
    """Return what prints each step once, and how far it is: on one line where somebody looks on."""
    shown = [""]

    def tell(step: str, share: float) -> None:
        if sys.stdout.isatty():
            bar = f"{'█' * int(20 * share):20} {share:4.0%}" if share else ""
            print(f"\r\x1b[K[{time.perf_counter() - start:4.0f} 秒] {step} {bar}", end="", flush=True)
        elif step != shown[0]:
            shown[0] = step
            print(f"[{time.perf_counter() - start:4.0f} 秒] {step}", flush=True)

    return tell


def _fresh(options: argparse.Namespace, corpus_digest: str) -> bool:
    try:
        manifest = read_manifest(options.index)
        verify(options.index, manifest)
    except IndexFault:
        return False
    return manifest.corpus == corpus_digest and manifest.model_digest == disk.model_digest(options.model)


def _search(options: argparse.Namespace) -> int:
    print(disk.load(options.index, options.model).explain(options.text))
    return 0


def _train(options: argparse.Namespace) -> int:
    need_to_build()
    from index.training.make import make  # torch

    tried = make(open_encoder(options.model), options.out, _progress(time.perf_counter()))
    print(f"\n没见过的单位：{len(tried.best)} 个问题，能答的里面 {tried.right[~tried.outside].mean():.1%} 找得到")
    return 0


def _encoder(options: argparse.Namespace) -> int:
    from index.training.encoder import make_encoder  # onnx

    with options.texts.open(encoding="utf-8") as lines:
        make_encoder(options.weights, options.tokenizer, lines, options.pairs, options.out)
    return 0


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "build": _build,
    "search": _search,
    "train": _train,
    "encoder": _encoder,
}

if __name__ == "__main__":
    sys.exit(main())
