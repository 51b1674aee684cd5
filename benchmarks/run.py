"""Measure this engine: beside its peers, as packs and cases grow, and whatever else it does. See README.md."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import cases
import comparing
import costs
import growing
import plot
import report
from order import Peer
from report import Table

from rulesengine import Engine, load_pack

PARTS = ("peers", "growth", "costs")
HERE = Path(__file__).resolve().parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a look in under 20 seconds")
    parser.add_argument("--check", action="store_true", help="only check that all engines do the same, and stop")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part, or several by repeating it")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write RESULTS.md and results.svg there")
    options = parser.parse_args()
    peers, missing = comparing.find_peers()
    for library in missing:
        print(f"Left out, not installed: {library}")
    try:
        events = comparing.check(peers)
        cases.sale(Engine(load_pack("rakuten")))
    except (comparing.DisagreementError, cases.RefusedError) as fault:
        print(fault, file=sys.stderr)
        return 1
    agreed = f"The same states and times after each of {events} events: {'; '.join(peer.name for peer in peers)}."
    print(agreed)
    if options.check:
        return 0
    about = report.machine()
    print(*about, sep="\n")
    begin = time.monotonic()
    parts = options.only or PARTS
    events_table, others, growth = None, [], []
    if "peers" in parts:
        events_table, *others = told(
            comparing.compare(peers, count=4 if options.quick else 60, copies=2 if options.quick else 10)
        )
    if "growth" in parts:
        growth = told(growing.grow(count=4 if options.quick else 60))
    rest = told(costs.everything(quick=options.quick)) if "costs" in parts else []
    print(f"\nMeasured in {time.monotonic() - begin:.0f} seconds.")
    if options.out:
        tables = [*([events_table] if events_table else []), *others, *growth, *rest]
        write(options.out, [agreed, *missing_line(missing)], about, peers, tables)
        (options.out / "results.svg").write_text(plot.picture(events_table, growth))
        print(f"Written to {options.out}")
    return 0


def told(tables: list[Table]) -> list[Table]:
    for table in tables:
        print(f"\n{report.as_text(table)}")
    return tables


def missing_line(missing: Sequence[str]) -> list[str]:
    return [f"Left out, not installed: {', '.join(missing)}."] if missing else []


def write(
    folder: Path, checked: Sequence[str], about: Sequence[str], peers: Sequence[Peer], tables: list[Table]
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    setups = [f"- **{peer.name}**: {peer.how}" for peer in peers]
    head = [
        "# Results of one run",
        "",
        "Written by `make bench`; [how it measures](README.md). CPU time, medians and quartiles of many rounds. Within "
        "each round all candidates take turns; ratios are those of each round.",
        "",
        *(f"- {line}" for line in about),
        "",
        *checked,
        "",
        *setups,
        "",
        "![The results as a picture](results.svg)",
        "",
    ]
    text = "\n".join(head) + "\n" + "\n\n".join(report.as_markdown(table) for table in tables) + "\n"
    (folder / "RESULTS.md").write_text(text)


if __name__ == "__main__":
    sys.exit(main())
