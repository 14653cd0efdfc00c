"""Student: a smaller encoder, taught to agree with the whole one and to tell the offices' entries apart.

Half of the layers are kept. First they imitate the whole encoder on public questions, then they learn from pairs that
mean the same, from pairs that only look alike, and from the offices: questions of two writers to one entry belong
together, questions to other entries and strangers do not. Needs torch and transformers.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional
from transformers import BertConfig, BertModel

from corpus.text import fold
from index.training.encoder import Shape, Weights
from index.training.offices import WRITERS, InventedOffice, read_offices

KEPT = (0, 2, 4, 7, 9, 11)  # of twelve layers
SEED = 1
# Public pairs (text, text, how alike, source): how many texts of each source are imitated.
IMITATED = {
    "synth_faq": 6000, "kbqa_tmpl": 1500, "ms_chitchat": 1200, "nlpcc_kbqa": 800, "kdconv_qa": 400, "crosswoz": 400,
    "tatoeba": 400, "android_align": 300, "ms_alchemy_head": 300, "ms_dyn_head": 300, "osm_terms": 200,
    "law_title": 200, "ha_intents": 200,
}  # fmt: skip
PAIRED = {"synth_faq": 6, "kbqa_tmpl": 1, "nlpcc_kbqa": 1, "ms_chitchat": 1}  # pairs a step
ALIKE, UNLIKE = 0.8, 0.5
LONGEST = 40  # characters of a text that is imitated
EPOCHS, BATCH, STEPS = 2, 64, 380
RATES = 3e-4, 1e-4
ENTRIES, STRANGERS, AGAIN = 9, 8, 16  # of each of two offices a step; texts that are imitated further
TEMPERATURE = 0.07
_STRANGER = -1
_PARTS = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "aln": "attention.output.LayerNorm", "fi": "intermediate.dense",
    "fo": "output.dense", "oln": "output.LayerNorm",
}  # fmt: skip
_EMBEDDINGS = {"emb.word": "word_embeddings", "emb.pos": "position_embeddings", "emb.type": "token_type_embeddings"}


@dataclass(frozen=True)
class Pairs:
    """Public pairs: what means the same, by source, and what only looks like a text."""

    texts: dict[str, set[str]] = field(default_factory=dict)
    alike: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    unlike: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Pairs:
        """Read a packed table of pairs."""
        pairs = cls()
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for one, other, share, source in (line.rstrip("\n").split("\t") for line in lines):
                if source in IMITATED:
                    pairs.texts.setdefault(source, set()).update((one, other))
                if source in PAIRED and float(share) >= ALIKE:
                    pairs.alike.setdefault(source, []).append((one, other))
                elif source in PAIRED and float(share) < UNLIKE:
                    pairs.unlike.setdefault(one, []).append(other)
        return pairs


class Net:
    """A BERT with the weights of the table; its vector of a text is the mean over all tokens, of unit length."""

    def __init__(self, shape: Shape, table: Weights, tokenizer: Tokenizer, layers: Sequence[int]) -> None:
        """Take the layers that are named."""
        self._tokenizer, width = tokenizer, shape.width
        self.model = BertModel(
            BertConfig(
                vocab_size=table["emb.word"].size // width, hidden_size=width, num_hidden_layers=len(layers),
                num_attention_heads=shape.heads, intermediate_size=shape.inner, layer_norm_eps=shape.epsilon,
                max_position_embeddings=table["emb.pos"].size // width, type_vocab_size=table["emb.type"].size // width,
                hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
            ),
            add_pooling_layer=False,
        )  # fmt: skip
        own = self.model.state_dict()
        for name, place in _places(len(layers), layers):
            own[place] = torch.tensor(table[name].reshape(own[place].shape))
        self.model.load_state_dict(own)

    def vectors(self, texts: Sequence[str]) -> torch.Tensor:
        """Return [texts, width], of unit length; texts of like length are encoded together."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        parts = [self._some([texts[at] for at in order[k : k + BATCH]]) for k in range(0, len(order), BATCH)]
        return torch.cat(parts)[torch.tensor(np.argsort(order))]

    def _some(self, texts: list[str]) -> torch.Tensor:
        encoded = self._tokenizer.encode_batch([f"query: {text}" for text in texts])
        ids = torch.tensor([one.ids for one in encoded])
        mask = torch.tensor([one.attention_mask for one in encoded])
        states = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
        return functional.normalize((states * mask[..., None]).sum(1), dim=-1)

    def table(self) -> Weights:
        """Return the weights by the names that the graph is built from."""
        own = self.model.state_dict()
        layers = range(self.model.config.num_hidden_layers)
        return {name: own[place].numpy() for name, place in _places(len(layers), layers)}


