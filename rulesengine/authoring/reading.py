"""The names in a pack that may be broken or half written: whatever can be read of it, and of what it extends.

Nothing is judged here; `rulesengine.loading` does that. A file that is no YAML at the moment, because somebody is in
the middle of a line, is read without the lines that make it so.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from rulesengine.diagnostics import Diagnostic
from rulesengine.document import Node, read, read_file
from rulesengine.loading.merge import LONGEST_CHAIN, joined, locate, scalar

#: lines that may be taken away before a text is given up
MOST_LINES = 40


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What can be read of a pack at the moment."""

    #: the pack's own document
    own: Node
    #: with all that it extends laid below it
    merged: Node
    #: the registers of the chain that could be read, the pack's own first
    registers: tuple[Node, ...]
    #: whether all registers that are named could be read: only then are all ids known
    complete: bool
    #: the files that were looked for, whether or not they could be read
    files: tuple[Path, ...]
    #: why something could not be read, one sentence each
    unread: tuple[str, ...]


def read_draft(path: Path) -> Draft | None:
    """What can be read of the pack; None where there is no such file, or nothing in it is a pack."""
    documents: list[tuple[Path, Node]] = []
    files: list[Path] = []
    unread: list[str] = []
    while len(documents) < LONGEST_CHAIN:
        files.append(path)
        node = _map(path, unread)
        if node is None:
            break
        documents.append((path, node))
        base = scalar(node, "extends")
        if base is None:
            break
        path = locate(str(base.value), path.parent)
        if path in files:
            break
    if not documents:
        return None
    registers: list[Node] = []
    complete = len(documents) == len(files)
    for file, node in documents:
        named = scalar(node, "register")
        if named is None:
            continue
        files.append(locate(str(named.value), file.parent))
        register = _map(files[-1], unread)
        complete = complete and register is not None
        if register is not None:
            registers.append(register)
    return Draft(
        own=documents[0][1],
        merged=joined([node for _, node in documents]),
        registers=tuple(registers),
        complete=complete,
        files=tuple(files),
        unread=tuple(unread),
    )


def _map(path: Path, unread: list[str]) -> Node | None:
    node, found = read_file(path)
    if node is None and path.is_file():
        node = _without_faults(path, found)
        unread.append(f"{path}:{found[0].span.line} is left out: {found[0].message}")
    elif node is None:
        unread.append(found[0].message)
    return node if node is not None and isinstance(node.value, dict) else None


def _without_faults(path: Path, found: list[Diagnostic]) -> Node | None:
    """The document without the lines that keep it from being read; None where it stays unreadable."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return None
    for _ in range(MOST_LINES):
        fault = found[0].span.line
        # the fault of a line that is not finished is often noticed in the next one only
        nearest = [at for at in range(min(fault, len(lines)) - 1, -1, -1) if lines[at].strip()][:2]
        if not nearest:
            return None
        tries = [[line if at != gone else "" for at, line in enumerate(lines)] for gone in nearest]
        results = [read("\n".join(tried), str(path)) for tried in tries]
        best = max(range(len(tries)), key=lambda at: _reach(results[at]))
        lines, (node, found) = tries[best], results[best]
        if node is not None:
            return node
        if not found:
            return None
    return None


def _reach(result: tuple[Node | None, list[Diagnostic]]) -> float:
    """How far into a text its reader comes."""
    node, found = result
    return float("inf") if node is not None else found[0].span.line if found else 0


def entries(node: Node | None, key: str = "") -> list[tuple[str, Node]]:
    """The entries of a map (of the map at `key`), those with nothing behind them yet included."""
    found = child(node, key) if key else node
    return list(found.value.items()) if found is not None and isinstance(found.value, dict) else []


def child(node: Node | None, *keys: str) -> Node | None:
    """What stands at the end of a path of keys; None where the path ends before."""
    for key in keys:
        node = node.value.get(key) if node is not None and isinstance(node.value, dict) else None
    return node


def text(node: Node | None, key: str) -> str:
    """The text at a key on one line; "" where there is none."""
    found = child(node, key)
    return " ".join(found.value.split()) if found is not None and isinstance(found.value, str) else ""


def words(node: Node | None, key: str, keep: Callable[[str], bool] = bool) -> list[str]:
    """The words at a key that takes one word or a list of them."""
    found = child(node, key)
    listed = found.value if found is not None and isinstance(found.value, list) else [found] if found else []
    return [one.value for one in listed if isinstance(one.value, str) and keep(one.value)]
