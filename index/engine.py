"""Engine: a corpus that can be asked. Build and search."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from corpus.entries import Corpus, Phrases
from corpus.entry import Entry
from corpus.text import fold
from index.calibrate import STRANGERS, Calibration, calibrate, hold_out
from index.encode import Encoder, Vectors
from index.explain import Candidate, Explanation
from index.ground import Ground, Tell, learned_from
from index.hit import Hit, Thresholds
from index.language import chinese
from index.lexical import Scores
from index.memory import Memory
from index.parts import Parts
from index.rank import Ranker
from index.rows import OUTSIDE, SMALLTALK
from index.segment import Reading, Segmenter
from index.shared import load_shared
from index.signals import Sensor, Signals, features, sizes_of

_CLAUSE = re.compile(r"[^。！？!?；;，,、\n]+")
_MOST_QUESTIONS = 4
_REMEMBERED = 2048
_HEARD = 256  # a vector is asked for as soon as its question is answered
_SHOWN = 0.05  # nobody is shown a hit that scores less, so its part need not be found
_SURE = 0.999
_SHORT = 14  # words


@dataclass(frozen=True)
class Engine:
    """Everything that matching needs, in memory."""

    entries: Mapping[str, Entry]
    phrases: Phrases
    segmenter: Segmenter
    encoder: Encoder
    sensor: Sensor
    ranker: Ranker
    calibration: Calibration
    groups: tuple[str, ...]
    texts: Sequence[str]
    spoken: Sequence[str]
    vectors: Vectors
    passages: tuple[tuple[str, str], ...]
    version: str
    learned: str = ""
    """The digest of what ranker and calibration were learned from."""

    @classmethod
    def build(
        cls,
        corpus: Corpus,
        encoder: Encoder,
        tell: Tell = lambda step, share: None,
        known: Mapping[str, Vectors] | None = None,
    ) -> Engine:
        """Index `corpus`: segment, encode, learn to rank, calibrate; `tell` hears of each step and its share done.

        `known` holds vectors of texts from an index built before with the same encoder.
        """
        ground = Ground.of(corpus, encoder, tell, known or {})
        held = hold_out(ground.table, ground.measure, lambda share: tell("留出来量", share))
        tell("学习排序", 0.0)
        ranker, calibration = calibrate(*held, sizes_of(ground.table.group, len(ground.table.groups)), *load_shared())
        tell("建索引", 0.0)
        return cls.on(ground, corpus, encoder, ranker, calibration, learned_from(corpus))

    @classmethod
    def on(
        cls, ground: Ground, corpus: Corpus, encoder: Encoder, ranker: Ranker, calibration: Calibration, learned: str
    ) -> Engine:
        """Return the engine of a corpus that has been read, with what was learned on it or on one like it."""
        silent = {entry.id for entry in corpus.entries if not entry.active}
        welcome = tuple(item for item in corpus.phrases.welcome if item not in silent)
        return cls(
            entries={entry.id: entry for entry in corpus.entries if entry.active},
            phrases=replace(corpus.phrases, welcome=welcome),
            segmenter=ground.segmenter,
            encoder=encoder,
            sensor=ground.sensor(),
            ranker=ranker,
            calibration=calibration,
            groups=ground.table.groups,
            texts=[row.text for row in ground.table.rows],
            spoken=[reading.spoken for reading in ground.table.readings],
            vectors=ground.vectors,
            passages=ground.table.passages,
            version=corpus.digest[:12],
            learned=learned,
        )

    @property
    def model_name(self) -> str:
        """The name of the encoder."""
        return self.encoder.name

    def search(self, text: str, k: int = 5) -> list[Hit]:
        """Return the best hit of each of the `k` best entries, best first; nothing for a text with nothing in it."""
        known = self._memory.get((text, k))
        if known is None:
            known = tuple(self._search(text, k))
            self._memory.put((text, k), known)
        return list(known)

    def vector(self, text: str) -> Vectors | None:
        """Return the vector of a text that was searched lately; None for others."""
        return self._heard.get(text)

    def named(self, text: str) -> str | None:
        """Return the entry whose question or label `text` is, word for word; None for other texts."""
        return self._titles.get(self.segmenter.read(text).spoken)

    def questions(self, text: str) -> list[str]:
        """Return the questions of a message that asks several, each by itself; nothing where it asks one."""
        clauses = [clause.strip() for clause in _CLAUSE.findall(text)]
        if len(clauses) < 2:
            return []
        asking = chinese().askings
        asked = [clause for clause in clauses if any(word in fold(clause) for word in asking)]
        asked = [clause for clause in asked if len(self.segmenter.read(clause).words) > 1]
        return asked if 2 <= len(asked) <= _MOST_QUESTIONS else []

    def leans(self, text: str) -> bool:
        """Tell whether a short message may lean on what was said before: 那窗口呢, 要是12月才转来呢."""
        reading = self.segmenter.read(text)
        leaning = reading.text.startswith(chinese().leanings) or reading.words[-1:] == ("呢",)
        return leaning and len(reading.words) <= _SHORT

    def explain(self, text: str) -> Explanation:
        """Return what was read, measured and concluded, to be printed."""
        reading = self.segmenter.read(text)
        if not reading.words:
            return Explanation(reading, ())
        signals, scores = self._measure(reading, self.encoder.encode([reading]))
        candidates = tuple(
            Candidate(hit.entry_id, hit.score, hit.phrasing, hit.passage,
                      signals.values[self.groups.index(hit.entry_id)])
            for hit in self._hits(signals, scores, 5)
        )  # fmt: skip
        return Explanation(reading, candidates, signals.values[OUTSIDE])

    def thresholds(self, precision: float, strangers: float = STRANGERS) -> Thresholds:
        """Return the thresholds that keep direct answers right with this probability."""
        return self.calibration.thresholds(precision, strangers)

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

    def _search(self, text: str, k: int) -> list[Hit]:
        reading = self.segmenter.read(text)
        if not reading.words:
            return []
        # Whole, however many sentences: each by itself misses what the others tell, and speaks against them.
        vectors = self.encoder.encode([reading])
        self._heard.put(text, vectors[0])
        signals, scores = self._measure(reading, vectors)
        row = self._wordings.get(reading.spoken)
        if row is not None:
            # A wording that stands in the corpus is its own entry's, and a question known to be outside nobody's.
            group = int(self.sensor.group[row])
            scores = scores * (1 - _SURE)
            if group != OUTSIDE:
                scores[group - 1] = _SURE
        return self._hits(signals, scores, k)

    def _measure(self, reading: Reading, vectors: Vectors) -> tuple[Signals, Scores]:
        """Return the signals of a reading with its vector, and the probability of each group but outside."""
        (signals,) = self.sensor.measure([reading], vectors, self.segmenter)
        return signals, self.calibration.score(self.ranker.rank(*features(signals))[1:])

    def _hits(self, signals: Signals, scores: Scores, k: int) -> list[Hit]:
        """Return the `k` best hits; `scores` are [groups - 1]."""
        best = np.argsort(-scores, kind="stable")[:k]
        hits = []
        for group, score in zip((best + 1).tolist(), scores[best].tolist(), strict=True):
            row = int(signals.nearest[group])
            passage = self._parts.best(group, signals) if score >= _SHOWN else ""
            hits.append(Hit(self.groups[group], self.texts[row] if row >= 0 else "", score, passage))
        return hits

    @cached_property
    def _wordings(self) -> dict[str, int]:
        """The row of each wording that belongs to one group alone; an entry's own question always belongs to it."""
        rows: dict[str, int] = {}
        owners: dict[str, set[int]] = {}
        for row, (spoken, group) in enumerate(zip(self.spoken, self.sensor.group.tolist(), strict=True)):
            rows.setdefault(spoken, row)
            owners.setdefault(spoken, set()).add(group)
        alone = {spoken: row for spoken, row in rows.items() if len(owners[spoken]) == 1}
        firsts = {name: row for row, name in reversed([*enumerate(self._owners())])}
        return alone | {spoken: firsts[id_] for spoken, id_ in self._titles.items() if id_ in firsts}

    @cached_property
    def _titles(self) -> dict[str, str]:
        """The entry of each question, and of each label that no question has."""
        labels = {self.segmenter.read(entry.label).spoken: id_ for id_, entry in self.entries.items() if entry.label}
        return labels | {self.segmenter.read(entry.question).spoken: id_ for id_, entry in self.entries.items()}

    def _owners(self) -> Iterable[str]:
        return (self.groups[group] for group in self.sensor.group.tolist())

    @cached_property
    def _memory(self) -> Memory[tuple[str, int], tuple[Hit, ...]]:
        return Memory(_REMEMBERED)

    @cached_property
    def _heard(self) -> Memory[str, Vectors]:
        return Memory(_HEARD)

    @cached_property
    def _parts(self) -> Parts:
        return Parts(self.sensor.terms, self.groups, self.passages)
