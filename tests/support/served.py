"""Served: which corpus this environment serves; the tests are about the one that comes with the program."""

from __future__ import annotations

import os
import sys

from corpus.entries import corpus_path, shipped_path

SERVED = corpus_path()
ELSEWHERE = shipped_path() != SERVED
# Dozens of tests start the program anew, and each worker reads every test: what is compiled is kept for all of them.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
for _name in [name for name in os.environ if name.startswith("FAQ_")]:
    del os.environ[_name]
