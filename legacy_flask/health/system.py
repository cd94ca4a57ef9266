"""The machine, asked by its own commands; a missing or broken one leaves a gap, no error."""

import logging
import subprocess

logger = logging.getLogger(__name__)

TIMEOUT = 5
PROCESSES = 8


def run(*command: str) -> str | None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=TIMEOUT, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        logger.warning("%s failed: %s", command[0], error)
        return None
    return done.stdout


def disks() -> list[dict[str, object]] | None:
    output = run("df", "-P", "-k")
    if output is None:
        return None
    found: list[dict[str, object]] = []
    for line in output.splitlines()[1:]:
        parts = line.split(None, 5)
        if len(parts) != 6 or not (parts[1].isdigit() and parts[2].isdigit()):  # noqa: PLR2004 - df -P has six columns
            continue
        size, used = int(parts[1]) * 1024, int(parts[2]) * 1024
        if size:
            found.append(
                {
                    "filesystem": parts[0],
                    "mount": parts[5],
                    "size_bytes": size,
                    "used_bytes": used,
                    "used_percent": round(used * 100 / size),
                }
            )
    return found


def memory() -> dict[str, int] | None:
    output = run("free", "-b")
    if output is not None:
        for line in output.splitlines():
            name, *numbers = line.split()
            if name == "Mem:" and len(numbers) >= 6:  # noqa: PLR2004 - total used free shared cache available
                return memory_json(int(numbers[0]), int(numbers[5]))
    try:
        with open("/proc/meminfo") as file:  # noqa: PTH123 - as it was written
            table = dict(line.split(":", 1) for line in file)
        kib = {name: int(text.split()[0]) for name, text in table.items()}
        return memory_json(kib["MemTotal"] * 1024, kib["MemAvailable"] * 1024)
    except (OSError, ValueError, KeyError):
        return None


def memory_json(total: int, available: int) -> dict[str, int]:
    used = total - available
    return {
        "total_bytes": total,
        "used_bytes": used,
        "available_bytes": available,
        "used_percent": round(used * 100 / total) if total else 0,
    }


def uptime() -> str | None:
    output = run("uptime")
    return None if output is None else output.strip()


def processes() -> list[dict[str, object]] | None:
    output = run("ps", "-eo", "pid=,pcpu=,pmem=,comm=", "--sort=-pcpu")
    if output is None:
        return None
    found: list[dict[str, object]] = []
    for line in output.splitlines()[:PROCESSES]:
        pid, cpu, mem, name = line.split(None, 3)
        found.append(
            {
                "pid": int(pid),
                "name": name.strip(),
                "cpu_percent": float(cpu),
                "memory_percent": float(mem),
            }
        )
    return found


def system_report() -> dict[str, object]:
    return {
        "uptime": uptime(),
        "memory": memory(),
        "disks": disks(),
        "processes": processes(),
    }
