"""Health: public and short for load balancers, long for the administrator."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from legacy_flask import create_app
from legacy_flask.database import db
from legacy_flask.health import system
from shared.settings import Settings
from tests.support.browser import Browser


def program(folder: Path, name: str, text: str, code: int = 0) -> None:
    path = folder / name
    path.write_text(f"#!{sys.executable}\nprint({text!r}, end='')\nraise SystemExit({code})\n")
    path.chmod(0o700)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder where programs are found."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def test_everybody_may_ask_whether_it_is_well(stranger: Browser) -> None:
    answer = stranger.get("/api/health")

    assert (answer.status_code, answer.data) == (200, b'{"status":"ok","database":"ok"}\n')


def test_a_database_that_does_not_answer_is_said(settings: Settings) -> None:
    app = create_app(replace(settings, database_url="mysql://u:geheim@127.0.0.1:1/d"))
    answer = app.test_client().get("/api/health")
    db.dispose(app)

    assert answer.status_code == 503
    assert answer.data == b'{"status":"unavailable","database":"down"}\n'


def test_the_page_tells_the_administrator_more(viewer: Browser, admin: Browser) -> None:
    assert "An administrator sees more" in viewer.get("/health").text
    assert "Busiest processes" in admin.get("/health").text


def test_the_machine_is_the_administrators_business(editor: Browser, admin: Browser) -> None:
    assert editor.get("/api/health/system").status_code == 403
    report = admin.get("/api/health/system").json
    assert report is not None
    assert list(report) == ["uptime", "memory", "disks", "processes"]


def test_the_machine_itself_is_understood() -> None:
    memory = system.memory()

    assert memory is not None
    assert 0 < memory["used_bytes"] < memory["total_bytes"]
    assert len(system.processes() or []) <= 8


def test_df_is_read(path: Path) -> None:
    program(
        path,
        "df",
        "Filesystem 1024-blocks Used Available Capacity Mounted on\n"
        "/dev/sda1 1000 250 750 25% /\n"
        "none 0 0 0 - /proc\n"
        "/dev/sdb1 - - - - /mnt/gone\n"
        "//nas/music 2000 1000 1000 50% /mnt/my music\n",
    )

    assert system.disks() == [
        {
            "filesystem": "/dev/sda1",
            "mount": "/",
            "size_bytes": 1024000,
            "used_bytes": 256000,
            "used_percent": 25,
        },
        {
            "filesystem": "//nas/music",
            "mount": "/mnt/my music",
            "size_bytes": 2048000,
            "used_bytes": 1024000,
            "used_percent": 50,
        },
    ]


def test_free_is_read(path: Path) -> None:
    program(
        path,
        "free",
        "       total used free shared buff/cache available\n"
        "Mem:    1000  300  100      0        600       600\nSwap: 0 0 0\n",
    )

    assert system.memory() == {
        "total_bytes": 1000,
        "used_bytes": 400,
        "available_bytes": 600,
        "used_percent": 40,
    }


def test_ps_and_uptime_are_read(path: Path) -> None:
    program(path, "ps", "   12 99.5  1.0 tmux: server\n" + "    1  0.0  0.1 init\n" * 20)
    program(path, "uptime", " 10:00 up 3 days\n")

    processes = system.processes()
    assert processes is not None
    assert len(processes) == 8
    assert processes[0] == {
        "pid": 12,
        "name": "tmux: server",
        "cpu_percent": 99.5,
        "memory_percent": 1.0,
    }
    assert system.uptime() == "10:00 up 3 days"


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="Linux only")
def test_a_missing_free_is_replaced_by_proc(path: Path) -> None:
    assert system.memory() is not None


def test_missing_programs_leave_gaps(path: Path, admin: Browser) -> None:
    report = admin.get("/api/health/system").json

    assert report is not None
    assert (report["uptime"], report["disks"], report["processes"]) == (None, None, None)
    assert "The machine does not tell." in admin.get("/health").text


def test_a_failing_program_leaves_a_gap(path: Path) -> None:
    program(path, "uptime", "half an answ", code=1)

    assert system.uptime() is None


def test_a_program_that_hangs_leaves_a_gap(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A pipe that nobody writes to: reading it waits for ever, without a clock.
    fifo = path / "pipe"
    os.mkfifo(fifo)
    (path / "uptime").write_text(f"#!{sys.executable}\nopen({str(fifo)!r}).read()\n")
    (path / "uptime").chmod(0o700)
    monkeypatch.setattr(system, "TIMEOUT", 0.1)

    assert system.uptime() is None
