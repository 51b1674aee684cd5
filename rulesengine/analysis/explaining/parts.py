"""A part of a pack explained: what it says in words and as written, what it rests on, and what has to do with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from rulesengine.analysis.explaining.depending import Dependent, dependents
from rulesengine.analysis.explaining.exercising import Exercised, exercised_by
from rulesengine.analysis.explaining.subjects import RULES, Subject, all_subjects, at_path, find_subjects, texts
from rulesengine.analysis.explaining.telling import says_of, shown, told_of
from rulesengine.analysis.explaining.written import Written, written_in
from rulesengine.analysis.sources import Account, Statement, account
from rulesengine.diagnostics import PackError, Span, did_you_mean, finding
from rulesengine.engine import Engine
from rulesengine.loading import find_pack, read_pack, rebuilt
from rulesengine.loading.citing import parts_of
from rulesengine.loading.merge import read_chain
from rulesengine.loading.naming import child, entries, string, words
from rulesengine.pack import Pack

_WORD = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?")


class Meaning(msgspec.Struct, frozen=True, kw_only=True):
    """What a name that a part uses stands for."""

    name: str
    kind: str
    text: str


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter that a part uses: its value as the pack has it (None: not set) and where it comes from."""

    name: str
    value: str | None
    source: tuple[str, ...]
    question: str
    place: Span


