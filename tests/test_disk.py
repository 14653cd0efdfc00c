"""An index on disk: what comes back is what was saved, and whatever is wrong with it is named."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from corpus.entries import Corpus
from index import disk
from index.engine import Engine
from index.errors import IndexDamaged, IndexFault, IndexMissing, IndexStale
from index.manifest import digest_of, read_manifest, verify, written_whole
from index.training.export import export
from tests.index_fixtures import ENTRIES, OUTSIDE, RETIRED_ENTRY

QUESTIONS = [*(similar.text for entry in ENTRIES for similar in entry.similar), *OUTSIDE, "泳池的水几度呀", "hello"]


@pytest.fixture(scope="module")
def loaded(pool_index: Path, pool: Corpus) -> Engine:
    return disk.load(pool_index, corpus_digest=pool.digest)


@pytest.fixture
def copy(pool_index: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pool_index, tmp_path / "built"))


def contents(folder: Path) -> dict[str, str]:
    return {path.name: digest_of(path) for path in folder.iterdir()}


@pytest.mark.parametrize("text", QUESTIONS)
def test_the_same_hits_before_and_after(pool_engine: Engine, loaded: Engine, text: str) -> None:
    before, after = pool_engine.search(text), loaded.search(text)
    scores = {hit.entry_id: hit.score for hit in after}
    assert before[0].entry_id == after[0].entry_id or before[0].score - scores[before[0].entry_id] < 5e-3
    assert [hit.score for hit in before] == pytest.approx([hit.score for hit in after], abs=5e-3)
    assert before[0].passage == after[0].passage and before[0].phrasing == after[0].phrasing


def test_all_else_comes_back(pool_engine: Engine, loaded: Engine, pool: Corpus) -> None:
    assert list(loaded.entries) == [entry.id for entry in ENTRIES]
    for entry in ENTRIES:
        again = loaded.entries[entry.id]
        assert (again.question, again.body, again.answer) == (entry.question, entry.body, entry.answer)
        assert (again.category, again.basis, again.years, again.passages) == (
            entry.category, entry.basis, entry.years, entry.passages,
        )  # fmt: skip
    assert RETIRED_ENTRY.id not in loaded.entries
    assert loaded.phrases == pool.phrases
    assert loaded.calibration == pool_engine.calibration
    assert loaded.version == pool.digest[:12] and loaded.model_name == disk.default_model().name
    assert (loaded.groups, list(loaded.texts), loaded.passages) == (
        tuple(pool_engine.groups), list(pool_engine.texts), pool_engine.passages,
    )  # fmt: skip
    assert loaded.related("A1") == pool_engine.related("A1")


def test_loads_without_a_digest(pool_index: Path) -> None:
    assert disk.load(pool_index, disk.default_model()).search("水温几度")[0].entry_id == "A6"


def test_no_pickle_on_disk(pool_index: Path) -> None:
    suffixes = {path.suffix for path in pool_index.iterdir()}
    assert suffixes == {".json", ".npy", ".faiss", ".cache"}
    for path in pool_index.glob("*.npy"):
        np.load(path, allow_pickle=False)


def test_the_manifest_names_every_file(pool_index: Path, pool: Corpus) -> None:
    manifest = read_manifest(pool_index)
    assert set(manifest.files) == {path.name for path in pool_index.iterdir()} - {"manifest.json"}
    assert (manifest.corpus, manifest.entries, manifest.tuned) == (pool.digest, len(ENTRIES), True)
    verify(pool_index, manifest)


def test_loading_changes_nothing(pool_index: Path) -> None:
    before = contents(pool_index)
    disk.load(pool_index)
    assert contents(pool_index) == before


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


FILES = ("vectors.faiss", "tuned.npy", "entries.json", "rows.json", "calibration.json", "jieba.cache", "segmenter.json")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("harm", [_cut, _flip, Path.unlink], ids=["cut", "one byte", "gone"])
def test_a_damaged_file(copy: Path, name: str, harm: Callable[[Path], None]) -> None:
    harm(copy / name)
    with pytest.raises(IndexDamaged, match=rf"索引文件损坏：.*{name}.*请运行：make index") as caught:
        disk.load(copy)
    assert caught.value.path == copy / name


@pytest.mark.parametrize(
    ("change", "error", "what"),
    [
        ({"format": 0}, IndexStale, "格式是 0，程序要的是 5"),
        ({"format": "2"}, IndexStale, "格式是 2"),
        ({"corpus": "of another day"}, IndexStale, "资料在建索引之后改过"),
        ({"model_digest": "0", "model": "other"}, IndexStale, "索引用的向量模型是 other"),
        ({"more": 1}, IndexDamaged, "读不懂"),
    ],
)
def test_another_manifest(copy: Path, pool: Corpus, change: dict[str, object], error: type, what: str) -> None:
    path = copy / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | change), encoding="utf-8")
    with pytest.raises(error, match=what) as caught:
        disk.load(copy, corpus_digest=pool.digest)
    assert "make index" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"\xff\xfe", b"7"])
def test_a_damaged_manifest(copy: Path, content: bytes) -> None:
    (copy / "manifest.json").write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"manifest.json.*make index"):
        disk.load(copy)


def test_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match=r"还没有索引：.*nowhere.*请先运行：make index") as caught:
        disk.load(tmp_path / "nowhere")
    assert isinstance(caught.value, IndexFault) and caught.value.path == tmp_path / "nowhere"
    with pytest.raises(IndexMissing, match="make index"):
        disk.load(tmp_path)


def test_the_corpus_has_changed(pool_index: Path) -> None:
    with pytest.raises(IndexStale, match=r"索引已过时：.*资料在建索引之后改过.*请运行：make index"):
        disk.load(pool_index, corpus_digest="another")


def test_another_model(pool_index: Path, tmp_path: Path) -> None:
    vectors = np.random.default_rng(0).normal(size=(3, 16)).astype(np.float32)
    export(vectors, ["水温", "水", "温"], tmp_path / "small", "# Embedder")
    for model in (tmp_path / "small", "some/hub-model"):
        with pytest.raises(IndexStale, match=rf"现在设置的是 {Path(model).name}.*make index"):
            disk.load(pool_index, model)


def test_what_is_not_of_the_index_stays_out(pool_engine: Engine, pool: Corpus, copy: Path) -> None:
    (copy / "left-over.npy").write_bytes(b"old")
    disk.save(pool_engine, copy, pool.digest, disk.default_model())
    assert not (copy / "left-over.npy").exists()
    assert disk.load(copy, corpus_digest=pool.digest).search("水温几度")[0].entry_id == "A6"


def test_saved_twice_the_same_files(pool_engine: Engine, pool: Corpus, copy: Path, pool_index: Path) -> None:
    disk.save(pool_engine, copy, pool.digest, disk.default_model())
    one, other = contents(copy), contents(pool_index)
    assert {name for name in one if one[name] != other[name]} <= {"manifest.json", "jieba.cache"}


def test_a_failing_save_leaves_the_old_one(pool_engine: Engine, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(copy)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(pool_engine.sensor.store), "save", full)
    with pytest.raises(OSError, match="No space"):
        disk.save(pool_engine, copy, "new", disk.default_model())
    assert contents(copy) == before
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_written_whole_or_not_at_all(tmp_path: Path, error: type[BaseException]) -> None:
    folder = tmp_path / "deep" / "built"
    with written_whole(folder) as fresh:
        (fresh / "one").write_text("1", encoding="utf-8")
        assert not folder.exists()
    with pytest.raises(error), written_whole(folder) as fresh:
        (fresh / "two").write_text("2", encoding="utf-8")
        raise error
    assert [path.name for path in folder.iterdir()] == ["one"]
    assert [path.name for path in folder.parent.iterdir()] == ["built"]
    with written_whole(folder) as fresh:
        (fresh / "two").write_text("2", encoding="utf-8")
    assert [path.name for path in folder.iterdir()] == ["two"]
    assert folder.stat().st_mode & 0o777 == 0o755


def test_another_user_may_read_it(pool_index: Path) -> None:
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in pool_index.iterdir())


def test_the_digest_of_a_folder_follows_names_and_contents(tmp_path: Path) -> None:
    def digest(**files: str) -> str:
        shutil.rmtree(tmp_path, ignore_errors=True)
        tmp_path.mkdir()
        for name, text in files.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return digest_of(tmp_path)

    assert digest(a="1", b="2") == digest(b="2", a="1")
    assert len({digest(a="1", b="2"), digest(a="1", c="2"), digest(a="1", b="3"), digest(a="1")}) == 4
