"""Tables of results, as text and as Markdown, and the machine they come from."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from measuring import Spread, spread

from rulesengine import __version__

LIBRARIES = ("transitions", "python-statemachine", "sismic", "msgspec", "PyYAML", "jsonschema", "holidays", "click")


class Row(NamedTuple):
    """One line of a table: what, how much (one value each round), and how much of the base that is (likewise)."""

    name: str
    unit: str
    values: Sequence[float]
    relative: Sequence[float] = ()


class Table(NamedTuple):
    """A table of results. `base` says what the last columns are relative to."""

    title: str
    rows: Sequence[Row]
    base: str = ""
    note: str = ""


def in_milliseconds(found: Mapping[str, Sequence[float]]) -> list[Row]:
    return [Row(name, "ms", [value / 1_000 for value in values]) for name, values in found.items()]


def cells(table: Table) -> list[list[str]]:
    """The table as text: a line of headings, then its rows."""
    head = ["", "median", "quartiles", ""]
    lines = [[*head, table.base, "quartiles"] if table.base else head]
    for row in table.rows:
        found = spread(row.values)
        line = [row.name, number(found.middle), edges(found), row.unit]
        if table.base:
            times = spread(row.relative) if row.relative else None
            line += [f"{number(times.middle)}×", edges(times)] if times else ["", ""]
        lines.append(line)
    return lines


def number(value: float) -> str:
    """Three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def edges(found: Spread) -> str:
    return f"{number(found.low)} – {number(found.high)}" if found.low != found.high else ""


def as_text(table: Table) -> str:
    lines = cells(table)
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    shown = [
        "  ".join(
            cell.ljust(width) if i in (0, 3) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join([table.title, *(f"  {line}" for line in shown)])


def as_markdown(table: Table) -> str:
    head, *lines = cells(table)
    rule = ["---" if i in (0, 3) else "---:" for i in range(len(head))]
    shown = [f"| {' | '.join(line)} |" for line in (head, rule, *lines)]
    return "\n".join([f"## {table.title}", "", *([table.note, ""] if table.note else []), *shown])


def machine() -> list[str]:
    """What the results were measured on."""
    load = " ".join(f"{value:.2f}" for value in os.getloadavg()) if hasattr(os, "getloadavg") else "not known"
    return [
        f"{processor()}, {os.cpu_count()} cores; load average at the start {load}",
        f"{platform.python_implementation()} {platform.python_version()} on {system()}",
        ", ".join(
            [f"rulesengine {__version__}", *(f"{name} {known}" for name in LIBRARIES if (known := installed(name)))]
        ),
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    ]


def processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def system() -> str:
    """The system and its version, without what a distribution adds to it."""
    return " ".join([platform.system(), platform.release().partition("-")[0], *platform.libc_ver()]).strip()


def installed(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
