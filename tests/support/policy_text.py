"""Policy text: the shipped school year, and one made up after it."""

from __future__ import annotations

import re

from corpus.entries import corpus_path

OURS = corpus_path() / "policy/2024-2025.toml"
TEXT = OURS.read_text(encoding="utf-8")


def next_year() -> str:
    later = {"2024": "2025", "2025": "2026"}
    return re.sub("2024|2025", lambda match: later[match[0]], TEXT)
