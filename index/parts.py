"""Parts: which passage of an answer a question asks for, if it asks for one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.lexical import Terms
from index.signals import Signals


class Parts:
    """A classifier per group: its passages against the whole answer, whose name is empty."""

    def __init__(self, terms: Terms, groups: Sequence[str], passages: Sequence[tuple[str, str]]) -> None:
        """Take the weights out of `terms`, whose columns are all groups, then all passages."""
        self._terms = terms
        self._of: dict[int, tuple[list[int], list[str]]] = {}
        for number, name in enumerate(groups):
            own = [i for i, (owner, _) in enumerate(passages) if i and owner == name]
            if own:
                columns = [number, *(len(groups) + i for i in own)]
                self._of[number] = columns, ["", *(passages[i][1] for i in own)]

    def best(self, group: int, signals: Signals) -> str:
        """Return the name of the passage of `group` that is asked for, or an empty string for the whole answer."""
        if group not in self._of:
            return ""
        columns, names = self._of[group]
        weights = self._terms.part[signals.terms[:, None], columns].sum(axis=0, dtype=np.float32)
        scores = weights / signals.norm + self._terms.part_bias[columns]
        return names[int(scores.argmax())]
