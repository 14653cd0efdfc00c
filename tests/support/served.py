"""Served: which corpus this environment serves; the tests are about the one that comes with the program."""

from __future__ import annotations

import os

from corpus.entries import corpus_path, shipped_path

SERVED = corpus_path()
ELSEWHERE = shipped_path() != SERVED
for _name in [name for name in os.environ if name.startswith("FAQ_")]:
    del os.environ[_name]
