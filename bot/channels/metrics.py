"""Metrics: what Prometheus reads of one server."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest

from bot.reply import Kind

_WAITS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0)
_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
# A sum that was worked out, or a greeting, says nothing of how well the corpus is understood.
_MATCHED = ("answer", "clarify", "abstain")
_BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


class Metrics:
    """The numbers of one app, in a registry of its own."""

    def __init__(
        self,
        dropped: Callable[[], int],
        noted: Callable[[], int],
        asked: Callable[[], int],
        ready: Callable[[], bool],
        store_failures: Callable[[], int],
        store_refused: Callable[[], int],
    ) -> None:
        """Make the counters; those given are asked whenever somebody reads."""
        self.registry = CollectorRegistry()
        replies = Counter("faq_replies", "答复数，按种类", ["kind"], registry=self.registry)
        # Looking a label up takes longer than counting, so each kind has its counter at hand.
        self._replies = {kind: replies.labels(kind) for kind in get_args(Kind)}
        self._abstains = Counter("faq_abstains", "没有给出答案的次数", registry=self.registry)
        self._errors = Counter("faq_errors", "被拒绝的请求数，按错误代码", ["code"], registry=self.registry)
        self._seconds = Histogram("faq_reply_seconds", "一次答复所用秒数", buckets=_BUCKETS, registry=self.registry)
        self._confidence = Histogram(
            "faq_confidence", "直接回答、反问和没答上的把握", buckets=_SHARES, registry=self.registry
        )
        self._index = Info("faq_index", "现在用的索引", registry=self.registry)
        Gauge("faq_asked_waiting", "正在答和等着答的问题数", registry=self.registry).set_function(asked)
        Gauge("faq_records_waiting", "等着写的问答记录数", registry=self.registry).set_function(noted)
        Gauge("faq_records_dropped", "丢弃的问答记录数", registry=self.registry).set_function(dropped)
        failures = Gauge("faq_store_failures", "存储用不了的次数，这时只记在内存里", registry=self.registry)
        failures.set_function(store_failures)
        refused = Gauge("faq_store_refused", "存储满了、没有记下的条数，已经记下的不受影响", registry=self.registry)
        refused.set_function(store_refused)
        Gauge("faq_ready", "索引是否已装入", registry=self.registry).set_function(ready)

    def show_index(self, version: str, entries: int) -> None:
        """Say which index answers from now on."""
        self._index.info({"version": version, "entries": str(entries)})

    def count_reply(self, kind: Kind, confidence: float, seconds: float) -> None:
        """Count one reply."""
        self._replies[kind].inc()
        if kind in _MATCHED:
            self._confidence.observe(confidence)
        if kind == "abstain":
            self._abstains.inc()
        self._seconds.observe(seconds)

    def count_error(self, code: str) -> None:
        """Count one refused request."""
        self._errors.labels(code).inc()

    def text(self) -> bytes:
        """Return all numbers in the Prometheus text format."""
        return generate_latest(self.registry)


class WechatMetrics:
    """The numbers of the official account, beside those of its app."""

    def __init__(self, metrics: Metrics) -> None:
        """Make the counters."""
        registry = metrics.registry
        self._requests = Counter("faq_wechat_requests", "公众号推送数，按类型", ["type"], registry=registry)
        self.rejects = Counter("faq_wechat_rejects", "公众号回调拒绝的请求数，按原因", ["code"], registry=registry)
        self.seconds = Histogram("faq_wechat_seconds", "公众号答一句用的秒数", buckets=_WAITS, registry=registry)
        self.retries = Counter("faq_wechat_retries", "微信重发的消息数，多了说明答得慢", registry=registry)
        self.overruns = Counter("faq_wechat_overruns", "来不及答、请用户稍后查看的次数", registry=registry)

    def count_request(self, label: str) -> None:
        """Count one genuine request."""
        self._requests.labels(label).inc()
