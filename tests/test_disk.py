"""An index on disk: what comes back is what was saved, and whatever is wrong with it is named."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus.entries import Corpus
from index import disk
from index.engine import Engine
from index.errors import IndexDamaged, IndexFault, IndexMissing, IndexStale, IndexUnreadable
from index.manifest import FORMAT, digest_of, read_manifest, verify
from tests.support.index_fixtures import ENTRIES, OUTSIDE, RETIRED_ENTRY, shipped_encoder

ROOT = Path(__file__).parents[1]
QUESTIONS = [*(similar.text for entry in ENTRIES for similar in entry.similar), *OUTSIDE, "泳池的水几度呀", "hello"]


@pytest.fixture(scope="module")
def loaded(pool_index: Path, pool: Corpus) -> Engine:
    return disk.load(pool_index, corpus_digest=pool.digest)


@pytest.fixture
def copy(pool_index: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pool_index, tmp_path / "built"))


def home(folder: Path) -> Path:
    """Return where the files of an index lie."""
    return folder / read_manifest(folder).folder


def contents(folder: Path) -> dict[str, str]:
    return {path.name: digest_of(path) for path in home(folder).iterdir()}


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
    assert (loaded.groups, loaded.texts, loaded.spoken, loaded.passages) == (
        pool_engine.groups, pool_engine.texts, pool_engine.spoken, pool_engine.passages,
    )  # fmt: skip
    assert loaded.related("A1") == pool_engine.related("A1")


def test_loads_without_a_digest(pool_index: Path) -> None:
    assert disk.load(pool_index, disk.default_model()).search("水温几度")[0].entry_id == "A6"


def test_no_pickle_on_disk(pool_index: Path) -> None:
    suffixes = {path.suffix for path in home(pool_index).iterdir()}
    assert suffixes == {".json", ".npy", ".faiss", ".cache"}
    for path in home(pool_index).glob("*.npy"):
        np.load(path, allow_pickle=False)


def test_the_manifest_names_every_file(pool_index: Path, pool: Corpus) -> None:
    manifest = read_manifest(pool_index)
    assert set(manifest.files) == {path.name for path in home(pool_index).iterdir()}
    assert (manifest.corpus, manifest.entries) == (pool.digest, len(ENTRIES))
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


FILES = (
    "vectors.faiss",
    "vectors.npy",
    "entries.json",
    "rows.json",
    "calibration.json",
    "jieba.cache",
    "segmenter.json",
)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("harm", [_cut, _flip, Path.unlink], ids=["cut", "one byte", "gone"])
def test_a_damaged_file(copy: Path, name: str, harm: Callable[[Path], None]) -> None:
    harm(home(copy) / name)
    with pytest.raises(IndexDamaged, match=rf"索引文件损坏：.*{name}.*请运行：make index") as caught:
        disk.load(copy)
    assert caught.value.path == home(copy) / name


@pytest.mark.parametrize(
    ("change", "error", "what"),
    [
        ({"format": 0}, IndexStale, f"格式是 0，程序要的是 {FORMAT}"),
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
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "model.onnx").write_bytes(b"another")
    for model in (tmp_path / "small", "some/hub-model"):
        with pytest.raises(IndexStale, match=rf"现在设置的是 {Path(model).name}.*make index"):
            disk.load(pool_index, model)


def test_a_file_too_many(copy: Path) -> None:
    (home(copy) / "left-over.npy").write_bytes(b"old")
    with pytest.raises(IndexDamaged, match="建索引时没有这个文件"):
        disk.load(copy)


def test_a_manifest_that_names_no_files_checks_nothing_away(copy: Path) -> None:
    path = copy / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"files": {}}), encoding="utf-8")
    with pytest.raises(IndexDamaged):
        disk.load(copy)


def test_what_computers_leave_behind_does_no_harm(copy: Path, tmp_path: Path) -> None:
    model = Path(shutil.copytree(disk.default_model(), tmp_path / disk.default_model().name))
    for folder in (copy, home(copy), model):
        for name in (".DS_Store", "._entries.json", "Thumbs.db", "desktop.ini"):
            (folder / name).write_bytes(b"x")
    assert disk.load(copy, model).search("水温几度")[0].entry_id == "A6"


SPOILED = {
    "group.npy": b"",
    "entries.json": b"[]",
    "calibration.json": b"[]",
    "phrases.json": b"{}",
    "rows.json": b"null",
}


@pytest.mark.parametrize("name", SPOILED)
def test_files_that_are_whole_and_wrong(copy: Path, name: str) -> None:
    (home(copy) / name).write_bytes(SPOILED[name])
    path = copy / "manifest.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["files"][name] = digest_of(home(copy) / name)
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(IndexDamaged, match="make index"):
        disk.load(copy).search("水温几度")


@pytest.mark.parametrize("name", ["manifest.json", "rows.json"])
def test_what_this_user_may_not_read(copy: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def refuse(path: Path, *arguments: Any, **more: Any) -> Any:
        if path.name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments, **more)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(IndexUnreadable, match=rf"{name}.*chmod"):
        disk.load(copy)


def test_a_folder_in_the_manifest_s_place(copy: Path) -> None:
    (copy / "manifest.json").unlink()
    (copy / "manifest.json").mkdir()
    with pytest.raises(IndexDamaged):
        disk.load(copy)


def test_saved_twice_the_same_files(pool_engine: Engine, pool: Corpus, copy: Path, pool_index: Path) -> None:
    disk.save(pool_engine, copy, pool.digest, disk.default_model())
    one, other = contents(copy), contents(pool_index)
    assert one == other


def test_another_user_may_read_it(pool_index: Path) -> None:
    files = [path for path in pool_index.rglob("*") if path.is_file() and path.name != ".lock"]
    assert len(files) > 20 and all(path.stat().st_mode & 0o044 == 0o044 for path in files)


def test_the_digest_of_a_folder_follows_names_and_contents(tmp_path: Path) -> None:
    def digest(**files: str) -> str:
        shutil.rmtree(tmp_path, ignore_errors=True)
        tmp_path.mkdir()
        for name, text in files.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return digest_of(tmp_path)

    assert digest(a="1", b="2") == digest(b="2", a="1")
    assert len({digest(a="1", b="2"), digest(a="1", c="2"), digest(a="1", b="3"), digest(a="1")}) == 4


def test_a_head_start_gives_the_same_index_byte_for_byte(
    pool_index: Path, pool: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = disk.known_vectors(pool_index, disk.default_model())
    engine = disk.load(pool_index)
    assert set(known) == set(engine.spoken)
    encoder = shipped_encoder()
    monkeypatch.setattr(encoder, "encode", None)  # nothing is left to encode
    again = Engine.build(pool, encoder, known=known)
    disk.save(again, tmp_path / "built", pool.digest, disk.default_model())
    one, other = contents(tmp_path / "built"), contents(pool_index)
    assert one == other


@pytest.mark.parametrize("name", ["manifest.json", "vectors.npy", "rows.json"])
def test_a_damaged_index_gives_no_head_start(copy: Path, name: str) -> None:
    _cut(copy / name if name == "manifest.json" else home(copy) / name)
    assert disk.known_vectors(copy, disk.default_model()) == {}


def test_no_index_and_another_model_give_no_head_start(pool_index: Path, tmp_path: Path) -> None:
    assert disk.known_vectors(tmp_path, disk.default_model()) == {}
    assert disk.known_vectors(pool_index, "some/hub-model") == {}
