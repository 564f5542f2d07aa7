"""nginx in front of a dashboard, by the configuration of docs/hosting, with other names and ports."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from contract.names import ROOT
from local.processes import HOST, ProcessId, free_port, wait_for

CONFIGURATION = ROOT / "docs" / "hosting" / "nginx.conf"
NAME = "dashboard.localhost"
"""Browsers look for names under `localhost` on their own machine."""
_AROUND = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {log}.error.log;
events {{}}
http {{
    access_log {log}.access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    # Instead of 60 seconds: what holds unless the configuration says otherwise.
    proxy_read_timeout 1s;
    server {{
        listen {host}:{probe};
        return 204;
    }}
    include {folder}/site.conf;
}}
"""


@dataclass(frozen=True)
class Nginx:
    """Where it listens."""

    http: int
    https: int

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.https}"


def find_nginx() -> str | None:
    """The program, which not everyone has on the path of commands; None where openssl is missing, too."""
    if not shutil.which("openssl"):
        return None
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def in_front_of(port: int, folder: Path, log: Path) -> Iterator[Nginx]:
    """Runs nginx before the dashboard at this port. `log` begins the names of its logs."""
    program = find_nginx()
    assert program
    nginx, probe = Nginx(free_port(), free_port()), free_port()
    _write_certificate(folder)
    (folder / "site.conf").write_text(_adapt(CONFIGURATION.read_text(), nginx, port, folder))
    main = folder / "nginx.conf"
    main.write_text(_AROUND.format(folder=folder, log=log, host=HOST, probe=probe))
    with (folder / "output.log").open("ab") as output:
        # Debian's own service stays what it is: this is a process of ours, on ports of ours.
        child = subprocess.Popen([program, "-p", folder, "-c", main], stdout=output, stderr=output)
    try:
        process = ProcessId(child.pid, psutil.Process(child.pid).create_time())
        wait_for(f"http://{HOST}:{probe}/", process, folder / "output.log")
        yield nginx
    finally:
        child.terminate()
        child.wait()


def _adapt(text: str, nginx: Nginx, port: int, folder: Path) -> str:
    for pattern, replacement, times in (
        (r"\n *listen \[::\]:[^\n]*", "", 2),
        (r"listen 80;", f"listen {HOST}:{nginx.http};", 1),
        (r"listen 443 ssl http2;", f"listen {HOST}:{nginx.https} ssl http2;", 1),
        (r"(?<=server_name )dashboard\.example\.com", NAME, 2),
        (r"/etc/ssl/file-sla", str(folder), 2),
        (r"127\.0\.0\.1:8501", f"{HOST}:{port}", 1),
    ):
        text, done = re.subn(pattern, replacement, text)
        assert done == times, f"{pattern} is {done} times in {CONFIGURATION}"
    return text


def _write_certificate(folder: Path) -> None:
    key, certificate = folder / "privkey.pem", folder / "fullchain.pem"
    key.touch(mode=0o600)
    made = ["-nodes", "-days", "2", "-subj", f"/CN={NAME}", "-keyout", str(key), "-out", str(certificate)]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    subprocess.run(["openssl", "req", "-x509", *curve, *made], check=True, capture_output=True)  # noqa: S607
