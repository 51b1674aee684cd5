"""Words for what is told about a shape: names, values and examples in a sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from rulesengine.diagnostics import Span, did_you_mean
from rulesengine.document import Node
from rulesengine.loading.shape.schemas import Kind, Schema, described

Path: TypeAlias = tuple[str | int, ...]

TYPES = {
    "object": "a map (names, each with a colon)",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}
#: characters of a value that is shown as an example
LONGEST_EXAMPLE = 100


def at(tree: Node, path: Sequence[str | int]) -> Node:
    """The node at a path that is there."""
    node = tree
    for step in path:
        inside: Any = node.value
        node = inside[step]
    return node


def keys_of(node: Node) -> Iterable[str]:
    """The keys of a map; none of anything else."""
    return node.value if isinstance(node.value, dict) else ()


def start_of(node: Node) -> Span:
    """The first character of a map or list: underlining all of it would say nothing."""
    span = node.span
    if span.line == span.end_line and not isinstance(node.value, (dict, list)):
        return span
    return Span(span.file, span.line, span.column, span.line, span.column + 1)


def depends_on(error: Any) -> str:
    """The key whose presence brought the rule in that is broken; "" where the rule always holds."""
    steps = list(error.absolute_schema_path)
    if "dependentSchemas" not in steps:
        return ""
    return str(steps[len(steps) - 1 - steps[::-1].index("dependentSchemas") + 1])


def types_of(schema: Schema) -> list[str]:
    """The types a value may have, without null."""
    types = schema.get("type", [])
    return [name for name in ([types] if isinstance(types, str) else types) if name != "null"]


def label(path: Path) -> str:
    """The last key of a path; "" where it has none."""
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def name_of(path: Path) -> str:
    """A value in a sentence: 'by', or an item of 'by'."""
    if not path:
        return "the document"
    return f"'{path[-1]}'" if isinstance(path[-1], str) else f"an item of '{label(path)}'"


def inside_of(path: Path, kind: Kind) -> str:
    """A map at the beginning of a sentence: The transition 'open', The pack."""
    title = str(described(kind, path).get("title", "")).lower()
    if not path:
        return f"The {kind}"
    parent = described(kind, path[:-1])
    if isinstance(path[-1], int) or path[-1] in parent.get("properties", {}):
        return f"'{path[-1]}'" if isinstance(path[-1], str) else f"This {title}"
    return f"The {title} {shown(path[-1])}"


def called(value: Any) -> str:
    """What a value is, in a sentence: a list, the text 'x', 3."""
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return f"the text {shown(value)}"
    return "nothing" if value is None else shown(value)


def shown(value: Any) -> str:
    """A value in a sentence: text in quotes, and not too long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return called(value)
    text = str(value)
    short = " ".join(text[:60].split()) if len(text) <= 40 else " ".join(text[:39].split()) + "…"
    return short if isinstance(value, (int, Decimal)) else f"'{short}'"


ODD_SPACE = re.compile("[\u00a0\u00ad\u2000-\u200f\u202f\u205f\u2060\u3000]")
_BETWEEN = re.compile(r"\s*[,;|/]\s*(?:(?:or|and)\s+)?|\s+(?:or|and)\s+|\s+")


def several_names(text: str, pattern: str) -> list[str]:
    """The names of a text such as `a, b` or `a or b`, where all fit the pattern; none where it is only one."""
    names = [name for name in _BETWEEN.split(text.strip(" []")) if name] if len(text) <= 500 else []
    return names if len(names) > 1 and all(re.search(pattern, name) for name in names) else []


_SLUG = re.compile(r"[^a-z0-9]+")
#: letters that lose more than their accent where there is only a to z
_IN_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l"})
#: keys behind which actors stand
_ACTORS = frozenset(("by", "owed_by", "notifies", "notified"))


def slug_of(text: str, pattern: str) -> str:
    """A name like the text that fits the pattern of names; "" where there is none."""
    if pattern != "^[a-z][a-z0-9_]*$" or len(text) > 60:
        return ""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).lower().translate(_IN_TWO_LETTERS))
    slug = _SLUG.sub("_", "".join(letter for letter in text if not unicodedata.combining(letter))).strip("_")
    return slug if re.fullmatch(r"[a-z][a-z0-9_]*", slug) else ""


def actor_help(tree: Node, path: Path, slug: str, text: str) -> str:
    """Help for a text that stands for an actor and is no name; "" where its own letters say enough."""
    if label(path) not in _ACTORS:
        return ""
    listed = tree.value.get("actors") if isinstance(tree.value, dict) else None
    actors = [str(item.value) for item in listed.value] if listed and isinstance(listed.value, list) else []
    if slug in actors or (not actors and text.isascii()):
        return ""
    return did_you_mean(slug or text, actors) or "Write the name that the pack's 'actors' have for it."


def as_map(schema: Schema, items: list[Any], key: str) -> str:
    """`Write states: {asked: {}, closed: {}}.` for a list of names where they have values; "" where those need more."""
    inner = schema.get("additionalProperties")
    named = all(isinstance(item, str) and re.fullmatch(r"[a-z][a-z0-9_]*", item) for item in items)
    if not items or not named or not isinstance(inner, dict):
        return ""
    if "required" in inner or types_of(inner)[:1] != ["object"]:
        return ""
    text = f"Write {key}: {written({item: {} for item in items})}."
    return text if len(text) <= LONGEST_EXAMPLE else ""


def first_sentence(schema: Schema) -> str:
    """The first sentence of a schema's description; "" without one."""
    return str(schema.get("description", "")).split(". ")[0].rstrip(".") + "." if schema.get("description") else ""


def example_of(schema: Schema, key: str) -> str:
    """`For example: from: amicable`, from the examples of the schema; "" where they are long."""
    for example in schema.get("examples", []):
        text = written(example)
        if len(text) <= LONGEST_EXAMPLE:
            return f"For example: {key}: {text}" if key else ""
    return ""


_NEEDS_QUOTES = re.compile(r"^[\s&*!|>%@`'\"#\[\]{},?:-]|: | #|^$|^[0-9]+[.]?[0-9]*$|[\[\]{},]")


def written(value: Any) -> str:
    """A value as an author would write it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(item) for item in value) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) and _NEEDS_QUOTES.search(value) else str(value)
