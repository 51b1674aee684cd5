"""The registers of sources a pack cites: one entry for each statement of the marketplace's documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from rulesengine.diagnostics import Diagnostic, did_you_mean, finding
from rulesengine.document import Node, read_file
from rulesengine.loading.citing import parts_of
from rulesengine.loading.merge import joined, locate
from rulesengine.loading.naming import child, entries
from rulesengine.loading.shape import check_shape


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """One register that a chain of packs names."""

    file: str
    #: which pack of the chain names it; 0 is the pack itself, 1 the one that it extends
    level: int
    node: Node

    @property
    def statements(self) -> Node:
        """The statements by id."""
        found = child(self.node, "statements")
        assert found is not None
        return found


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """What a pack may cite."""

    #: ids of all statements in the registers along the chain of packs; None where no register is named or one of them
    #: cannot be read: then nothing can be checked against it
    ids: frozenset[str] | None
    #: the registers' files, the pack's own first
    files: tuple[str, ...]
    #: those that could be read, in the same order, each file once
    registers: tuple[Register, ...]


def read_register(chain: Sequence[tuple[Path, Node]], report: list[Diagnostic]) -> Sources:
    """Read the registers along a chain of packs."""
    registers: list[Register] = []
    files: list[str] = []
    sound = True
    for level, (path, document) in enumerate(chain):
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
        if any(file.resolve() == Path(other).resolve() for other in files):
            continue
        files.append(str(file))
        node, found = read_file(file)
        report.extend(found)
        shape = check_shape(node, "register") if node is not None else []
        report.extend(shape)
        if node is None or any(d.severity == "error" for d in (*found, *shape)):
            sound = False
            continue
        registers.append(Register(file=str(file), level=level, node=node))
    for number, register in enumerate(registers):
        report.extend(_check_names(register, registers[number + 1 :]))
    ids = frozenset(id for register in registers for id, _ in entries(register.statements))
    return Sources(ids=ids if files and sound else None, files=tuple(files), registers=tuple(registers))


def _check_names(register: Register, inherited: Sequence[Register]) -> Iterator[Diagnostic]:
    """RE307 and RE312: statements of documents that are not declared, and ids that an inherited register has too."""
    documents = [name for name, _ in entries(register.node, "documents")]
    for id, statement in entries(register.statements):
        document = child(statement, "document")
        if document is not None and document.value not in documents:
            message = f"The register has no document '{document.value}'."
            yield finding("RE307", document.span, message, did_you_mean(str(document.value), documents))
        other = next((one for one in inherited if child(one.statements, id) is not None), None)
        if other is not None:
            message = f"'{id}' is a statement of the inherited register '{Path(other.file).name}' already."
            yield finding("RE312", register.statements.keys[id], message, "Give one of the two another id.")


def check_statements(chain: Sequence[tuple[Path, Node]], document: Node, sources: Sources) -> Iterator[Diagnostic]:
    """RE701 and RE702: every statement is carried by something in the pack, or says why it is no rule; never both.

    Each pack of a chain has to account for the register that it names itself. What the pack at the end of the chain
    carries of an inherited register counts as well.
    """
    here = citing(document)
    for register in sources.registers:
        there = here if register.level == 0 else citing(joined([one for _, one in chain[register.level :]]))
        for name, statement in entries(register.statements):
            explained = child(statement, "not_a_rule") is not None
            if name in there and explained:
                message = f"'{name}' is called no rule, but a rule of the pack cites it."
                help = "Take 'not_a_rule' away, or the source from the rule."
                yield finding("RE702", register.statements.keys[name], message, help)
            elif not explained and name not in there and name not in here:
                message = f"No rule of the pack cites '{name}', and nothing says why."
                help = "Write a rule that carries it, or 'not_a_rule:' with the reason why none can."
                yield finding("RE701", register.statements.keys[name], message, help)


def citing(document: Node) -> dict[str, tuple[str, ...]]:
    """Every statement that is cited, with the names of the parts that cite it, in file order."""
    found: dict[str, dict[str, None]] = {}
    for part in parts_of(document):
        for id, _ in part.source:
            found.setdefault(id, {})[part.name] = None
    return {id: tuple(names) for id, names in found.items()}
