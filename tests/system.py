"""System: programs from Debian's packages that some tests drive, installed on first need where that is allowed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

NPM = Path(__file__).parents[1] / "build" / "npm"


def program(name: str, *packages: str) -> str:
    """Return the path of a program, installed with apt-get if need be; without it the test is skipped, in CI failed."""
    packages = packages or (name,)
    path = _found(name) or (_install(packages) and _found(name))
    if path:
        return path
    return _missing(f"缺少 {name}，这项测试没有运行。请安装：apt-get install {' '.join(packages)}")


def _found(name: str) -> str | None:
    # Debian keeps the programs of PostgreSQL's server out of the way.
    places = [os.environ.get("PATH", os.defpath), *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
    return shutil.which(name, path=os.pathsep.join(places))


def npm_file(package: str, version: str, name: str) -> Path:
    """Return a file of an npm package, fetched into build/npm on first need; without it like `program`."""
    path = NPM / "node_modules" / package / name
    if _version(path.parent) != version:
        command = [program("npm"), "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"]
        NPM.mkdir(parents=True, exist_ok=True)
        subprocess.run([*command, "--prefix", str(NPM), f"{package}@{version}"], capture_output=True, check=False)
    if _version(path.parent) != version:
        _missing(f"取不到 {package}，这项测试没有运行。请连上网运行：npm install --prefix {NPM} {package}@{version}")
    return path


def _version(folder: Path) -> str:
    try:
        return str(json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"])
    except FileNotFoundError:
        return ""


def _missing(message: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@cache
def _install(packages: tuple[str, ...]) -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "capture_output": True, "check": False}
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    # A fresh machine has no package list yet; a machine with one is spared the download.
    if subprocess.run(install, **quiet).returncode == 0:
        return True
    subprocess.run(["apt-get", "update"], **quiet)
    return subprocess.run(install, **quiet).returncode == 0
