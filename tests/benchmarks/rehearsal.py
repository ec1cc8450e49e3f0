"""`headgate rehearse` over many cases on one core: seconds, cases and steps per second.

Run: python -m tests.benchmarks.rehearsal [--cases 100000] [--days 120] [--seed 1]"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import page

BEGIN = "2026-03-02"


def measure(cases: int, days: int, seed: int) -> str:
    """The figures as a sentence; they are for the whole command, reading the file and compiling included."""
    with TemporaryDirectory(prefix="headgate-bench-") as folder:
        data = Path(folder) / "complaints.csv"
        write_complaints(data, cases, seed)
        command = [sys.executable, "-m", "headgate", "rehearse", "high-consumption", "--data", str(data), "--json"]
        began = time.perf_counter()
        done = subprocess.run(
            [*command, "--days", str(days), "--begin", BEGIN, "--seed", str(seed)], check=True, capture_output=True
        )
        seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime
    tally = json.loads(done.stdout)[0]
    assert tally["cases"] == cases
    assert tally["not_opened"] == []
    return (
        f"`headgate rehearse high-consumption`, {cases:,} cases over {days} days, seed {seed}: {seconds:.0f} s "
        f"({cpu:.0f} s of CPU on one core) for {tally['steps']:,} steps, "
        f"{cases / cpu:,.0f} cases and {tally['steps'] / cpu:,.0f} steps per second of CPU."
    )


def write_complaints(file: Path, cases: int, seed: int) -> None:
    """Opening data: a bill of the winter, higher than the ones before."""
    chance = random.Random(seed)
    with file.open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(
            [
                *("account.id", "account.class", "account.since", "received"),
                *(f"bill.{name}" for name in ("id", "account", "period_start", "period_end", "days")),
                *(f"bill.{name}" for name in ("read", "use", "amount", "mailed", "due")),
            ]
        )
        for number in range(cases):
            account, use = f"10-{number:06}", chance.randint(20, 90)
            writer.writerow(
                [
                    *(account, "residential", "2015-06-01", BEGIN),
                    *(f"b-{number}", account, "2025-12-24", "2026-02-22", 61),
                    *("1946.000", use, f"{38 + 3.9 * use:.2f}", "2026-02-25", "2026-03-20"),
                ]
            )


def main() -> None:
    """Measures, prints and writes the figure into the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.rehearsal", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    machine = page.machine()
    figures = measure(asked.cases, asked.days, asked.seed)
    print(figures)
    page.write("rehearsal", f"{machine}. {figures}")


if __name__ == "__main__":
    main()
