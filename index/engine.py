"""Engine: a corpus that can be asked. Build, save, load, search."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from corpus.entries import Corpus, Phrases
from corpus.entry import Entry
from corpus.text import fold
from index.calibrate import Calibration, Thresholds, calibrate, hold_out
from index.embed import StaticEmbedder, open_embedder
from index.errors import CorpusTooSmall
from index.explain import Candidate, Explanation
from index.lexical import Scores, Sounds
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
_SHOWN = 0.05  # nobody is shown a hit that scores less, so its part need not be found
# A sentence taken out of its message counts a little less than the whole.
_SENTENCE_WEIGHT = 0.9


@dataclass(frozen=True)
class Hit:
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

    def search(self, text: str, k: int = 5) -> list[Hit]:
        """Return the best hit of each of the `k` best entries, best first; nothing for a text with nothing in it."""
        return list(self._recall(text, k))

    @cached_property
    def _recall(self) -> Callable[[str, int], tuple[Hit, ...]]:
        # Many ask the very same words: those that the widget, the menu or a shared post offers.
        return lru_cache(_REMEMBERED)(self._search)

    def _search(self, text: str, k: int) -> tuple[Hit, ...]:
        found = self._match(text)
        return tuple(self._hits(*found, k)) if found else ()

    def explain(self, text: str) -> Explanation:
        """Return what was read, measured and concluded, to be printed."""
        reading = self.sensor.segmenter.read(text)
        found = self._match(text)
        if found is None:
            return Explanation(reading, ())
        signals, scores = found
        hits = self._hits(signals, scores, 5)
        candidates = tuple(
            Candidate(
                hit.entry_id, hit.score, hit.phrasing, hit.passage, signals.values[self.groups.index(hit.entry_id)]
            )
            for hit in hits
        )
        return Explanation(reading, candidates, signals.values[0])

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

    def _match(self, text: str) -> tuple[Signals, Scores] | None:
        """Return the signals of the whole text and the score of each group, sentences included."""
        segmenter = self.sensor.segmenter
        reading = segmenter.read(text)
        if not reading.tokens:
            return None
        signals = self.sensor.measure(reading)
        scores = self._rank(signals)
        if len(reading.words) > _LONG:
            return self._by_sentence(text, reading, signals, scores)
        return signals, scores

    def _by_sentence(self, text: str, reading: Reading, signals: Signals, whole: Scores) -> tuple[Signals, Scores]:
        """Let the sentences of a long message speak, the last one first: there the question stands."""
        talk = np.array([name.startswith(SMALLTALK) for name in self.groups[1:]])
        scores, left, strongest = np.zeros_like(whole), 1.0, 0.0
        for sentence in reversed(_SENTENCE.findall(text)[-_MOST_SENTENCES:]):
            part = self.sensor.segmenter.read(sentence)
            if not 2 <= len(part.words) < len(reading.words):
                continue
            heard = self.sensor.measure(part)
            said = np.where(talk, 0.0, _SENTENCE_WEIGHT * self._rank(heard))
            if left * said.max() > max(strongest, 0.5):
                strongest, signals = left * said.max(), heard
            scores = np.maximum(scores, left * said)
            # What a later sentence is sure of leaves little for the earlier ones to say.
            left *= 1 - said.max()
        return signals, np.maximum(scores, left * whole)

    def _rank(self, signals: Signals) -> Scores:
        return self.calibration.score(self.ranker.rank(*features(signals))[1:])

    def _hits(self, signals: Signals, scores: Scores, k: int) -> list[Hit]:
        nearest: dict[int, int] = {}
        for row, group in zip(signals.rows.tolist(), self.sensor.group.take(signals.rows).tolist(), strict=True):
            nearest.setdefault(group, row)
        hits = []
        for group in (1 + np.argsort(-scores)[:k]).tolist():
            row = nearest.get(group)
            phrasing = "" if row is None else self.texts[row]
            score = float(scores[group - 1])
            part = self._parts.best(group, signals) if score >= _SHOWN else ""
            hits.append(Hit(self.groups[group], phrasing, score, part))
        return hits

    @cached_property
    def _parts(self) -> Parts:
        return Parts(self.sensor.terms, self.groups, self.passages)
