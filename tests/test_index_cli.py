"""`python -m index`: what it prints, how it ends, and what it leaves alone."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from corpus.entries import Corpus, load_corpus
from corpus.entry import format_entry
from index import disk
from index.__main__ import main
from index.engine import Engine
from index.manifest import digest_of, read_manifest
from tests.support.index_fixtures import ENTRIES, write_corpus
from tests.support.index_fixtures import PHRASES as PHRASES_TOML

PHRASES = ["月卡什么价钱", "健康证要带什么", "今天天气怎么样", *(entry.question for entry in ENTRIES)]


@pytest.fixture(autouse=True)
def _shipped_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAQ_MODEL", raising=False)


@pytest.fixture
def built(pool_index: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pool_index, tmp_path / "built"))


def build(corpus: Path, index: Path, *more: str) -> int:
    return main(["--index", str(index), "build", "--corpus", str(corpus), *more])


def test_builds_once(
    pool_folder: Path, pool: Corpus, pool_engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index, options = tmp_path / "built", ["--index", str(tmp_path / "built"), "--model", str(disk.default_model())]
    assert main([*options, "build", "--if-stale", "--corpus", str(pool_folder)]) == 0
    said = capsys.readouterr()
    assert (
        "算向量" in said.out
        and "直接回答的约" in said.out
        and "完成：6 条问答" in said.out
        and str(index) in said.out
        and not said.err
    )
    again = disk.load(index, corpus_digest=pool.digest)
    for text in PHRASES:  # built anew from the same files: the same engine
        scores = [hit.score for hit in again.search(text)]
        assert scores == pytest.approx([hit.score for hit in pool_engine.search(text)], abs=5e-3)
    before = digest_of(index)
    assert main([*options, "build", "--if-stale", "--corpus", str(pool_folder)]) == 0
    assert capsys.readouterr().out.strip() == f"索引是最新的：{index}"
    assert digest_of(index) == before


@pytest.mark.parametrize("change", ["corpus", "file", "manifest", "model"])
def test_a_stale_index_is_built_anew(
    built: Path, pool_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    model = Path(shutil.copytree(disk.default_model(), tmp_path / "model"))
    corpus = write_corpus(tmp_path / "corpus")
    if change == "corpus":
        write_corpus(corpus, **{"words/terms.txt": "健康证\n"})
    elif change == "file":
        (built / read_manifest(built).folder / "rows.json").unlink()
    elif change == "manifest":
        (built / "manifest.json").unlink()
    else:
        (model / "README.md").write_text("another", encoding="utf-8")
    begun = []

    def stop(corpus: Corpus, *_: object) -> Engine:
        begun.append(corpus)
        raise KeyboardInterrupt

    monkeypatch.setattr(Engine, "build", stop)
    with pytest.raises(KeyboardInterrupt):
        main(["--index", str(built), "--model", str(model), "build", "--if-stale", "--corpus", str(corpus)])
    assert begun


def test_searches(pool_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--index", str(pool_index), "search", "月卡多少钱"]) == 0
    out = capsys.readouterr().out
    assert "1. A1" in out and "段落 月卡" in out


@pytest.mark.parametrize("text", ["", "\ud800"])
def test_searches_for_nothing(pool_index: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert main(["--index", str(pool_index), "search", text]) == 0
    assert capsys.readouterr().out.startswith("分词：")


def test_no_index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--index", str(tmp_path / "nowhere"), "search", "门票"]) == 1
    said = capsys.readouterr()
    assert said.err.count("\n") == 1 and "还没有索引" in said.err and "make index" in said.err and not said.out


DUPLICATE = format_entry(ENTRIES[0])
WRONG_HEAD = format_entry(ENTRIES[1]).replace("类别", "分类")


@pytest.mark.parametrize(
    ("changes", "file", "what"),
    [
        ({"entries/A9.md": DUPLICATE}, "A9.md", "编号却是 A1"),
        ({"entries/A9.md": DUPLICATE.replace("编号: A1", "编号: A9")}, "A9.md", "在 A1 里已经有了"),
        ({"entries/A2.md": WRONG_HEAD}, "A2.md 第3行", "不认识“分类”"),
        ({f"entries/A{number}.md": None for number in range(1, 8)}, "entries", "一条问答也没有"),
        ({"words/synonyms.txt": "泳池 池子\n"}, "synonyms.txt 第1行", "缺等号"),
        ({"phrases.toml": "[text"}, "phrases.toml", "格式不对"),
    ],
    ids=["same id", "same question", "wrong header", "no entry", "wrong synonym", "broken phrases"],
)
def test_a_broken_corpus_leaves_the_old_index(
    built: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, str | None],
    file: str,
    what: str,
) -> None:
    before = digest_of(built)
    corpus = write_corpus(tmp_path / "corpus", **changes)
    assert build(corpus, built) == 1
    said = capsys.readouterr()
    assert file in said.err and what in said.err and said.err.count("\n") == 1 and "Traceback" not in said.err
    assert digest_of(built) == before


def test_a_missing_model_leaves_the_old_index(
    built: Path,
    pool_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Whether torch, seconds to import, is there or not is all the same here.
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    before = digest_of(built)
    options = ["--index", str(built), "--model", str(tmp_path / "nowhere")]
    assert main([*options, "build", "--if-stale", "--corpus", str(pool_folder)]) == 1
    assert "读不到向量模型" in capsys.readouterr().err
    assert digest_of(built) == before


def test_a_server_without_the_parts_for_building_says_so_at_once(
    built: Path, pool_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = digest_of(built)
    monkeypatch.setattr("index.errors.find_spec", lambda name: None)
    assert build(pool_folder, built) == 1
    said = capsys.readouterr()
    assert "缺少 torch" in said.err and "[train]" in said.err and "算向量" not in said.out
    assert digest_of(built) == before


def test_the_environment_names_the_model(
    pool_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FAQ_MODEL", "other/model")
    assert main(["--index", str(pool_index), "search", "门票"]) == 1
    assert "现在设置的是 model" in capsys.readouterr().err


def test_a_build_begins_with_the_vectors_of_the_last(
    built: Path, pool_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: list[int] = []

    def stop(corpus: Corpus, encoder: object, say: object, vectors: dict[str, object]) -> Engine:
        known.append(len(vectors))
        raise KeyboardInterrupt

    monkeypatch.setattr(Engine, "build", stop)
    with pytest.raises(KeyboardInterrupt):
        build(pool_folder, built)
    assert known[0] > 100


def test_a_corpus_of_two_questions_builds_and_says_what_to_expect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = {f"entries/A{number}.md": None for number in range(1, 8)}
    few = {f"entries/A{n}.md": f"---\n编号: A{n}\n类别: 甲\n---\n# 问题{n}？\n## 答案\n答{n}\n" for n in (1, 2)}
    phrases = '[text]\ngreeting = "您好"\n'
    corpus = write_corpus(tmp_path / "c", **(entries | few), **{"words/outside.txt": "", "phrases.toml": phrases})
    assert build(corpus, tmp_path / "built") == 0
    assert "完成：2 条问答" in (said := capsys.readouterr().out) and "再添几个不一样的问法" in said
    assert disk.load(tmp_path / "built").search("问题2")[0].entry_id == "A2"


def test_a_corpus_of_retired_entries_is_too_small(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = write_corpus(tmp_path / "c", **{f"entries/A{number}.md": None for number in range(1, 7)})
    assert build(corpus, tmp_path / "built") == 1
    assert "没有一条启用的问答" in capsys.readouterr().err and not (tmp_path / "built" / "manifest.json").exists()


@pytest.mark.parametrize("arguments", [[], ["dance"], ["search"], ["encoder"]])
def test_a_wrong_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2 and "python -m index" in capsys.readouterr().err


def _relearned(monkeypatch: pytest.MonkeyPatch) -> list[Corpus]:
    begun: list[Corpus] = []
    build_engine = Engine.build

    def noted(corpus: Corpus, *more: object) -> Engine:
        begun.append(corpus)
        return build_engine(corpus, *more)

    monkeypatch.setattr(Engine, "build", noted)
    return begun


TALK = PHRASES_TOML.replace('"在吗"', '"在吗", "亲亲有空吗"')
SAID = PHRASES_TOML.replace("须知里没有。", "须知没有讲。").replace('reply = "您好！"', 'reply = "您好呀！"')


@pytest.mark.parametrize(
    ("changes", "learns"),
    [
        ({"phrases.toml": SAID}, False),
        ({"phrases.toml": TALK}, False),
        ({"words/outside.txt": "今天天气怎么样\n"}, True),
        ({"words/synonyms.txt": ""}, True),
        ({f"entries/{ENTRIES[1].id}.md": format_entry(ENTRIES[1]).replace("21:30", "22:00")}, True),
    ],
    ids=["a sentence", "small talk", "outside", "synonyms", "an answer"],
)
def test_only_what_is_learned_from_is_learned_anew(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], learns: bool
) -> None:
    begun = _relearned(monkeypatch)
    corpus = write_corpus(tmp_path / "corpus", **changes)
    assert build(corpus, built, "--if-stale") == 0 and bool(begun) == learns
    engine = disk.load(built, corpus_digest=load_corpus(corpus).digest)
    if changes == {"phrases.toml": SAID}:
        assert engine.phrases.text("abstain") == "须知没有讲。" and engine.phrases.smalltalk[0].reply == "您好呀！"
    if changes == {"phrases.toml": TALK}:
        assert engine.search("亲亲有空吗")[0].entry_id == "smalltalk/greeting"


def test_much_new_small_talk_is_learned_anew(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = _relearned(monkeypatch)
    for number in range(12):
        # Little by little counts as much as all at once.
        more = "".join(f', "第{one}位老师早安"' for one in range(number + 1))
        corpus = write_corpus(tmp_path / "corpus", **{"phrases.toml": PHRASES_TOML.replace('"在吗"', f'"在吗"{more}')})
        assert build(corpus, built, "--if-stale") == 0
        if begun:
            break
    assert 1 <= number < 11
