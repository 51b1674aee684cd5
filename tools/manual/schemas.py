"""The reference of a document, from its JSON Schema: every key with its meaning, its form, and examples.

A section is a map with keys of its own; a value that several keys share (a name, a period of time) has an entry below.
What the schema only forbids together (`whole_…`, `if`, `dependentSchemas`) is told by the descriptions themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec
import yaml

from manual.commands import escaped
from manual.doors import DOCS

SCHEMAS = DOCS.parent / "schema"
WORDS = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "`true` or `false`",
    "object": "a map",
    "array": "a list",
}

Node = dict[str, Any]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A map with keys: `pointer` is its place in the schema, `name` what stands before the dot in front of a key."""

    pointer: str
    name: str
    node: Node
    keys: dict[str, Node]


class Schema:
    """One schema, by its sections and by the values they share."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.root: Node = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
        self.sections: dict[str, Section] = {}
        #: maps that repeat keys of another section, as a reading does, by the words that say so
        self.repeating: dict[str, str] = {}
        self.values: dict[str, Node] = {}
        self._take(self.root, "#", name)

    def _take(self, node: Node, pointer: str, name: str) -> None:
        """Finds the sections below a node, in the order in which a reader meets them."""
        if "$ref" in node:
            pointer = node["$ref"]
            if pointer.count("/") != 2:
                return
            node, name = self._at(pointer), pointer.rpartition("/")[2]
        if pointer in self.sections or name in self.values:
            return
        if "properties" in node:
            self._keys(node, pointer, name)
        elif pointer.startswith("#/$defs/") and pointer.count("/") == 2:
            self.values[name] = node
        for key in ("additionalProperties", "items"):
            below = node.get(key)
            if isinstance(below, dict):
                self._take(below, f"{pointer}/{key}", _slug(below.get("title", name)))
        if isinstance(node.get("propertyNames"), dict):
            self._take(node["propertyNames"], f"{pointer}/propertyNames", name)

    def _keys(self, node: Node, pointer: str, name: str) -> None:
        keys: dict[str, Node] = node["properties"]
        if all(set(key) == {"$ref"} for key in keys.values()):
            self.repeating[pointer] = ", ".join(f"`{key}`" for key in keys)
            return
        self.sections[pointer] = Section(pointer=pointer, name=name, node=node, keys=keys)
        for key, below in keys.items():
            self._take(below, f"{pointer}/properties/{key}", key)
        for pattern, below in node.get("patternProperties", {}).items():
            self._take(below, f"{pointer}/patternProperties/{pattern}", _slug(below["title"]))

    def _at(self, pointer: str) -> Node:
        node = self.root
        for part in pointer.removeprefix("#/").split("/"):
            node = node[part]
        return node

    def seen(self, node: Node) -> Node:
        """The node with what it refers to; its own words go before."""
        own = node
        while "$ref" in own:
            own = {**self._at(own["$ref"]), **{key: value for key, value in own.items() if key != "$ref"}}
            referred = self._at(node["$ref"])
            if "$ref" not in referred:
                break
            node = referred
            own["$ref"] = referred["$ref"]
        return {key: value for key, value in own.items() if key != "$ref"}

    def form(self, node: Node, pointer: str = "") -> str:
        """What kind of value it is, in words, with links."""
        if "$ref" in node and node["$ref"].count("/") == 2:
            place = node["$ref"]
            name = place.rpartition("/")[2]
            title = self._at(place)["title"].lower()
            if place in self.sections or name in self.values:
                return f"[{title}](#{self.anchor(name)})"
        node, pointer = self.seen(node), node.get("$ref", pointer)
        if "enum" in node:
            return "one of " + ", ".join(f"`{one}`" for one in node["enum"] if one is not None)
        types = node.get("type", "object" if "properties" in node else [])
        forms = [self._form(kind, node, pointer) for kind in ([types] if isinstance(types, str) else types)]
        return ", or ".join(one for one in forms if one)

    def _form(self, kind: str, node: Node, pointer: str) -> str:
        if kind == "null":
            return ""
        if kind == "array" and "items" in node:
            return f"a list, each of it {self.form(node['items'], f'{pointer}/items')}"
        if kind == "object":
            if pointer in self.sections:
                section = self.sections[pointer]
                return f"a map with [keys of its own](#{self.anchor(section.name)})"
            if pointer in self.repeating:
                return f"a map with some of these keys: {self.repeating[pointer]}"
            if isinstance(node.get("additionalProperties"), dict):
                below = self.form(node["additionalProperties"], f"{pointer}/additionalProperties")
                return f"a map; under each name {below}"
        return WORDS[kind]

    def anchor(self, name: str) -> str:
        """Where in the page a section or value stands; the page of the pack and that of a scenario share names."""
        return f"{self.name}-{name}".replace("_", "-")

    def called(self, section: Section) -> str:
        """What stands before the dot in front of a key of the section; a search finds it under that."""
        alone = self.name in {section.name, "pack"}
        return section.name if alone else f"{self.name}.{section.name}"

    def page(self) -> Iterator[str]:
        """The reference as Markdown, line by line."""
        for section in self.sections.values():
            yield from self._section(section)
        yield from self._heading("Values", f"{self.name}-values")
        yield "What may stand where the keys above say so.\n"
        for name, node in self.values.items():
            yield from self._heading(node["title"], self.anchor(name), 3)
            yield from self._told(node, "")
            yield f"Written as {self.form(node, f'#/$defs/{name}')}.\n"

    def _heading(self, title: str, anchor: str, level: int = 2) -> Iterator[str]:
        yield f"({anchor})=\n{'#' * level} {title}\n"

    def _section(self, section: Section) -> Iterator[str]:
        yield from self._heading(section.node["title"], self.anchor(section.name))
        yield from self._told(section.node, "")
        needed = section.node.get("required", ())
        for key, node in section.keys.items():
            seen = self.seen(node)
            yield f"````{{key}} {self.called(section)}.{key}\n"
            form = self.form(node, f"{section.pointer}/properties/{key}")
            yield f"**{seen['title']}**: {form}.{' Needed.' if key in needed else ''}\n"
            yield from self._told(seen, key)
            yield "````\n"
        for pattern, node in section.node.get("patternProperties", {}).items():
            form = self.form(node, f"{section.pointer}/patternProperties/{pattern}")
            yield f"Under any other name: {form}. {escaped(node['description'])}\n"

    def _told(self, node: Node, key: str) -> Iterator[str]:
        if "description" in node:
            yield f"{escaped(node['description'])}\n"
        examples = [_written(key, example) for example in node.get("examples", ())]
        for example in ["\n".join(examples)] if key and examples else examples:
            yield f"```yaml\n{example}\n```\n"


def page(name: str) -> str:
    """The reference of one schema."""
    return "\n".join(Schema(name).page())


def _slug(title: str) -> str:
    return title.lower().replace(" ", "_")


def _written(key: str, example: object) -> str:
    """An example as it stands in a document; a long one block by block."""
    value = {key: example} if key else example
    flow = _dumped(value, flow=True, width=1000)
    if key:
        flow = flow[1:-1]
    elif flow.endswith("\n..."):
        flow = flow.removesuffix("\n...")
    if len(flow) <= 100:
        return flow
    return _dumped(value, flow=None, width=100)


class _Dumper(yaml.SafeDumper):
    """Writes days without quotes, as packs do."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, form) for tag, form in found if not tag.endswith(":timestamp")]
        for first, found in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }


def _dumped(value: object, *, flow: bool | None, width: int) -> str:
    text: str = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=flow, sort_keys=False, width=width, allow_unicode=True
    )
    return text.strip()
