"""The site of deploy/nginx.conf in a real nginx on a loopback port, in front of services on other ports."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.system import program
from tests.support.web import HOST, free_port

SITE = Path(__file__).parents[2] / "deploy" / "nginx.conf"
# By whom a request was answered, for tests to see.
ANSWERED_BY = "X-Answered-By"
_KEPT = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@contextmanager
def site(folder: Path, behind: Sequence[int]) -> Iterator[int]:
    """Serve the site without certificates, in front of the services on these ports; lend its own port."""
    port = free_port()
    text = SITE.read_text(encoding="utf-8")
    text = re.sub(r" +ssl_certificate.*\n", "", text).replace("443 ssl", f"{HOST}:{port}")
    text = text.replace("/var/log/nginx", str(folder))
    servers = "".join(f"    server {HOST}:{one} max_fails=0;\n" for one in behind)
    text, count = re.subn(r"(?: +server 127\.0\.0\.1:\d+ max_fails=0;\n)+", servers, text)
    assert count == 1
    text = text.replace("location / {", f"location / {{ add_header {ANSWERED_BY} $upstream_addr always;")
    (folder / "site.conf").write_text(text, encoding="utf-8")
    kept = "".join(f"{name}_temp_path {folder}/{name};" for name in _KEPT)
    conf = folder / "nginx.conf"
    conf.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;"
        f"events {{}} http {{ {kept} include {folder}/site.conf; }}",
        encoding="utf-8",
    )
    with subprocess.Popen([program("nginx"), "-p", str(folder), "-c", str(conf)]) as nginx:
        try:
            yield port
        finally:
            nginx.terminate()
