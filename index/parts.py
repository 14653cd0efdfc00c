"""Parts: which passage of an answer a question asks for, if it asks for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.lexical import Scores, Terms
from index.signals import Signals


@dataclass(frozen=True)
class _Passages:
    """The passages of one group, first of all the whole answer, whose name is empty."""

    names: tuple[str, ...]
    weights: NDArray[np.float16]
    bias: Scores


class Parts:
    """A classifier per group: its passages against the whole answer."""

    def __init__(self, terms: Terms, groups: Sequence[str], passages: Sequence[tuple[str, str]]) -> None:
        """Take the weights out of `terms`, whose columns are all groups, then all passages."""
        self._of: dict[int, _Passages] = {}
        for number, name in enumerate(groups):
            own = [i for i, (owner, _) in enumerate(passages) if i and owner == name]
            if own:
                columns = [number, *(len(groups) + i for i in own)]
                # Side by side for each group: a question's terms lie far apart, and each is fetched from memory.
                weights = np.ascontiguousarray(terms.part[:, columns], dtype=np.float16)
                names = ("", *(passages[i][1] for i in own))
                self._of[number] = _Passages(names, weights, terms.part_bias[columns])

    def best(self, group: int, signals: Signals, question: int) -> str:
        """Return the name of the passage of `group` that is asked for, or an empty string for the whole answer."""
        passages = self._of.get(group)
        if passages is None:
            return ""
        weights = passages.weights.take(signals.terms(question), axis=0).astype(np.float32)
        scores = weights.sum(axis=0) / signals.norms[question] + passages.bias
        return passages.names[int(scores.argmax())]
