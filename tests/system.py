"""System: programs from Debian's packages that some tests drive, installed on first need where that is allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache

import pytest


def program(name: str, *packages: str) -> str:
    """Return the path of a program, installed with apt-get if need be; without it the test is skipped, in CI failed."""
    packages = packages or (name,)
    path = shutil.which(name) or (_install(packages) and shutil.which(name))
    if path:
        return path
    message = f"缺少 {name}，这项测试没有运行。请安装：apt-get install {' '.join(packages)}"
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
