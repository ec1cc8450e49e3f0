"""The benchmarks: `make bench`, or `python -m tests.benchmarks --help`."""

from __future__ import annotations

import argparse

import uvloop

from tests.benchmarks import completions, queues
from tests.benchmarks.servers import CLUSTER

ENGINES = ("sqlite", "postgresql", CLUSTER)


def say(line: str) -> None:
    """Prints at once."""
    print(line, flush=True)


def main() -> None:
    """Runs the parts that are asked for, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each, after one to warm up (default 5)")
    parser.add_argument("--engine", choices=ENGINES, help="one engine alone (default: all)")
    parser.add_argument("--at-once", default="1,16", help="how many cases at once, with commas (default 1,16)")
    parser.add_argument("--seed", type=int, default=1, help="of accounts and ids (default 1)")
    asked = parser.parse_args()
    at_once = [int(number) for number in asked.at_once.split(",")]
    for engine in [asked.engine] if asked.engine else ENGINES:
        uvloop.run(completions.measure(engine, at_once, asked.rounds, asked.seed, say))
    if asked.engine is None:
        queues.measure(tuple(engine for engine in ENGINES if engine != CLUSTER), say)


if __name__ == "__main__":
    main()
