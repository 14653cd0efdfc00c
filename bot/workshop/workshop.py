"""Workshop: the one door to draft, parcels, proof, versions and history, which belong together."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from bot.settings import Settings
from bot.workshop.draft import Draft
from bot.workshop.errors import NotNow
from bot.workshop.history import History
from bot.workshop.parcel import Parcels
from bot.workshop.proof import Proof
from bot.workshop.rota import Rota
from bot.workshop.versions import Version, Versions
from corpus.entries import corpus_path
from index.errors import IndexFault


class Workshop:
    """Everything in one work folder."""

    def __init__(self, settings: Settings) -> None:
        """Open the folder that the settings name; `begin` fills an empty one."""
        assert settings.work is not None
        self.settings = settings
        self.work: Path = settings.work
        self.history = History(self.work)
        self.rota = Rota(settings)
        self.draft = Draft(self.work, self.history, self.rota)
        self.parcels = Parcels(self.work, self.draft, self.rota)
        self.versions = Versions(self.work)
        self.proof = Proof(settings)

    def begin(self, who: str) -> None:
        """Make what is installed the first version, and start a draft of the version in use, where there is none."""
        self._follow()
        if self.draft.begun and self.versions.live is not None:
            return
        with self.rota.turn():
            if self.versions.live is None:
                try:
                    self.versions.found(corpus_path(), self.settings.index, who)
                except IndexFault as error:
                    raise NotNow(str(error)) from None
                self.history.add(who, "开始管理，随程序安装的资料是第 1 版")
            if not self.draft.begun:
                self.draft.begin(self.live_corpus)

    def close(self) -> None:
        """Let go of connections."""
        self.rota.close()

    @property
    def live_corpus(self) -> Path:
        """The corpus of the version in use."""
        return self.versions.corpus(self.versions.live or 1)

    def start_proof(self, who: str, thorough: bool = False) -> None:
        """Begin to prove the draft."""
        with self.rota.turn():
            if not self.draft.changes(self.live_corpus):
                raise NotNow("草稿和正在使用的一样，没有要发布的。")
            self.proof.start(self.draft.corpus, who, thorough)
            self.history.add(who, "检验草稿")

    def publish(self, who: str, note: str) -> Version:
        """Let what was proved take the place of the version in use."""
        with self.rota.turn():
            report = self.proof.report
            if self.proof.running or report is None:
                raise NotNow("还没有检验完。请先检验，看过结果再发布。")
            if not report.publishable:
                raise NotNow(f"还有 {len(report.errors)} 处错误，不能发布。请改好以后再检验。")
            if report.base != self.versions.live:
                raise NotNow("检验以后，正在使用的已经换成另一版。请再检验一次。")
            if not self.proof.is_of(self.draft.corpus):
                raise NotNow("检验以后，草稿又改过。请再检验一次，免得发布没有检验过的内容。")
            version = self.versions.publish(self.proof.folder, who, note, report.drifted)
            self.history.add(who, f"发布了第 {version.number} 版", difference=note)
            return version

    def go_back(self, number: int, who: str) -> bool:
        """Let an older version be in use again; tell whether the draft went back with it."""
        with self.rota.turn():
            # Otherwise the next publish would bring back what was just taken back.
            untouched = not self.draft.changes(self.live_corpus)
            version = self.versions.go_back(number)
            if untouched:
                self.draft.begin(self.live_corpus)
            self.history.add(who, f"退回到第 {version.number} 版")
            return untouched

    def drop_draft(self, who: str) -> None:
        """Start the draft anew from the version in use."""
        with self.rota.turn():
            changes = self.draft.changes(self.live_corpus)
            for change in changes:
                self.history.add(who, "放弃了草稿里的改动", change.name, change.difference)
            self.draft.begin(self.live_corpus)

    def _follow(self) -> None:
        """Show what is newest; where the other machines cannot be asked, what is here can still be read."""
        with suppress(NotNow):
            self.rota.follow()