def teach(shape: Shape, table: Weights, tokenizer: Tokenizer, pairs: Pairs) -> tuple[Shape, Weights]:
    """Return the student's shape and weights."""
    random_ = random.Random(SEED)
    torch.manual_seed(SEED)
    tokenizer.enable_truncation(64)
    tokenizer.enable_padding(pad_id=1, pad_token="<pad>")
    offices = read_offices()
    texts = sorted(_imitated(pairs, offices, random_))
    random_.shuffle(texts)
    teacher = Net(shape, table, tokenizer, range(shape.layers))
    with torch.no_grad():
        goals = teacher.vectors(texts)
    student = Net(shape, table, tokenizer, KEPT)
    student.model.embeddings.word_embeddings.requires_grad_(False)
    _imitate(student, texts, goals, random_)
    _contrast(student, _Lessons(offices, pairs, random_), texts, goals, random_)
    return replace(shape, layers=len(KEPT)), student.table()


def _places(count: int, layers: Sequence[int]) -> Iterator[tuple[str, str]]:
    """Yield each weight's name in the table and its place in the model."""
    for name, place in _EMBEDDINGS.items():
        yield name, f"embeddings.{place}.weight"
    for kind, ending in (("w", "weight"), ("b", "bias")):
        yield f"emb.ln.{kind}", f"embeddings.LayerNorm.{ending}"
        for at in range(count):
            for name, place in _PARTS.items():
                yield f"l{layers[at]}.{name}.{kind}", f"encoder.layer.{at}.{place}.{ending}"


def _imitated(pairs: Pairs, offices: Sequence[InventedOffice], random_: random.Random) -> set[str]:
    found = {line.text for office in offices for line in office.lines}
    for source, most in IMITATED.items():
        short = sorted(text for text in pairs.texts.get(source, ()) if len(text) <= LONGEST)
        found.update(random_.sample(short, min(most, len(short))))
    return found


