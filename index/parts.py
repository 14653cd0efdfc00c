"""Parts: which passage of an answer a question asks for, if it asks for one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.lexical import Terms
from index.signals import Signals


class Parts:
    """A classifier per group: its passages against the whole answer."""

    def __init__(self, terms: Terms, groups: Sequence[str], passages: Sequence[tuple[str, str]]) -> None:
        """Hold the weights in `terms`, whose columns are all groups, then all passages."""
        self._weights, self._width = terms.part.reshape(-1), terms.part.shape[1]
        self._bias = terms.part_bias
        self._columns = [
            np.array([number, *(len(groups) + i for i, (owner, _) in enumerate(passages) if i and owner == name)])
            for number, name in enumerate(groups)
        ]
        self._names = [name for _, name in passages]
        self._first = len(groups)

    def best(self, group: int, signals: Signals, question: int) -> str:
        """Return the name of the passage of `group` that is asked for, or an empty string for the whole answer."""
        columns = self._columns[group]
        if len(columns) == 1:
            return ""
        weights = self._weights.take(signals.terms(question)[:, None] * self._width + columns).astype(np.float32)
        scores = weights.sum(axis=0) / signals.norms[question] + self._bias[columns]
        winner = int(columns[scores.argmax()])
        return self._names[winner - self._first] if winner >= self._first else ""
