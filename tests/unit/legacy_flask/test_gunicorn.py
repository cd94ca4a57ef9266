"""The monolith runs alone under gunicorn, as its operators run it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from shared.settings import Settings
from tests.support.databases import SeededDatabase


def test_it_serves_under_gunicorn(
    database: SeededDatabase, tmp_path: Path, settings: Settings
) -> None:
    socket = tmp_path / "g.sock"
    ready, announce = os.pipe()
    config = tmp_path / "gunicorn.conf.py"
    config.write_text(f"import os\ndef post_worker_init(worker):\n    os.write({announce}, b'x')\n")
    command = [sys.executable, "-m", "gunicorn", "legacy_flask:create_app()"]
    command += ["--bind", f"unix:{socket}", "--config", str(config), "--threads", "2"]
    environment = {
        **os.environ,
        "DATABASE_URL": database.url,
        "SECRET_KEY": settings.secret_key(),
        "STRANGLER_HOME": str(tmp_path),
    }
    with subprocess.Popen(
        command, env=environment, pass_fds=[announce], stderr=subprocess.PIPE
    ) as server:
        os.close(announce)
        try:
            # Blocks until the worker says so, or until the server is gone.
            assert os.read(ready, 1) == b"x"
            transport = httpx.HTTPTransport(uds=str(socket))
            with httpx.Client(transport=transport, base_url="http://encore.test") as client:
                assert client.get("/api/health").json() == {"status": "ok", "database": "ok"}
                found = re.search(r'csrf-token" content="([^"]+)"', client.get("/login").text)
                assert found
                form = {
                    "username": "editor",
                    "password": "encore-demo",
                    "csrf_token": found[1],
                }
                assert client.post("/login", data=form).status_code == 302
                assert client.get("/api/media").json()["total"] == 69
        finally:
            os.close(ready)
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=30)
    assert server.returncode == 0
