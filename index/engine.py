"""Engine: a corpus that can be asked. Build, save, load, search."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.entries import Corpus, Phrases
from corpus.entry import Entry
from corpus.text import fold
from index.calibrate import Calibration, Thresholds, calibrate, hold_out
from index.embed import StaticEmbedder, TransformerEmbedder, open_embedder
from index.errors import CorpusTooSmall
from index.explain import Candidate, Explanation
from index.lexical import Scores, Sounds
from index.memory import Memory
from index.parts import Parts
from index.rank import Ranker
from index.rows import SMALLTALK, Table, rows_of
from index.segment import Reading, Segmenter
from index.signals import Sensor, Signals, features
from index.tune import helps, tune

_SENTENCE = re.compile(r"[^。！？!?；;\n]+")
_LONG = 24  # words; above it a message is also matched sentence by sentence
_MOST_SENTENCES = 4
_LEAST_ROWS = 20
_REMEMBERED = 2048
_TOGETHER = 32
_SHOWN = 0.05  # nobody is shown a hit that scores less, so its part need not be found
# A sentence taken out of its message counts a little less than the whole.
_SENTENCE_WEIGHT = 0.9


class Hit(NamedTuple):
    """An entry that may answer: its nearest phrasing, the probability that it is right, the part asked for."""

    entry_id: str
    phrasing: str
    score: float
    passage: str = ""


@dataclass(frozen=True)
class Engine:
    """Everything that matching needs, in memory."""

    entries: Mapping[str, Entry]
    phrases: Phrases
    sensor: Sensor
    ranker: Ranker
    calibration: Calibration
    groups: tuple[str, ...]
    texts: Sequence[str]
    passages: tuple[tuple[str, str], ...]
    version: str
    model_name: str

    @classmethod
    def build(
        cls, corpus: Corpus, model: Path | str, say: Callable[[str], None] = lambda _: None, tuned: bool = True
    ) -> Engine:
        """Index `corpus`: segment, embed, tune, learn to rank, calibrate. Under two minutes on two cores."""
        segmenter = Segmenter(corpus.terms, corpus.synonyms)
        say("分词")
        table = Table.of(rows_of(corpus), segmenter)
        if len(table.rows) < _LEAST_ROWS:
            raise CorpusTooSmall
        base = open_embedder(model)
        # Only a static table can be tuned here; any other model stays as it is.
        static = base if tuned and isinstance(base, StaticEmbedder) and helps(base, table) else None
        say("向量不微调" if static is None else "向量按本资料微调")
        sounds = Sounds.load()

        def sense(part: Table, parts: bool = False) -> Sensor:
            embedder = base if static is None else tune(static, part.readings, part.group)
            return Sensor.build(part, segmenter, embedder, sounds, parts)

        held = hold_out(table, sense, say)
        say("学习排序")
        ranker, calibration = calibrate(held)
        say("建索引")
        return cls(
            entries={entry.id: entry for entry in corpus.entries if entry.active},
            phrases=corpus.phrases,
            sensor=sense(table, parts=True),
            ranker=ranker,
            calibration=calibration,
            groups=table.groups,
            texts=[row.text for row in table.rows],
            passages=table.passages,
            version=corpus.digest[:12],
            model_name=base.name,
        )

    @property
    def quick(self) -> bool:
        """Whether a search takes less than a few thousandths of a second: a transformer takes longer."""
        return not isinstance(self.sensor.embedder, TransformerEmbedder)

    def search(self, text: str, k: int = 5) -> list[Hit]:
        """Return the best hit of each of the `k` best entries, best first; nothing for a text with nothing in it."""
        known = self._memory.get((text, k))
        return self.search_many([text], k)[0] if known is None else list(known)

    def search_many(self, texts: Sequence[str], k: int = 5) -> list[list[Hit]]:
        """Return what `search` does for each of `texts`; together they take less time than one by one."""
        found = {text: self._memory.get((text, k)) for text in texts}
        new = [text for text, hits in found.items() if hits is None]
        for start in range(0, len(new), _TOGETHER):
            some = new[start : start + _TOGETHER]
            for text, hits in zip(some, self._search(some, k)[2], strict=True):
                found[text] = hits
                self._memory.put((text, k), hits)
        return [list(found[text] or ()) for text in texts]

    @cached_property
    def _memory(self) -> Memory[tuple[str, int], tuple[Hit, ...]]:
        return Memory(_REMEMBERED)

    def explain(self, text: str) -> Explanation:
        """Return what was read, measured and concluded, to be printed."""
        reading = self.sensor.segmenter.read(text)
        signals, places, hits = self._search([text], 5)
        if not hits[0]:
            return Explanation(reading, ())
        values = signals.values[places[0]]
        candidates = tuple(
            Candidate(hit.entry_id, hit.score, hit.phrasing, hit.passage, values[self.groups.index(hit.entry_id)])
            for hit in hits[0]
        )
        return Explanation(reading, candidates, values[0])

    def thresholds(self, precision: float) -> Thresholds:
        """Return the thresholds that keep direct answers right with this probability."""
        return self.calibration.thresholds(precision)

    def related(self, entry_id: str, k: int = 3) -> list[str]:
        """Return the ids of the entries nearest to an entry."""
        centres = self.sensor.centres
        if entry_id not in self.entries:
            return []
        order = np.argsort(-(centres @ centres[self.groups.index(entry_id)]))
        names = [self.groups[i] for i in order]
        return [name for name in names if name in self.entries and name != entry_id][:k]

    def suggest(self, prefix: str, k: int = 5) -> list[str]:
        """Return the ids of the entries whose question fits a half-typed one."""
        typed = fold(prefix)
        if not typed:
            return []
        starts = [id_ for id_, entry in self.entries.items() if typed in fold(entry.question)]
        ranked = [hit.entry_id for hit in self.search(prefix, k + 4) if not hit.entry_id.startswith(SMALLTALK)]
        return list(dict.fromkeys([*starts, *ranked]))[:k]

    def _search(self, texts: Sequence[str], k: int) -> tuple[Signals, list[int], list[tuple[Hit, ...]]]:
        """Return signals, for each of `texts` the place of its own among them, and its hits."""
        messages = self._read(texts)
        signals = self.sensor.measure([reading for message in messages for reading in message])
        scores = self.calibration.score(self.ranker.rank(*features(signals))[:, 1:])
        ends = [0, *accumulate(map(len, messages))]
        weighed = [self._weigh(scores[start:end], start) for start, end in pairwise(ends)]
        places = [place for place, _ in weighed]
        hits = self._hits(signals, places, np.array([score for _, score in weighed]), k)
        spoken = [some if message[0].tokens else () for some, message in zip(hits, messages, strict=True)]
        return signals, places, spoken

    def _read(self, texts: Sequence[str]) -> list[list[Reading]]:
        """Return the readings of each text: its own and, if it is long, those of its sentences, the last one first."""
        read = self.sensor.segmenter.read_many
        messages = [[whole] for whole in read(texts)]
        for message, text in zip(messages, texts, strict=True):
            whole = message[0]
            if len(whole.words) > _LONG and len(sentences := _SENTENCE.findall(text)) > 1:
                parts = read(reversed(sentences[-_MOST_SENTENCES:]))
                message.extend(part for part in parts if 2 <= len(part.words) < len(whole.words))
        return messages

    def _weigh(self, scores: Scores, place: int) -> tuple[int, Scores]:
        """Let the sentences of a long message speak, the last one first: there the question stands."""
        if len(scores) == 1:
            return place, scores[0]
        total, left, strongest, loudest = np.zeros_like(scores[0]), 1.0, 0.0, 0
        for number, heard in enumerate(scores[1:], start=1):
            said = np.where(self._smalltalk, 0.0, _SENTENCE_WEIGHT * heard)
            if left * said.max() > max(strongest, 0.5):
                strongest, loudest = left * said.max(), number
            total = np.maximum(total, left * said)
            # What a later sentence is sure of leaves little for the earlier ones to say.
            left *= 1 - said.max()
        return place + loudest, np.maximum(total, left * scores[0])

    def _hits(self, signals: Signals, places: Sequence[int], scores: Scores, k: int) -> Iterator[tuple[Hit, ...]]:
        """Yield the `k` best hits of each message; `scores` are [messages, groups - 1]."""
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        likely = np.take_along_axis(scores, best, axis=1).tolist()
        rows = signals.nearest[np.array(places)[:, None], 1 + best].tolist()
        for place, *found in zip(places, (1 + best).tolist(), rows, likely, strict=True):
            yield tuple(
                Hit(
                    self.groups[group],
                    self.texts[row] if row >= 0 else "",
                    score,
                    self._parts.best(group, signals, place) if score >= _SHOWN else "",
                )
                for group, row, score in zip(*found, strict=True)
            )

    @cached_property
    def _smalltalk(self) -> NDArray[np.bool_]:
        return np.array([name.startswith(SMALLTALK) for name in self.groups[1:]])

    @cached_property
    def _parts(self) -> Parts:
        return Parts(self.sensor.terms, self.groups, self.passages)
