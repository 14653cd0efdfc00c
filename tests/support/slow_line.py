"""Slow line: stands between a program and its server, and lets every answer take a while."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress

from tests.support.web import HOST


class SlowLine:
    """A connection to a server on which every word takes a while to arrive."""

    def __init__(self, port: int) -> None:
        """Listen on a port of its own, and carry what comes to this one."""
        self.seconds = 0.0
        self._to = port
        self._door = socket.create_server((HOST, 0))
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Take no new connections."""
        self._door.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._door.accept()
                there = socket.create_connection((HOST, self._to))
                for source, sink in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=(source, sink, sink is here), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, back: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                time.sleep(self.seconds if back else 0)
                sink.sendall(data)
        for end in (source, sink):
            end.close()
