"""Parts: which passage of an answer a question asks for, if it asks for one."""

from __future__ import annotations

import numpy as np

from index.lexical import Terms
from index.signals import Signals


def part_of(
    group: int, groups: tuple[str, ...], passages: tuple[tuple[str, str], ...], terms: Terms, signals: Signals
) -> str:
    """Return the name of the passage of `group` that is asked for, or an empty string for the whole answer."""
    name = groups[group]
    columns = [i for i, (owner, _) in enumerate(passages) if i and owner == name]
    if not columns or not terms.part.shape[1]:
        return ""
    places = [len(groups) + i for i in columns]
    found = terms.part[signals.terms]
    scores = found[:, [group, *places]].sum(axis=0, dtype=np.float32) / signals.norm + terms.part_bias[[group, *places]]
    best = int(scores.argmax())
    return passages[columns[best - 1]][1] if best else ""
