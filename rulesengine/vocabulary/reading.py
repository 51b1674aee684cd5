"""A vocabulary read from its file, and held against the packs it speaks of.

What can be told from the file alone, that every common word is declared, is told when it is loaded. Whether the words
fit a pack is told when the pack is there: `words_of` for one, `check_vocabulary` for all that the table names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rulesengine.diagnostics import Diagnostic, PackError, Span, did_you_mean, finding, in_order, nearest
from rulesengine.document import Node, read_file
from rulesengine.loading import read_pack
from rulesengine.loading.merge import locate
from rulesengine.loading.naming import child, entries, string
from rulesengine.loading.shape import check_shape
from rulesengine.pack import Pack, Process
from rulesengine.rules.reading import SYSTEM
from rulesengine.vocabulary.words import Answer, Cited, PackWords, ProcessWords, StateWords, Vocabulary

#: common words, by the key that declares them and what one of them is called
DECLARED = {"kinds": "kind", "statuses": "status", "reasons": "reason", "events": "event", "actors": "actor"}


def load_vocabulary(path: str | Path) -> Vocabulary:
    """The vocabulary in a file. PackError where it cannot be read, has the wrong shape, or uses a word that it does not
    declare; the packs it speaks of are not looked at.
    """
    vocabulary, found = _read(path)
    errors = [d for d in found if d.severity == "error"]
    if vocabulary is None or errors:
        raise PackError(errors)
    return vocabulary


def check_vocabulary(path: str | Path) -> list[Diagnostic]:
    """Every finding about a vocabulary and its fit to the packs it names, sorted by place."""
    vocabulary, found = _read(path)
    if vocabulary is None:
        return in_order(found)
    table = child(vocabulary.document, "packs")
    for name, node in entries(table):
        assert table is not None
        file = locate(string(node, "file") or name, Path(path).parent)
        if not file.is_file():
            place = child(node, "file")
            help = "Write its path under 'file', seen from this file, or take the pack away."
            message = f"There is no pack '{file.name}' for '{name}'."
            found.append(finding("RE314", table.keys[name] if place is None else place.span, message, help))
            continue
        pack, faults = read_pack(file)
        if pack is None or any(d.severity == "error" for d in faults):
            found.extend(faults)
            continue
        _, unfit = _fit(vocabulary, name, pack)
        found.extend(unfit)
    return in_order(found)


def words_of(vocabulary: Vocabulary, pack: Pack) -> PackWords:
    """What a pack calls things, in common words: by its own name, else by that of the pack it extends.

    PackError where the vocabulary does not speak of it, or not of all that is in it.
    """
    extended = string(pack.document, "extends")
    for name in (pack.name, Path(extended).stem if extended else ""):
        if name in vocabulary.packs:
            words, found = _fit(vocabulary, name, pack)
            if found:
                raise PackError(found)
            return words
    message = f"The vocabulary '{vocabulary.name}' does not speak of the pack '{pack.name}'."
    table = child(vocabulary.document, "packs")
    assert table is not None
    help = did_you_mean(pack.name, vocabulary.packs) if nearest(pack.name, vocabulary.packs) else ""
    help = help or f"Say under 'packs: {pack.name}:' what it calls things."
    raise PackError([finding("RE314", vocabulary.document.keys["packs"], message, help)])


# the file alone


def _read(path: str | Path) -> tuple[Vocabulary | None, list[Diagnostic]]:
    node, found = read_file(path)
    if node is None:
        return None, found
    found = [*found, *check_shape(node, "vocabulary")]
    if any(d.severity == "error" for d in found):
        return None, found
    declared = {key: {word: string(inner, "title") for word, inner in entries(node, key)} for key in DECLARED}
    vocabulary = Vocabulary(
        name=string(node, "vocabulary"),
        title=string(node, "title", string(node, "vocabulary")),
        file=str(path),
        topics={topic: string(inner, "title") for topic, inner in entries(node, "topics")},
        packs=tuple(name for name, _ in entries(node, "packs")),
        document=node,
        **declared,
    )
    return vocabulary, [*found, *_undeclared(vocabulary), *_bases(vocabulary)]


def _undeclared(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """RE802 for every common word that is not declared, RE314 for a pack of a topic that is not in the table."""

    def check(key: str, node: Node | None) -> Iterator[Diagnostic]:
        known: Mapping[str, str] = getattr(vocabulary, key)
        if node is not None and isinstance(node.value, str) and node.value not in known:
            message = f"There is no common {DECLARED[key]} '{node.value}'."
            help = did_you_mean(node.value, known) or f"Declare it under '{key}'."
            yield finding("RE802", node.span, message, help)

    for _, pack in entries(vocabulary.document, "packs"):
        for _, actor in entries(pack, "actors"):
            yield from check("actors", actor)
        for _, process in entries(pack, "processes"):
            yield from check("kinds", child(process, "kind"))
            for _, event in entries(process, "events"):
                yield from check("events", event)
            for _, state in entries(process, "states"):
                for node in (state, *(then for _, then in entries(state, "after"))):
                    yield from check("statuses", node if isinstance(node.value, str) else child(node, "status"))
                    yield from check("reasons", child(node, "reason"))
    for _, topic in entries(vocabulary.document, "topics"):
        packs = child(topic, "packs")
        for name, _ in entries(packs):
            if packs is not None and name not in vocabulary.packs:
                message = f"There is no pack '{name}' under 'packs'."
                yield finding("RE314", packs.keys[name], message, did_you_mean(name, vocabulary.packs))


def _bases(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """RE314 and RE506: what a pack of the table extends is in the table, and never itself in the end."""
    for name, pack in entries(vocabulary.document, "packs"):
        base = child(pack, "extends")
        if base is None:
            continue
        if base.value not in vocabulary.packs:
            others = [other for other in vocabulary.packs if other != name]
            message = f"There is no pack '{base.value}' under 'packs'."
            yield finding("RE314", base.span, message, did_you_mean(str(base.value), others))
        elif name in _lineage(vocabulary, name)[1:]:
            yield finding("RE506", base.span, f"'{name}' extends itself in the end.", "Break the circle.")


def _lineage(vocabulary: Vocabulary, name: str) -> list[str]:
    """A pack of the table and those it extends, itself first; in a circle the first comes once more at the end."""
    table = child(vocabulary.document, "packs")
    found = [name]
    while (base := string(child(table, found[-1]), "extends")) and base in vocabulary.packs:
        found.append(base)
        if base in found[:-1]:
            break
    return found


# a pack


def _fit(vocabulary: Vocabulary, name: str, pack: Pack) -> tuple[PackWords, list[Diagnostic]]:
    """What the vocabulary says of a pack under one of its names, and what does not fit."""
    fit = _Fit(vocabulary, name, pack)
    words = PackWords(name=pack.name, actors=fit.actors(), processes=dict(fit.processes()), answers=dict(fit.answers()))
    return words, fit.found


class _Fit:
    """Holds one pack against what the table says of it and of those that it extends.

    Words that are inherited need not be used: a pack may have taken away what its base has.
    """

    def __init__(self, vocabulary: Vocabulary, name: str, pack: Pack) -> None:
        self.vocabulary = vocabulary
        self.pack = pack
        #: names in the table, the pack's own first
        self.lineage = _lineage(vocabulary, name)
        table = child(vocabulary.document, "packs")
        assert table is not None
        #: what is said of each of them
        self.said = [one for each in self.lineage if (one := child(table, each)) is not None]
        self.place = table.keys[name]
        self.found: list[Diagnostic] = []

    def say(self, code: str, place: Span, message: str, help: str) -> None:
        self.found.append(finding(code, place, message, help))

    def unknown(self, code: str, what: str, section: Node | None, known: Iterable[str], process: str = "") -> None:
        """A finding for every name the table gives a word to and the pack, or a process of it, does not have."""
        names = tuple(known)
        of = f"The process '{process}' of the pack" if process else "The pack"
        for word, _ in entries(section):
            if section is not None and word not in names:
                message = f"{of} '{self.pack.name}' has no {what} '{word}'."
                self.say(code, section.keys[word], message, did_you_mean(word, names))

    def missing(self, what: str, place: Span, key: str, word: str, common: str = "") -> None:
        """RE801 for something in the pack that nothing gives a word to."""
        known: Iterable[str] = getattr(self.vocabulary, common) if common else ()
        help = f"Write it under '{key}'. {did_you_mean(word, known)}".strip()
        self.say("RE801", place, f"The {what} '{word}' of the pack '{self.pack.name}' has no common word.", help)

    def actors(self) -> dict[str, str]:
        """The common word for each actor."""
        names = [actor for actor in self.pack.actors if actor != SYSTEM]
        own = child(self.said[0], "actors")
        self.unknown("RE304", "actor", own, names)
        said = _joined([child(node, "actors") for node in self.said])
        place = self.said[0].keys["actors"] if own is not None else self.place
        for actor in names:
            if actor not in said:
                self.missing("actor", place, "actors", actor, "actors")
        return {actor: str(said[actor].value) for actor in names if actor in said}

    def processes(self) -> Iterator[tuple[str, ProcessWords]]:
        """Each process in common words."""
        own = child(self.said[0], "processes")
        self.unknown("RE303", "process", own, self.pack.processes)
        for name, process in self.pack.processes.items():
            said: list[Node] = []
            for node in self.said:
                words = child(child(node, "processes"), name)
                if words is not None and said and child(words, "none") is not None:
                    break
                if words is not None:
                    said.append(words)
            if not said:
                place = self.said[0].keys["processes"] if own is not None else self.place
                self.missing("process", place, "processes", name)
            elif why := string(said[0], "none"):
                yield name, ProcessWords(none=why)
            else:
                place = own.keys[name] if own is not None and name in own.keys else self.place
                yield name, self.process(process, said, place)

    def process(self, process: Process, said: list[Node], place: Span) -> ProcessWords:
        """A process in common words; `said` is what the table says of it, of the pack itself first."""
        kind = next((word for node in said if (word := string(node, "kind"))), "")
        if not kind:
            self.missing("process", place, "kind", process.name)
        mine = child(child(self.said[0], "processes"), process.name)
        events = tuple(dict.fromkeys(rule.event for rule in process.transitions))
        self.unknown("RE301", "state", child(mine, "states"), process.states, process.name)
        self.unknown("RE302", "event", child(mine, "events"), events, process.name)
        states = {}
        named = _joined([child(node, "states") for node in said])
        for state in process.states:
            if state not in named:
                self.missing("state", place, "states", f"{process.name}.{state}", "statuses")
                continue
            self.unknown("RE302", "event", child(named[state], "after"), events, process.name)
            self.reasons(process, child(named[state], "reason_fact"))
            states[state] = _state(named[state])
        common = _joined([child(node, "events") for node in said])
        return ProcessWords(
            kind=kind,
            states=states,
            events={event: str(node.value) for event, node in common.items() if event in events},
        )

    def reasons(self, process: Process, named: Node | None) -> None:
        """Checks that a fact that says why is there, and that all it can say are common reasons."""
        if named is None:
            return
        fact = process.facts.get(str(named.value))
        if fact is None:
            message = f"The process '{process.name}' of the pack '{self.pack.name}' has no fact '{named.value}'."
            self.say("RE305", named.span, message, did_you_mean(str(named.value), process.facts))
            return
        strange = [value for value in fact.choices if value not in self.vocabulary.reasons]
        if strange or not fact.choices:
            what = f"can be '{strange[0]}', which is no common reason" if strange else "is no choice"
            message = f"The fact '{named.value}' of '{process.name}' {what}."
            help = "Declare all that it can be under 'reasons', or say the reason of each state."
            self.say("RE802", named.span, message, help)

    def answers(self) -> Iterator[tuple[str, Answer]]:
        """What answers each topic: what is said of the pack, else of the next that it extends."""
        for topic, node in entries(self.vocabulary.document, "topics"):
            packs = child(node, "packs")
            answer = next((one for name in self.lineage if (one := child(packs, name)) is not None), None)
            if answer is None:
                section = child(self.vocabulary.document, "topics")
                assert section is not None
                message = f"The topic '{topic}' says nothing of the pack '{self.pack.name}'."
                help = "Name its rules, or write {none: …} and why there are none."
                self.say("RE803", section.keys[topic], message, help)
                continue
            if why := string(answer, "none"):
                yield topic, Answer(none=why)
                continue
            named = answer.value if isinstance(answer.value, list) else [answer]
            yield topic, Answer(rules=tuple(cited for one in named if (cited := self.cited(one)) is not None))

    def cited(self, node: Node) -> Cited | None:
        """A rule or state that a topic names; None where the pack has none of this name."""
        state = child(node, "state")
        place = node if state is None else state
        process, _, name = str(place.value).partition(".")
        if process not in self.pack.processes:
            message = f"The pack '{self.pack.name}' has no process '{process}'."
            self.say("RE303", place.inside(0, len(process)), message, did_you_mean(process, self.pack.processes))
            return None
        found = self.pack.processes[process]
        known = list(found.states) if state is not None else [r.rule.partition(".")[2] for r in found.rules]
        if name not in known:
            code, what = ("RE301", "state") if state is not None else ("RE313", "rule")
            message = f"The pack '{self.pack.name}' has no {what} '{process}.{name}'."
            self.say(
                code, place.inside(len(process) + 1, len(process) + 1 + len(name)), message, did_you_mean(name, known)
            )
            return None
        return Cited(process=process, name=name, state=state is not None, place=place.span)


def _joined(sections: Iterable[Node | None]) -> dict[str, Node]:
    """The entries of several maps, those of the first before those of the next; what is null is left out."""
    found: dict[str, Node] = {}
    for section in sections:
        if section is not None and isinstance(section.value, dict):
            for key, node in section.value.items():
                found.setdefault(key, node)
    return {key: node for key, node in found.items() if node.value is not None}


def _state(node: Node) -> StateWords:
    if isinstance(node.value, str):
        return StateWords(status=node.value)
    return StateWords(
        status=string(node, "status"),
        reason=string(node, "reason"),
        reason_fact=string(node, "reason_fact"),
        after={event: _state(then) for event, then in entries(node, "after")},
        none=string(node, "none"),
    )
