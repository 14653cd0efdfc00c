"""Opening: the engine of the built index, checked against the corpus that lies beside it."""

from __future__ import annotations

import logging

from bot.settings import Settings
from corpus.entries import load_corpus
from corpus.errors import CorpusError
from index import disk
from index.engine import Engine

log = logging.getLogger(__name__)


def open_engine(settings: Settings) -> Engine:
    """Return the engine; raise IndexStale if the corpus has changed since it was built."""
    engine = disk.load(settings.index, settings.model, _present_digest())
    highest = engine.calibration.highest()
    if highest < settings.precision:
        log.warning(
            "按现在的资料，直接回答的正确率最高只量到 %.1f%%，达不到 FAQ_PRECISION 要求的 %.1f%%："
            "机器人会很少直接回答，多半只反问。请给问答添相似问题，或者把 FAQ_PRECISION 调低。",
            100 * highest, 100 * settings.precision,
        )  # fmt: skip
    return engine


def _present_digest() -> str | None:
    """Return the corpus's digest, or None while it can't be read: then the last good index goes on serving."""
    try:
        return load_corpus().digest
    except CorpusError as error:
        log.warning("资料有错，继续使用上一次建好的索引：%s", error)
        return None
