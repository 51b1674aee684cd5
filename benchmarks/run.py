"""Measure this engine: beside its peers, as packs and cases grow, and whatever else it does. See README.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import comparing
import growing
import report
from order import Peer
from report import Table

PARTS = ("peers", "growth")


def tables(parts: Sequence[str], peers: Sequence[Peer], *, quick: bool) -> list[Table]:
    found: list[Table] = []
    if "peers" in parts:
        found += comparing.compare(peers, count=5 if quick else 40, copies=3 if quick else 10)
    if "growth" in parts:
        found += growing.grow(count=5 if quick else 40)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a look in under 20 seconds")
    parser.add_argument("--check", action="store_true", help="only check that all engines do the same")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part, or several by repeating it")
    options = parser.parse_args()
    peers, missing = comparing.find_peers()
    for library in missing:
        print(f"Left out, not installed: {library}")
    try:
        events = comparing.check(peers)
    except comparing.DisagreementError as fault:
        print(fault, file=sys.stderr)
        return 1
    print(f"The same states and times after each of {events} events: {'; '.join(peer.name for peer in peers)}")
    if options.check:
        return 0
    for line in report.machine():
        print(line)
    for table in tables(options.only or PARTS, peers, quick=options.quick):
        print(f"\n{report.as_text(table)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
