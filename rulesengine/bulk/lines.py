"""Files of cases: one on each line, as `Engine.write` gives it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec

from rulesengine.case import Case
from rulesengine.engine import CaseError, Engine
from rulesengine.engine.codec import LONGEST


class BadLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that is no case of the pack: its number, from 1, and why."""

    number: int
    message: str


def read_cases(engine: Engine, lines: Iterable[str | bytes]) -> Iterator[tuple[int, Case] | BadLine]:
    """Each line's number and case, or why it is none; empty lines are skipped. One line is held at a time."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield number, engine.read(line.strip())
        except CaseError as fault:
            yield BadLine(number=number, message=str(fault))


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; of one that is longer than any case only the beginning, which no engine takes for a case."""
    while line := file.readline(LONGEST + 2):
        rest = line
        while len(rest) == LONGEST + 2 and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST + 2)
        yield line
