"""The same questions put to several packs: topics down, packs across, every cell read from the rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from rulesengine.document import Node
from rulesengine.loading import rebuilt
from rulesengine.loading.merge import offered_readings
from rulesengine.loading.naming import child, string
from rulesengine.pack import Pack
from rulesengine.vocabulary.reading import words_of
from rulesengine.vocabulary.saying import form_of, rule_of, sentences
from rulesengine.vocabulary.words import Cited, PackWords, Vocabulary


class Otherwise(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says in place of what it usually does: under some variants, or under another reading."""

    variants: tuple[str, ...] = ()
    #: what offers the reading, a rule or parameter, and the reading
    readable: str = ""
    reading: str = ""
    question: str = ""
    says: tuple[str, ...]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One rule, or state, of a cell."""

    rule: str
    #: transition, duty, wait, state; or the form of a limit
    form: str
    title: str
    says: tuple[str, ...]
    otherwise: tuple[Otherwise, ...]
    source: tuple[str, ...]


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """What one pack says to a topic; `none` is why it says nothing."""

    pack: str
    entries: tuple[Entry, ...]
    none: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One topic, with a cell for each pack."""

    topic: str
    title: str
    cells: tuple[Cell, ...]


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """A pack of a comparison, and the variant under which its rules are told."""

    name: str
    title: str
    version: str
    variant: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Packs side by side."""

    packs: tuple[Compared, ...]
    rows: tuple[Row, ...]


def compare(vocabulary: Vocabulary, packs: Sequence[Pack], topics: Iterable[str] = ()) -> Comparison:
    """What packs say to the topics of a vocabulary, to all of them where none is named.

    PackError where the vocabulary does not speak of a pack or does not fit it; KeyError for an unknown topic.
    """
    chosen = {topic: vocabulary.topics[topic] for topic in (topics or vocabulary.topics)}
    asked = [_Asked(pack, words_of(vocabulary, pack)) for pack in packs]
    return Comparison(
        packs=tuple(Compared(name=p.name, title=p.title, version=p.version, variant=p.variant) for p in packs),
        rows=tuple(
            Row(topic=topic, title=title, cells=tuple(one.cell(topic) for one in asked))
            for topic, title in chosen.items()
        ),
    )


class _Asked:
    """One pack under all its variants and readings; each is built once."""

    def __init__(self, pack: Pack, words: PackWords) -> None:
        self.pack = pack
        self.words = words
        self.offered = offered_readings(pack.document)
        self.built: dict[tuple[str, str], Pack] = {}

    def cell(self, topic: str) -> Cell:
        answer = self.words.answers[topic]
        return Cell(pack=self.pack.name, entries=tuple(self.entry(cited) for cited in answer.rules), none=answer.none)

    def entry(self, cited: Cited) -> Entry:
        process = self.pack.processes[cited.process]
        rule = None if cited.state else rule_of(process, cited.name)
        says = self.says(self.pack, cited)
        return Entry(
            rule=cited.rule,
            form=form_of(process, cited.name, state=cited.state),
            title=process.states[cited.name].title if rule is None else rule.title,
            says=says,
            otherwise=(*self.variants(cited, says), *self.readings(cited, says)),
            source=_sources(self.node(cited)) if rule is None else rule.source,
        )

    def says(self, pack: Pack, cited: Cited) -> tuple[str, ...]:
        return sentences(pack, cited.process, cited.name, self.words.actor, state=cited.state)

    def under(self, variant: str = "", readable: str = "", reading: str = "") -> Pack:
        """The pack under another variant, or under another reading of a parameter or rule."""
        key = (variant or readable, reading)
        if key not in self.built:
            readings = {readable: reading} if readable else {}
            self.built[key] = rebuilt(self.pack, variant or self.pack.variant, readings)
        return self.built[key]

    def variants(self, cited: Cited, usual: tuple[str, ...]) -> Iterator[Otherwise]:
        """What is said under other variants, those together that say the same."""
        found: dict[tuple[str, ...], list[str]] = {}
        for variant in self.pack.variants:
            if variant != self.pack.variant:
                other = _instead(usual, self.says(self.under(variant), cited))
                if other:
                    found.setdefault(other, []).append(variant)
        for says, variants in found.items():
            yield Otherwise(variants=tuple(variants), says=says)

    def readings(self, cited: Cited, usual: tuple[str, ...]) -> Iterator[Otherwise]:
        """What is said under other readings of the rule, and of the parameters it names."""
        if cited.state:
            return
        node = self.node(cited)
        named = set(_words(node)) if node is not None else set()
        for readable, readings in self.offered.items():
            if readable != cited.rule and readable not in named:
                continue
            section = child(self.pack.document, "parameters")
            question = string(node if readable == cited.rule else child(section, readable), "question")
            for reading in readings:
                other = _instead(usual, self.says(self.under(readable=readable, reading=reading), cited))
                if other:
                    yield Otherwise(readable=readable, reading=reading, question=question, says=other)

    def node(self, cited: Cited) -> Node | None:
        """Where the rule or state stands in the pack's document."""
        process = child(child(self.pack.document, "processes"), cited.process)
        sections = ("states",) if cited.state else ("transitions", "deadlines", "limits")
        return next((one for section in sections if (one := child(child(process, section), cited.name))), None)


def _instead(usual: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """What is said otherwise: new sentences, and those that nothing says any more."""
    new = [sentence for sentence in other if sentence not in usual]
    # a sentence that begins as a new one does is what that one replaces
    begun = {sentence.split(" ")[0] for sentence in new}
    gone = [said for said in usual if said not in other and said.split(" ")[0] not in begun]
    return (*new, *(f"without: {said}" for said in gone))


def _words(node: Node) -> Iterator[str]:
    """Every word in the texts of a node."""
    if isinstance(node.value, dict):
        for inner in node.value.values():
            yield from _words(inner)
    elif isinstance(node.value, list):
        for inner in node.value:
            yield from _words(inner)
    elif isinstance(node.value, str):
        yield from re.findall(r"[a-z][a-z0-9_]*", node.value)


def _sources(node: Node | None) -> tuple[str, ...]:
    """What a state cites."""
    found = child(node, "source")
    if found is None:
        return ()
    listed = found.value if isinstance(found.value, list) else [found]
    return tuple(str(one.value) for one in listed)