class Otherwise(msgspec.Struct, frozen=True, kw_only=True):
    """Another reading of the part, or of a parameter it uses, and what it says then (only what is new)."""

    of: str
    reading: str
    written: str
    says: tuple[str, ...]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a pack. Texts are empty where the pack has none; lists are in file order."""

    name: str
    kind: str
    title: str
    pack: str
    version: str
    says: tuple[str, ...]
    means: tuple[Meaning, ...]
    written: tuple[Written, ...]
    source: tuple[str, ...]
    assumed: str
    statements: tuple[Statement, ...]
    question: str
    readings: tuple[Otherwise, ...]
    parameters: tuple[Used, ...]
    dependents: tuple[Dependent, ...]
    #: None: nobody asked for scenarios, or the pack cannot be run
    scenarios: tuple[Exercised, ...] | None


def explain_part(path: str | Path, name: str, scenarios: Sequence[str] | None = None) -> list[Explanation]:
    """Everything that a name stands for in a pack, or a template: a rule (`claim.solve`), an event, a state, a fact, a
    condition, a process, a parameter or an indicator.

    `scenarios` are files to look through for those that exercise it. PackError where the pack has errors, and (RE313)
    where it has no such name.
    """
    file = find_pack(path)
    pack, found = read_pack(file)
    errors = [diagnostic for diagnostic in found if diagnostic.severity == "error"]
    if pack is None or errors:
        raise PackError(errors)
    told = account(file)
    subjects = find_subjects(pack.document, name)
    if subjects:
        return [_explained(pack, file, told, subject, scenarios) for subject in subjects]
    for statement in told.statements:
        if statement.id == name:
            return [_of_statement(pack, statement)]
    known = [subject.name for subject in all_subjects(pack.document)]
    place = Span("command line", 1, 1, 1, 1)
    help = _taken_away(file, pack, name) or _likely(name, known)
    raise PackError([finding("RE313", place, f"The pack '{pack.name}' has no '{name}'.", help)])


def _taken_away(file: Path, pack: Pack, name: str) -> str:
    """Where a pack has it that is extended, if another in the chain removes it."""
    _, chain = read_chain(file, [])
    for base, document in chain[1:]:
        for subject in find_subjects(document, name):
            for over, other in chain:
                stands = at_path(other, subject.path)
                if stands is not None and stands[0].value is None:
                    where = f"{over.name}:{stands[1].line}"
                    return f"{base.stem} has it, and {where} takes it away: explain {base.stem} {name}."
    return ""


def _of_statement(pack: Pack, statement: Statement) -> Explanation:
    rules = tuple(Dependent(rule=rule, how="carries it") for rule in statement.rules)
    return Explanation(
        name=statement.id,
        kind="statement",
        title="",
        pack=pack.name,
        version=pack.version,
        says=(statement.says, *((f"no rule: {statement.not_a_rule}",) if statement.not_a_rule else ())),
        means=(),
        written=(),
        source=(),
        assumed="",
        statements=(statement,),
        question=statement.question,
        readings=(),
        parameters=(),
        dependents=rules,
        scenarios=None,
    )


def _likely(name: str, known: Sequence[str]) -> str:
    help = did_you_mean(name, known)
    if help.startswith("Did"):
        return help
    tails = {one.rpartition(".")[2]: one for one in reversed(known)}
    hint = did_you_mean(name.rpartition(".")[2], tails)
    return f"Did you mean '{tails[hint.split(chr(39))[1]]}'?" if hint.startswith("Did") else help


def _explained(pack: Pack, file: Path, told: Account, subject: Subject, scenarios: Sequence[str] | None) -> Explanation:
    _, chain = read_chain(file, [])
    node = subject.node
    source = tuple(str(cited.value) for cited in words(node, "source"))
    cited = {statement.id: statement for statement in told.statements}
    part = next((one for one in parts_of(pack.document) if one.name == subject.name and one.kind == subject.kind), None)
    exercised = None
    if scenarios is not None and not pack.abstract and subject.process:
        exercised = exercised_by(Engine(pack), subject, scenarios)
    return Explanation(
        name=subject.name,
        kind=subject.kind,
        title=string(node, "title"),
        pack=pack.name,
        version=pack.version,
        says=says_of(pack, subject),
        means=tuple(_means(pack, subject)),
        written=written_in(chain, subject.path),
        source=source,
        assumed=" ".join(string(node, "assumed").split()),
        statements=tuple(cited[id] for id in source if id in cited),
        question=" ".join((part.question if part is not None else "").split()),
        readings=tuple(_readings(pack, subject)),
        parameters=tuple(_parameters(pack, subject)),
        dependents=dependents(pack, subject),
        scenarios=exercised,
    )


# the names in it


def _names(pack: Pack, subject: Subject) -> dict[str, Subject]:
    """The names in a part, and in the conditions it uses, with what they stand for."""
    whole = list(all_subjects(pack.document))
    inner = {s.short: s for s in whole if s.process == subject.process and s.kind in ("condition", "fact", "state")}
    known = {**{s.name: s for s in whole if s.kind not in RULES}, **inner}
    found: dict[str, Subject] = {}
    queue = [subject.node]
    while queue:
        for text in texts(queue.pop(0)):
            for word in _WORD.findall(text):
                named = known.get(word) or known.get(word.partition(".")[0])
                if named is None or named.kind == "process" or named.path == subject.path or word in found:
                    continue
                found[word if word in known else named.short] = named
                if named.kind == "condition":
                    queue.append(named.node)
    return found


def _means(pack: Pack, subject: Subject) -> Iterator[Meaning]:
    if subject.kind == "process":
        return
    for name, named in _names(pack, subject).items():
        if named.kind in ("state", "fact", "condition"):
            title = string(named.node, "title")
            text = shown(named.node) if named.kind != "state" else ""
            yield Meaning(name=name, kind=named.kind, text=": ".join(one for one in (text, title) if one))


def _parameters(pack: Pack, subject: Subject) -> Iterator[Used]:
    if subject.kind == "process":
        return
    for name, named in _names(pack, subject).items():
        if named.kind == "parameter":
            value = child(named.node, "value")
            yield Used(
                name=name,
                value=None if value is None else shown(value),
                source=pack.parameters[name].source,
                question=" ".join(string(named.node, "question").split()),
                place=value.span if value is not None else named.place,
            )


def _readings(pack: Pack, subject: Subject) -> Iterator[Otherwise]:
    here = set(told_of(pack, subject)) if subject.kind in RULES else set()
    readable = [subject] if subject.kind in RULES or subject.kind == "parameter" else []
    readable += [s for s in _names(pack, subject).values() if s.kind == "parameter" and subject.kind in RULES]
    for one in readable:
        for reading, node in entries(one.node, "readings"):
            says: tuple[str, ...] = ()
            # what a template leaves open keeps it from being read in another way
            if subject.kind in RULES and not pack.abstract:
                other = rebuilt(pack, pack.variant, {one.name: reading})
                told = told_of(other, subject)
                says = tuple(text for text in told if text not in here)
            yield Otherwise(of=one.name, reading=reading, written=shown(node), says=says)
