"""Coverage by the lines of the files in which the rules stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from rulesengine.coverage import Coverage, Item, Key

#: the lines of a file, each with its items
Lines = Mapping[int, tuple[Item, ...]]


def by_file(coverages: Iterable[Coverage]) -> Mapping[str, Lines]:
    """Every file with a rule of these packs. What several packs inherit is covered where the scenarios of any do it."""
    files: dict[str, dict[int, dict[Key, Item]]] = {}
    for coverage in coverages:
        for item in coverage.items:
            line = files.setdefault(item.place.file, {}).setdefault(item.place.line, {})
            before = line.get(item.key)
            times = item.times + (before.times if before is not None else 0)
            line[item.key] = msgspec.structs.replace(item, times=times)
    return {
        file: {number: tuple(items.values()) for number, items in sorted(lines.items())}
        for file, lines in sorted(files.items())
    }


def hits(items: Iterable[Item]) -> int:
    """How many scenarios tried a line: as often as what was tried most often on it."""
    return max(item.times for item in items)


def tried(items: Iterable[Item]) -> int:
    """How many of the items were tried."""
    return sum(bool(item.times) for item in items)
