"""System: programs outside Python that some tests drive; `make tools` installs them, the tests install nothing."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

NPM = Path(__file__).parents[2] / "build" / "npm"


def program(name: str) -> str:
    """Return the path of a program; without it the test is skipped, in CI failed."""
    # Debian keeps the programs of PostgreSQL's server out of the way.
    places = [os.environ.get("PATH", os.defpath), *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
    return shutil.which(name, path=os.pathsep.join(places)) or _missing(name)


def npm_file(package: str, version: str, name: str) -> Path:
    """Return a file of an npm package in build/npm; without it like `program`."""
    path = NPM / "node_modules" / package / name
    return path if _version(path.parent) == version else _missing(f"{package} {version}")


def _version(folder: Path) -> str:
    try:
        return str(json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"])
    except FileNotFoundError:
        return ""


def _missing(name: str) -> NoReturn:
    message = f"缺少 {name}，这项测试没有运行。请运行：make tools"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
