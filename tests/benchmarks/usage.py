"""What processes and databases have used so far: CPU from /proc, bytes from the databases themselves."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from sqlalchemy import URL, create_engine
from sqlalchemy import text as sql

TICKS = os.sysconf("SC_CLK_TCK")

TRIES = 100


def cpu_ms(pid: int) -> float:
    """CPU time of a process, its living children and those that have ended, in milliseconds. Needs Linux."""
    parents: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
        except OSError:  # it has ended meanwhile
            continue
        fields = stat.rpartition(")")[2].split()
        number = int(entry.name)
        parents.setdefault(int(fields[1]), []).append(number)
        ticks[number] = sum(int(field) for field in fields[11:15])
    pids, total = [pid], 0
    while pids:
        current = pids.pop()
        total += ticks.get(current, 0)
        pids.extend(parents.get(current, ()))
    return 1000 * total / TICKS


def memory_bytes(pid: int) -> int:
    """Resident memory of a process alone. Needs Linux."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:"))


def own_cpu_ms() -> float:
    """CPU time of this process, in milliseconds."""
    used = os.times()
    return 1000 * (used.user + used.system)


def bytes_of(url: URL) -> int:
    """Bytes of a database that hold something."""
    if url.get_backend_name() == "sqlite":
        return bytes_of_file(Path(str(url.database)))
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        size = int(connection.execute(sql("SELECT pg_database_size(current_database())")).scalar_one())
    engine.dispose()
    return size


def bytes_of_file(file: Path) -> int:
    """Bytes of a SQLite file that hold something; pages that were freed do not count."""
    for _ in range(TRIES):
        try:
            return _bytes_of_file(file)
        except sqlite3.OperationalError:  # the server holds the file for a moment, which no timeout waits for
            time.sleep(0.1)
    return _bytes_of_file(file)


def _bytes_of_file(file: Path) -> int:
    connection = sqlite3.connect(file, timeout=30)
    try:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    finally:
        connection.close()
    return int((pages - free) * size)
