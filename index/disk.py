"""Disk: an engine as a folder of arrays and JSON, and back; never pickle."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.entries import Phrases, SmallTalk
from corpus.entry import Entry
from corpus.office import Period
from index.calibrate import Calibration, Point
from index.encode import Encoder, Vectors, open_encoder
from index.engine import Engine
from index.errors import IndexDamaged, IndexFault, IndexStale
from index.language import language_files
from index.lexical import Sounds, Terms
from index.manifest import FORMAT, Manifest, digest_of, read_manifest, verify, write_manifest, written_whole
from index.manifest import default_index as default_index
from index.neighbours import Neighbours
from index.rank import Ranker
from index.segment import Segmenter
from index.shared import shared_path
from index.signals import Sensor

_SENSED = ("group", "negated", "elsewhere", "centres", "planes", "middle", "words")
_WIDE = ("bm25", "linear", "part")  # kept at half precision: they are gathered and summed, and most of the bytes


def default_model() -> Path:
    """Return the folder of the shipped encoder."""
    return Path(str(resources.files("index"))) / "model" / "e5-small-zh-6-int8"


def model_digest(model: Path | str) -> str:
    """Return what tells one way of matching from another: the encoder (or its hub name), the ranker, the language."""
    encoder = digest_of(Path(model)) if Path(model).is_dir() else str(model)
    others = " ".join(map(digest_of, (shared_path(), *language_files())))
    return sha256(f"{encoder} {others}".encode()).hexdigest()


def known_vectors(folder: Path, model: Path | str) -> dict[str, Vectors]:
    """Return the vectors of the index in `folder` by text, for a build with the same `model`; none where it differs."""
    try:
        manifest = read_manifest(folder)
        verify(folder, manifest)
        if manifest.model_digest != model_digest(model):
            return {}
        home = folder / manifest.folder
        spoken = _load(home / "rows.json")["spoken"]
        return dict(zip(spoken, np.load(home / "vectors.npy", allow_pickle=False), strict=True))
    except (IndexFault, OSError, KeyError, ValueError):
        return {}


def save(engine: Engine, folder: Path, corpus_digest: str, model: Path | str, drifted: float = 0.0) -> None:
    """Write `engine` beside `folder` and swap it in by one rename."""
    with written_whole(folder) as fresh:
        _save_words(engine, fresh)
        _save_arrays(engine, fresh)
        engine.sensor.neighbours.save(fresh / "vectors.faiss")
        manifest = Manifest(FORMAT, engine.version, corpus_digest, engine.model_name, model_digest(model),
                            len(engine.entries), len(engine.texts), {},
                            learned=engine.learned, drifted=drifted)  # fmt: skip
        write_manifest(fresh, manifest)


def load(folder: Path, model: Path | str | None = None, corpus_digest: str | None = None) -> Engine:
    """Read the engine in `folder`; raise IndexStale if the model or the corpus given is not what it was built from."""
    model = model or default_model()
    manifest = read_manifest(folder)
    if corpus_digest not in (None, manifest.corpus):
        raise IndexStale(folder, "资料在建索引之后改过")
    if manifest.model_digest != model_digest(model):
        raise IndexStale(folder, f"索引用的向量模型是 {manifest.model}，现在设置的是 {Path(model).name}")
    verify(folder, manifest)
    try:
        engine = _read(folder / manifest.folder, manifest, model)
        engine.search(engine.texts[0])  # files that do not go together show here, not to the first who asks
        if (len(engine.entries), len(engine.texts)) != (manifest.entries, manifest.rows):
            raise ValueError("条数和建索引时不一样")
        return engine
    except (LookupError, ValueError, TypeError, AttributeError, RuntimeError, EOFError, OSError) as error:
        raise IndexDamaged(folder, f"读不懂：{error}") from error


def _save_words(engine: Engine, folder: Path) -> None:
    engine.segmenter.save(folder)
    _write(folder / "entries.json", [_entry_data(entry) for entry in engine.entries.values()])
    _write(folder / "phrases.json", {
        "sentences": engine.phrases.sentences, "smalltalk": [asdict(talk) for talk in engine.phrases.smalltalk],
        "welcome": engine.phrases.welcome,
    })  # fmt: skip
    _write(folder / "rows.json", {
        "texts": list(engine.texts), "spoken": list(engine.spoken), "groups": engine.groups,
        "passages": engine.passages,
    })  # fmt: skip
    _write(folder / "sounds.json", engine.sensor.sounds.syllables)
    _write(folder / "calibration.json", asdict(engine.calibration))


def _save_arrays(engine: Engine, folder: Path) -> None:
    sensor = engine.sensor
    arrays: dict[str, NDArray[Any]] = {name: getattr(sensor, name) for name in _SENSED}
    arrays["vectors"] = engine.vectors.astype(np.float16)
    for name in ("keys", "idf", "bm25_idf", "linear_bias", "part_bias", *_WIDE):
        array = getattr(sensor.terms, name)
        arrays[name] = array.astype(np.float16) if name in _WIDE else array
    for name, array in (arrays | engine.ranker.arrays()).items():
        np.save(folder / f"{name.replace(' ', '-')}.npy", array, allow_pickle=False)


def _read(folder: Path, manifest: Manifest, model: Path | str) -> Engine:
    def array(name: str) -> NDArray[Any]:
        # Mapped, not read: several workers share the pages.
        return np.asarray(np.load(folder / f"{name.replace(' ', '-')}.npy", mmap_mode="r", allow_pickle=False))

    rows = _load(folder / "rows.json")
    terms = Terms(*(array(field.name) for field in fields(Terms)))
    sensed = {name: array(name) for name in _SENSED}
    sensor = Sensor(neighbours=Neighbours.load(folder / "vectors.faiss"), terms=terms,
                    sounds=Sounds(_load(folder / "sounds.json")), **sensed)  # fmt: skip
    weights = {name: array(name) for name in Ranker.NAMES}
    phrases = _load(folder / "phrases.json")
    return Engine(
        entries={data["id"]: _entry(data) for data in _load(folder / "entries.json")},
        phrases=Phrases(
            tuple((key, text) for key, text in phrases["sentences"]),
            tuple(SmallTalk(t["name"], tuple(t["questions"]), t["reply"]) for t in phrases["smalltalk"]),
            welcome=tuple(phrases["welcome"]),
        ),
        segmenter=Segmenter.load(folder),
        encoder=_encoder(model, manifest.model_digest),
        sensor=sensor,
        ranker=Ranker.of(weights),
        calibration=_calibration(_load(folder / "calibration.json")),
        groups=tuple(rows["groups"]),
        texts=rows["texts"],
        spoken=rows["spoken"],
        vectors=array("vectors"),
        passages=tuple((group, name) for group, name in rows["passages"]),
        version=manifest.version,
        learned=manifest.learned,
    )


# One index after another is asked with the same one.
@lru_cache(maxsize=1)
def _encoder(model: Path | str, _digest: str) -> Encoder:
    return open_encoder(model)


def _calibration(data: dict[str, Any]) -> Calibration:
    return Calibration(**data | {"curve": tuple(Point(**point) for point in data["curve"])})


def _entry_data(entry: Entry) -> dict[str, Any]:
    names = ("id", "category", "question", "body", "short_answer", "basis", "years", "status", "label", "english")
    return {name: getattr(entry, name) for name in names} | {"period": asdict(entry.period)}


def _entry(data: dict[str, Any]) -> Entry:
    return Entry(similar=(), **data | {"period": Period(**data["period"])})


def _write(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
