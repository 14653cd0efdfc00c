"""Builds: one step from an index to the next, whatever is killed, full, linked or at work at the same time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index import disk
from index.engine import Engine
from index.errors import IndexDamaged, IndexUnwritable
from index.manifest import FORMAT, Manifest, alone, digest_of, read_manifest, verify, write_manifest, written_whole
from tests.support.index_fixtures import ENTRIES, save_text

ROOT = Path(__file__).parents[1]


@pytest.fixture
def copy(pool_index: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pool_index, tmp_path / "built"))


def home(folder: Path) -> Path:
    """Return where the files of an index lie."""
    return folder / read_manifest(folder).folder


def contents(folder: Path) -> dict[str, str]:
    return {path.name: digest_of(path) for path in home(folder).iterdir()}


def test_a_failing_save_leaves_the_old_one(pool_engine: Engine, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(copy)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(pool_engine.sensor.neighbours), "save", full)
    with pytest.raises(IndexUnwritable, match=r"磁盘满了.*原来的索引没有动.*make index"):
        disk.save(pool_engine, copy, "new", disk.default_model())
    assert contents(copy) == before
    assert {path.name for path in copy.iterdir()} - {".lock"} == {"manifest.json", home(copy).name}


def test_no_word_of_an_old_index_where_there_was_none(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(IndexUnwritable, match="是一个文件，不是文件夹") as caught, written_whole(tmp_path / "taken"):
        pass
    assert "原来的索引" not in str(caught.value)


def test_a_manifest_that_is_a_folder_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").mkdir()
    with pytest.raises(IndexDamaged, match=r"manifest\.json.*是一个文件夹.*移走.*make index"):
        read_manifest(tmp_path)
    with pytest.raises(IndexUnwritable, match=r"manifest\.json 是一个文件夹.*移走") as caught:
        save_text(tmp_path, "one")
    assert "原来的索引" not in str(caught.value)


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
from tests.support.index_fixtures import save_text
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
    for number in range(6):
        with subprocess.Popen([sys.executable, "-c", KILLED, str(folder)], cwd=ROOT, stdout=subprocess.PIPE) as builder:
            assert builder.stdout is not None and builder.stdout.readline() == b"ready\n"
            end = time.monotonic() + 0.02 + number * 0.006
            while time.monotonic() < end:
                read_manifest(folder)
            builder.kill()
        verify(folder, read_manifest(folder))
    with alone(folder, print):
        assert len([path for path in folder.iterdir() if path.is_dir()]) == 1


def test_two_builds_at_once_take_turns(tmp_path: Path) -> None:
    folder, said, pool = tmp_path / "built", list[str](), ThreadPoolExecutor(1)

    def second() -> tuple[bool, str]:
        with alone(folder, said.append) as waited:
            return waited, read_manifest(folder).corpus

    with alone(folder, said.append) as waited:
        other = pool.submit(second)
        time.sleep(0.3)
        assert not waited and not other.done() and "等它结束" in said[0]
        save_text(folder, "one")
    assert other.result(timeout=5) == (True, "one")
    pool.shutdown()


GBK = """
import sys
from pathlib import Path
assert sys.getfilesystemencoding() == "gbk", sys.getfilesystemencoding()
from index import disk
print(len(disk.load(Path(sys.argv[1])).entries))
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
    assert ran.stdout == b"%d\n" % len(ENTRIES), ran.stderr.decode(errors="replace")
