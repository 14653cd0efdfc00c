"""Licences: who wrote what the server installs, and under which terms, as a table in docs/dependencies.md."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.support.markers import put

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "dependencies.md"


def locked(name: str) -> list[str]:
    """Return the packages of a lock that are for every system."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(r"^([a-z0-9.-]+)==\S+ \\$", text, re.MULTILINE)


def main() -> None:
    """Write the table anew."""
    command = [str(Path(sys.executable).with_name("pip-licenses")), "--format=markdown"]
    done = subprocess.run(
        [*command, "--packages", *locked("requirements.lock"), "torch"], capture_output=True, text=True, check=True
    )
    put("licences", done.stdout, PAGE)


if __name__ == "__main__":
    main()
