"""An index on disk: what comes back is what was saved, and whatever is wrong with it is named."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus.entries import Corpus
from index import disk
from index.engine import Engine
from index.errors import IndexDamaged, IndexFault, IndexMissing, IndexStale, IndexUnreadable, IndexUnwritable
from index.manifest import FORMAT, Manifest, alone, digest_of, read_manifest, verify, write_manifest, written_whole
from tests.index_fixtures import ENTRIES, OUTSIDE, RETIRED_ENTRY, shipped_encoder

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
        ({"format": 0}, IndexStale, "格式是 0，程序要的是 6"),
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
    shutil.copytree(disk.default_model(), tmp_path / "small")
    (tmp_path / "small" / "README.md").write_text("another", encoding="utf-8")
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
    with pytest.raises(IndexUnreadable):
        disk.load(copy)


def test_saved_twice_the_same_files(pool_engine: Engine, pool: Corpus, copy: Path, pool_index: Path) -> None:
    disk.save(pool_engine, copy, pool.digest, disk.default_model())
    one, other = contents(copy), contents(pool_index)
    assert {name for name in one if one[name] != other[name]} <= {"jieba.cache"}


def test_a_failing_save_leaves_the_old_one(pool_engine: Engine, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(copy)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(pool_engine.sensor.store), "save", full)
    with pytest.raises(IndexUnwritable, match=r"磁盘满了.*原来的索引没有动.*make index"):
        disk.save(pool_engine, copy, "new", disk.default_model())
    assert contents(copy) == before
    assert {path.name for path in copy.iterdir()} - {".lock"} == {"manifest.json", home(copy).name}


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
    assert {name for name in one if one[name] != other[name]} <= {"jieba.cache"}


@pytest.mark.parametrize("name", ["manifest.json", "vectors.npy", "rows.json"])
def test_a_damaged_index_gives_no_head_start(copy: Path, name: str) -> None:
    _cut(copy / name if name == "manifest.json" else home(copy) / name)
    assert disk.known_vectors(copy, disk.default_model()) == {}


def test_no_index_and_another_model_give_no_head_start(pool_index: Path, tmp_path: Path) -> None:
    assert disk.known_vectors(tmp_path, disk.default_model()) == {}
    assert disk.known_vectors(pool_index, "some/hub-model") == {}


def save_text(folder: Path, text: str) -> None:
    with written_whole(folder) as fresh:
        (fresh / text).write_text(text, encoding="utf-8")
        write_manifest(fresh, Manifest(FORMAT, "1", text, "model", "digest", 1, 1, {}))


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_written_whole_or_not_at_all(tmp_path: Path, error: type[BaseException]) -> None:
    folder = tmp_path / "deep" / "built"
    save_text(folder, "one")
    with pytest.raises(error), written_whole(folder) as fresh:
        (fresh / "two").write_text("2", encoding="utf-8")
        raise error
    assert list(read_manifest(folder).files) == ["one"] and len(list(folder.iterdir())) == 2
    save_text(folder, "two")
    assert list(contents(folder)) == ["two"] == list(read_manifest(folder).files)
    assert home(folder).stat().st_mode & 0o777 == 0o755
    # Whoever is just reading the one before may finish; the next build removes it.
    assert len(list(folder.iterdir())) == 3
    with alone(folder, print):
        assert len(list(folder.iterdir())) == 3  # the lock
    assert list(contents(folder)) == ["two"]


def test_an_index_of_the_flat_kind_goes_on_until_the_next_build(tmp_path: Path) -> None:
    folder = tmp_path / "built"
    folder.mkdir()
    (folder / "rows.json").write_text("old", encoding="utf-8")
    write_manifest(folder, Manifest(FORMAT, "1", "old", "model", "digest", 1, 1, {}))
    (tmp_path / ".built-abcd_1x9").mkdir()
    (tmp_path / ".built-abcd_1x9-old").mkdir()
    (tmp_path / ".built-notes").mkdir()
    with alone(folder, print):
        verify(folder, read_manifest(folder))
        save_text(folder, "new")
    assert [path.name for path in tmp_path.iterdir() if path != folder] == [".built-notes"]
    with alone(folder, print):
        pass
    assert {path.name for path in folder.iterdir()} == {"manifest.json", ".lock", home(folder).name}


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "built").symlink_to(tmp_path / "far")
    for text in ("one", "two"):
        with alone(tmp_path / "built", print):
            save_text(tmp_path / "built", text)
    assert (tmp_path / "built").is_symlink() and list(contents(tmp_path / "far")) == ["two"]


KILLED = """
import sys
from tests.test_disk import save_text
from index.manifest import alone
from pathlib import Path
folder = Path(sys.argv[1])
number = 0
print("ready", flush=True)
while True:
    with alone(folder, print):
        save_text(folder, f"{number:03}")
    number += 1
"""


def test_killed_at_any_moment_there_is_an_index(tmp_path: Path) -> None:
    folder = tmp_path / "built"
    save_text(folder, "first")
    for number in range(12):
        with subprocess.Popen([sys.executable, "-c", KILLED, str(folder)], cwd=ROOT, stdout=subprocess.PIPE) as builder:
            assert builder.stdout is not None and builder.stdout.readline() == b"ready\n"
            end = time.monotonic() + 0.02 + number * 0.003
            while time.monotonic() < end:
                read_manifest(folder)
            builder.kill()
        verify(folder, read_manifest(folder))
    with alone(folder, print):
        assert len([path for path in folder.iterdir() if path.is_dir()]) == 1


def test_two_builds_at_once_take_turns(tmp_path: Path) -> None:
    said: list[str] = []
    with alone(tmp_path / "built", said.append) as waited:
        assert not waited
        with ThreadPoolExecutor(1) as pool:

            def second() -> bool:
                with alone(tmp_path / "built", said.append) as waited:
                    return waited

            other = pool.submit(second)
            time.sleep(0.3)
            assert not other.done() and "等它结束" in said[0]
            save_text(tmp_path / "built", "one")
            (tmp_path / "go").touch()
            pool.shutdown(wait=False)
    assert other.result(timeout=5)


GBK = """
import sys
from pathlib import Path
assert sys.getfilesystemencoding() == "gbk", sys.getfilesystemencoding()
from index import disk
print(disk.load(Path(sys.argv[1])).search("水温几度")[0].entry_id)
"""


def test_a_chinese_path_in_a_locale_of_its_own(pool_index: Path, tmp_path: Path) -> None:
    names = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.split()
    name = next((name for name in names if name.lower() in ("zh_cn.gbk", "zh_cn.gb18030", "zh_cn")), None)
    if name is None:
        pytest.skip("没有 zh_CN.GBK 这个语言环境，这项测试没有运行。请运行：localedef -i zh_CN -f GBK zh_CN.GBK")
    folder = os.fsencode(tmp_path) + "/我的 医保 (1)".encode("gbk")
    shutil.copytree(os.fsencode(pool_index), folder)
    environ = {**os.environb, b"LC_ALL": name.encode(), b"PYTHONUTF8": b"0"}
    ran = subprocess.run([sys.executable, "-c", GBK, folder], cwd=ROOT, env=environ, capture_output=True, check=False)
    assert ran.stdout == b"A6\n", ran.stderr.decode(errors="replace")


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