def _imitate(student: Net, texts: Sequence[str], goals: torch.Tensor, random_: random.Random) -> None:
    """Let the vectors, and how alike any two of them are, become the whole encoder's."""
    places = list(range(len(texts)))
    middle = goals.mean(0)
    steps = _Steps(student, RATES[0], EPOCHS * (len(texts) // BATCH))
    for _ in range(EPOCHS):
        random_.shuffle(places)
        places.sort(key=lambda at: len(texts[at]) // 4)  # less padding
        batches = [places[k : k + BATCH] for k in range(0, len(places) - BATCH + 1, BATCH)]
        random_.shuffle(batches)
        for batch in batches:
            got, goal = student.vectors([texts[at] for at in batch]), goals[batch]
            one, other = _centred(got, middle), _centred(goal, middle)
            apart = ~torch.eye(len(batch), dtype=torch.bool)
            between = (one @ one.T - other @ other.T)[apart].square().mean()
            steps.take(2 * (1 - (got * goal).sum(1).mean()) + 1 - (one * other).sum(1).mean() + 5 * between)


def _contrast(
    student: Net, lessons: _Lessons, texts: Sequence[str], goals: torch.Tensor, random_: random.Random
) -> None:
    middle = goals.mean(0)
    steps = _Steps(student, RATES[1], STEPS)
    for _ in range(STEPS):
        asked, owners = lessons.offices()
        paired, clusters = lessons.pairs()
        again = random_.sample(range(len(texts)), AGAIN)
        vectors = _centred(student.vectors([*asked, *paired, *(texts[at] for at in again)]), middle)
        first, second = len(asked), len(asked) + len(paired)
        kept = (vectors[second:] * _centred(goals[again], middle)).sum(1).mean()
        apart = _together(vectors[:first], owners) + 0.5 * _together(vectors[first:second], clusters)
        steps.take(apart + 2 * (1 - kept))


class _Lessons:
    """Draws what is learnt in a step: texts, and whose each is."""

    def __init__(self, offices: Sequence[InventedOffice], pairs: Pairs, random_: random.Random) -> None:
        self._pairs, self._random = pairs, random_
        self._titles = [{entry: fold(told[0]) for entry, told in office.entries.items()} for office in offices]
        self._asked: list[dict[tuple[str, str], list[str]]] = [{} for _ in offices]
        for asked, office in zip(self._asked, offices, strict=True):
            for line in office.lines:
                asked.setdefault((line.entry, line.writer), []).append(fold(line.text))
        self._strangers = [[fold(line.text) for line in office.lines if not line.entry] for office in offices]

    def offices(self) -> tuple[list[str], list[int]]:
        """Return titles and questions of two offices, and strangers."""
        texts: list[str] = []
        owners: list[int] = []
        for place in self._random.sample(range(len(self._titles)), 2):
            titles = self._titles[place]
            for entry in self._random.sample(sorted(titles), ENTRIES):
                said = [self._random.choice(self._asked[place][entry, writer]) for writer in WRITERS]
                owners += [len(owners)] * (1 + len(said))
                texts += [titles[entry], *said]
            strangers = self._random.sample(self._strangers[place], STRANGERS)
            texts += strangers
            owners += [_STRANGER] * len(strangers)
        return texts, owners

    def pairs(self) -> tuple[list[str], list[int]]:
        """Return pairs that mean the same, and texts that only look like them."""
        texts: list[str] = []
        owners: list[int] = []
        for source, count in PAIRED.items():
            for one, other in self._random.sample(self._pairs.alike[source], count):
                owners += [len(owners)] * 2
                texts += [one, other]
                if one in self._pairs.unlike:
                    texts.append(self._random.choice(self._pairs.unlike[one]))
                    owners.append(_STRANGER)
        return texts, owners


class _Steps:
    """An optimiser whose rate rises for a moment and then falls."""

    def __init__(self, net: Net, rate: float, count: int) -> None:
        self._rate, self._count, self._done = rate, count, 0
        self._weights = [weight for weight in net.model.parameters() if weight.requires_grad]
        self._optimiser = torch.optim.AdamW(self._weights, lr=rate, weight_decay=0.01)

    def take(self, loss: torch.Tensor) -> None:
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate * min(1.0, (self._done + 1) / 30) * max(0.03, 1 - self._done / self._count)
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._weights, 1.0)
        self._optimiser.step()
        self._done += 1


def _centred(vectors: torch.Tensor, middle: torch.Tensor) -> torch.Tensor:
    return functional.normalize(vectors - middle, dim=1)


def _together(vectors: torch.Tensor, owners: Sequence[int]) -> torch.Tensor:
    """Return how far from its like each text is, against all others; strangers have no like."""
    whose = torch.tensor(owners)
    near = (vectors @ vectors.T / TEMPERATURE).fill_diagonal_(-1e4)
    like = ((whose[:, None] == whose[None]) & (whose[:, None] != _STRANGER)).fill_diagonal_(False)
    some = like.any(1)
    shares = near - torch.logsumexp(near, 1, keepdim=True)
    return -((shares * like).sum(1)[some] / like.sum(1)[some]).mean()
