"""A crate comes out as it went in, or not at all, and never outside its folder."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from bot.workshop.crate import CrateError, pack, unpack


def packed(things: dict[str, Path]) -> list[bytes]:
    pieces: list[bytes] = []
    pack(things, pieces.append)
    return pieces


def test_a_crate_comes_out_as_it_went_in(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_bytes(bytes(range(256)) * 20_000)
    (tmp_path / "a" / ".lock").touch()
    pieces = packed({"x": tmp_path / "a", "none": tmp_path / "none"})
    unpack(pieces, tmp_path / "out")
    assert [str(path.relative_to(tmp_path / "out")) for path in sorted((tmp_path / "out").rglob("*"))] == [
        "x", "x/b", "x/b/c",
    ]  # fmt: skip
    assert (tmp_path / "out/x/b/c").read_bytes() == (tmp_path / "a/b/c").read_bytes()


@pytest.mark.parametrize("harm", ["cut", "none", "other"])
def test_a_crate_that_is_not_whole_is_refused(tmp_path: Path, harm: str) -> None:
    (tmp_path / "a").write_bytes(b"abc" * 1000)
    (whole,) = packed({"a": tmp_path / "a"})
    pieces = {"cut": [whole[:-6]], "none": [], "other": [b"no crate at all"]}[harm]
    with pytest.raises(CrateError, match="不完整或者不对"):
        unpack(pieces, tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("../x", tarfile.REGTYPE), ("/x", tarfile.SYMTYPE), ("x", tarfile.SYMTYPE), ("x", tarfile.CHRTYPE)],
)
def test_nothing_is_written_outside_nor_any_link(tmp_path: Path, name: str, kind: bytes) -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "/etc/passwd"
        archive.addfile(member)
    with pytest.raises(CrateError):
        unpack([data.getvalue()], tmp_path / "out")
    assert not (tmp_path / "x").exists() and not list((tmp_path / "out").iterdir())
