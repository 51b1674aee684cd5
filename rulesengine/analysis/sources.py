"""What the rules of packs rest on: every statement with what carries it, every rule with what it rests on.

told = account("policies/rakuten.yaml")
total([told]).carried
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from rulesengine.diagnostics import Diagnostic, PackError, Span, finding, in_order
from rulesengine.document import Node
from rulesengine.loading import find_pack
from rulesengine.loading.citing import Part, check_citations, parts_of
from rulesengine.loading.merge import joined, read_chain
from rulesengine.loading.naming import child, entries, string
from rulesengine.loading.register import Register, check_statements, citing, read_register

Status = Literal["carried", "explained", "unaccounted"]
#: what one pack carries is carried, whatever others make of it
RANK: tuple[Status, ...] = ("unaccounted", "explained", "carried")
#: from the surest to the least sure
CERTAINTIES = ("stated", "inferred", "outside", "unclear", "unreadable")


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One statement of a register, and what a pack makes of it. Texts are empty where the register has none."""

    id: str
    #: the register's file, the document's title
    file: str
    document: str
    section: str
    says: str
    modality: str
    kind: str
    certainty: str
    question: str
    not_a_rule: str
    place: Span
    #: what cites it, as rules are cited
    rules: tuple[str, ...]
    #: what cited it in the pack that brought its register, where this pack changed or removed all of that
    replaced: tuple[str, ...]

    @property
    def status(self) -> Status:
        """Whether something carries it, or else why not is explained, or neither."""
        if self.rules:
            return "carried"
        if self.not_a_rule:
            return "explained"
        return "carried" if self.replaced else "unaccounted"


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One pack and its registers, held against each other."""

    pack: str
    title: str
    version: str
    file: str
    #: the registers' files, the pack's own first
    registers: tuple[str, ...]
    statements: tuple[Statement, ...]
    parts: tuple[Part, ...]
    #: what is wrong, as `check` tells it
    found: tuple[Diagnostic, ...]


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many statements there are, and what becomes of them."""

    statements: int
    carried: int
    explained: int
    unaccounted: int


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over packs; a statement or a rule that several of them share counts once."""

    statements: int
    carried: int
    explained: int
    unaccounted: int
    #: statements by how sure they are, the surest first
    certainty: Mapping[str, int]
    #: statements by the title of their document, in the order of the registers
    documents: Mapping[str, Counts]
    #: statements that leave something open
    questions: int
    #: transitions, deadlines, limits, parameters and indicators, and how many of them cite a statement
    rules: int
    cited: int
    #: those that rest on a decision of their author, alone or beside a statement
    assumed: int
    without_source: int


def account(path: str | Path) -> Account:
    """Holds a pack, or a template, against its registers. PackError where one of its files cannot be read."""
    report: list[Diagnostic] = []
    file = find_pack(path)
    document, chain = read_chain(file, report)
    sources = read_register(chain, report) if document is not None else None
    if document is None or sources is None or any(d.severity == "error" for d in report):
        raise PackError(report)
    here = citing(document)
    statements: list[Statement] = []
    for register in sources.registers:
        before = citing(joined([one for _, one in chain[register.level :]])) if register.level else {}
        statements += _statements(register, here, before)
    found = [*report, *check_statements(chain, document, sources)]
    if sources.ids is not None:
        found += check_citations(document, sources.ids)
    parts = tuple(parts_of(document))
    found += [_sourceless(part) for part in parts if part.lacks_source]
    return Account(
        pack=string(document, "pack"),
        title=string(document, "title", string(document, "pack")),
        version=string(document, "version"),
        file=str(file),
        registers=sources.files,
        statements=tuple(statements),
        parts=parts,
        found=tuple(in_order(found)),
    )


def _sourceless(part: Part) -> Diagnostic:
    message = f"The {part.kind} '{part.name}' does not say where it comes from."
    help = "Add 'source:' with ids of the register, or 'assumed:' with the reason why it is your own decision."
    return finding("RE315", part.place, message, help)


def _statements(
    register: Register, here: Mapping[str, Sequence[str]], before: Mapping[str, Sequence[str]]
) -> Iterable[Statement]:
    documents = child(register.node, "documents")
    for id, node in entries(register.statements):
        named = string(node, "document")
        yield Statement(
            id=id,
            file=register.file,
            document=string(child(documents, named), "title", named),
            section=_text(node, "section"),
            says=_text(node, "says"),
            modality=_text(node, "modality"),
            kind=_text(node, "kind"),
            certainty=string(node, "certainty", CERTAINTIES[0]),
            question=_text(node, "question"),
            not_a_rule=_text(node, "not_a_rule"),
            place=register.statements.keys[id],
            rules=tuple(here.get(id, ())),
            replaced=() if id in here else tuple(before.get(id, ())),
        )


def _text(node: Node, key: str) -> str:
    """Text on one line; folded text of YAML ends with a line break."""
    return " ".join(string(node, key).split())


def total(accounts: Iterable[Account]) -> Totals:
    """Counts over packs. What any of them carries is carried, what any explains and none carries is explained."""
    status: dict[tuple[Path, str], Status] = {}
    first: dict[tuple[Path, str], Statement] = {}
    rules: dict[tuple[Span, str], Part] = {}
    for told in accounts:
        for statement in told.statements:
            key = (Path(statement.file).resolve(), statement.id)
            first.setdefault(key, statement)
            status[key] = max(status.get(key, statement.status), statement.status, key=RANK.index)
        rules.update({(part.place, part.name): part for part in told.parts if part.is_rule})
    sure = Counter(statement.certainty for statement in first.values())
    documents: dict[str, list[Status]] = {}
    for key, statement in first.items():
        documents.setdefault(statement.document, []).append(status[key])
    return Totals(
        **msgspec.structs.asdict(_counted(status.values())),
        certainty={word: sure[word] for word in CERTAINTIES if sure[word]},
        documents={title: _counted(found) for title, found in documents.items()},
        questions=sum(1 for statement in first.values() if statement.question),
        rules=len(rules),
        cited=sum(1 for part in rules.values() if part.source),
        assumed=sum(1 for part in rules.values() if part.assumed),
        without_source=sum(1 for part in rules.values() if part.lacks_source),
    )


def _counted(found: Collection[Status]) -> Counts:
    number = Counter(found)
    return Counts(
        statements=len(found),
        carried=number["carried"],
        explained=number["explained"],
        unaccounted=number["unaccounted"],
    )
