"""The registers of sources a pack cites: one entry for each statement of the marketplace's documents."""

from __future__ import annotations

from pathlib import Path

from rulesengine.diagnostics import Diagnostic, did_you_mean, finding
from rulesengine.document import Node, read_file
from rulesengine.loading.merge import locate
from rulesengine.loading.naming import child
from rulesengine.loading.shape import check_shape


def read_register(
    chain: list[tuple[Path, Node]], report: list[Diagnostic]
) -> tuple[frozenset[str] | None, tuple[str, ...]]:
    """Ids of all statements in the registers along a chain of packs, and the registers' files.

    None for the ids where no register is named or one of them cannot be read: then nothing can be checked against it.
    """
    ids: set[str] = set()
    files: list[str] = []
    sound = True
    for path, document in chain:
        named = child(document, "register")
        if named is None or not isinstance(named.value, str):
            continue
        file = locate(named.value, path.parent)
        if not file.is_file():
            known = [p.relative_to(path.parent).as_posix() for p in sorted(path.parent.glob("sources/*.yaml"))]
            report.append(
                finding("RE307", named.span, f"There is no register '{named.value}'.", did_you_mean(named.value, known))
            )
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
    return (frozenset(ids) if files and sound else None), tuple(files)
