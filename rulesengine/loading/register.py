"""The registers of sources a pack cites: one entry for each statement of the marketplace's documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from rulesengine.diagnostics import Diagnostic, did_you_mean, finding
from rulesengine.document import Node, read_file
from rulesengine.loading.merge import locate
from rulesengine.loading.naming import child, entries
from rulesengine.loading.shape import check_shape


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """What a pack may cite."""

    #: ids of all statements in the registers along the chain of packs; None where no register is named or one of them
    #: cannot be read: then nothing can be checked against it
    ids: frozenset[str] | None
    #: the registers' files, the pack's own first
    files: tuple[str, ...]
    #: the statements of the pack's own register
    own: Node | None


def read_register(chain: list[tuple[Path, Node]], report: list[Diagnostic]) -> Sources:
    """Read the registers along a chain of packs."""
    ids: set[str] = set()
    own: Node | None = None
    files: list[str] = []
    sound = True
    for path, document in chain:
        named = child(document, "register")
        if named is None or not isinstance(named.value, str):
            continue
        file = locate(named.value, path.parent)
        if not file.is_file():
            known = [p.relative_to(path.parent).as_posix() for p in sorted(path.parent.glob("sources/*.yaml"))]
            help = did_you_mean(named.value, known) or "Write the path of the register, seen from this file."
            report.append(finding("RE307", named.span, f"There is no register '{named.value}'.", help))
            sound = False
            continue
        files.append(str(file))
        node, found = read_file(file)
        report.extend(found)
        shape = check_shape(node, "register") if node is not None else []
        report.extend(shape)
        if node is None or any(d.severity == "error" for d in (*found, *shape)):
            sound = False
            continue
        statements = child(node, "statements")
        if statements is not None and isinstance(statements.value, dict):
            ids.update(statements.value)
            if document is chain[0][1]:
                own = statements
    return Sources(ids=frozenset(ids) if files and sound else None, files=tuple(files), own=own)


def check_statements(document: Node, statements: Node) -> list[Diagnostic]:
    """RE701 and RE702: every statement is carried by something in the pack, or says why it is no rule; never both."""
    cited = {str(node.value) for node in _cited(document)}
    found = []
    for name, statement in entries(statements):
        explained = child(statement, "not_a_rule") is not None
        if name in cited and explained:
            message = f"'{name}' is called no rule, but a rule of the pack cites it."
            help = "Take 'not_a_rule' away, or the source from the rule."
            found.append(finding("RE702", statements.keys[name], message, help))
        elif name not in cited and not explained:
            message = f"No rule of the pack cites '{name}', and nothing says why."
            help = "Write a rule that carries it, or 'not_a_rule:' with the reason why none can."
            found.append(finding("RE701", statements.keys[name], message, help))
    return found


def _cited(node: Node, key: str = "") -> Iterator[Node]:
    """Every id under a `source` of the document."""
    if isinstance(node.value, dict):
        for name, inner in node.value.items():
            yield from _cited(inner, name)
    elif isinstance(node.value, list):
        for inner in node.value:
            yield from _cited(inner, key)
    elif key == "source":
        yield node
