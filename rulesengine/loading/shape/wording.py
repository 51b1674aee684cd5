"""What is told about a shape that is not right: place, code, message and help for each kind of fault."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from rulesengine.diagnostics import Diagnostic, Span, did_you_mean, finding, nearest
from rulesengine.document import Node, plain
from rulesengine.loading.shape.schemas import EXCLUDED, Kind, Schema, described, owners

Path = tuple[str | int, ...]

_TYPES = {
    "object": "a map (names, each with a colon)",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}
_SPOKEN_BOOLEANS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_DECIMAL_COMMA = re.compile(r"-?[0-9]+,[0-9]+")
_LONGEST_EXAMPLE = 100
#: neighbours of a key that are told with it
_SHOWN = 12
#: keywords about keys that belong together
_RELATIONS = ("required", "not", "dependentRequired", EXCLUDED)


class Teller:
    """Collects the findings about one document."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.found: list[Diagnostic] = []
        #: paths that something was told about already
        self.told: set[Path] = set()

    def tell(self, code: str, span: Span, message: str, *help: str) -> None:
        self.found.append(finding(code, span, message, " ".join(part for part in help if part)))

    def unknown_key(self, tree: Node, path: Path) -> str | None:
        """Tell of a key that is not known, and give the word that was likely meant."""
        key = str(path[-1])
        parent = _at(tree, path[:-1])
        schema = described(self.kind, path[:-1])
        known = list(schema.get("properties", {}))
        free = [word for word in known if word not in _keys(parent)]
        likely = nearest(key, free)
        if self.kind == "scenario" and set(known) == {"state", "facts"} and self.beside_state(parent, path, key):
            return None
        if likely is None:
            # it is looked at without the key from here on, and is not empty for that
            self.told.add(path[:-1])
            if self.not_indented(parent, path):
                return None
        help = did_you_mean(key, free if likely else known)
        others = [title.lower() for title in owners(self.kind).get(key, ()) if title not in ("", "Reading")]
        if likely is None and others:
            help = f"'{key}' is a key of: {', '.join(others[:3])}. {help}"
        if likely is None and "patternProperties" in schema and described(self.kind, (*path[:-1], key.lower())):
            help = f"Names have small letters: write '{key.lower()}'."
        elif likely is None and (there := nearest(key, known)) is not None:
            help = f"Did you mean '{there}'? It stands here already."
        self.tell("RE201", parent.keys[key], f"{_inside(path[:-1], self.kind)} has no key {_shown(key)}.", help.strip())
        return likely

    def beside_state(self, parent: Node, path: Path, key: str) -> bool:
        """Whether a key is a fact that stands beside `state` where it belongs below `facts`; of all those that do one
        finding is told.
        """
        values = parent.value if isinstance(parent.value, dict) else {}
        words = [word for word in ("state", "facts") if word not in values]

        def is_fact(name: str) -> bool:
            slip = nearest(name, words)
            fitting = {"state": str, "facts": dict}.get(slip or "")
            return name not in ("state", "facts") and not (fitting and isinstance(values[name].value, fitting))

        if not is_fact(key):
            return False
        self.told.add(path[:-1])
        if (*path[:-1], "facts") not in self.told:
            self.told.add((*path[:-1], "facts"))
            beside = [name for name in islice(values, _SHOWN) if is_fact(name)] or [key]
            facts = _written({name: plain(values[name]) for name in beside})
            if len(facts) > _LONGEST_EXAMPLE:
                facts = f"{{{', '.join(f'{name[:30]}: …' for name in beside[:3])}}}"
            message = f"{_shown(key)} is neither 'state' nor 'facts': facts of an instance stand below 'facts'."
            self.tell("RE201", parent.keys[key], message, f"Write facts: {facts}.")
        return True

    def not_indented(self, parent: Node, path: Path) -> bool:
        """Whether a key stands beside the map that it belongs to: it follows a key that such things stand below, and
        behind which nothing stands. Of all that follow it one finding is told.
        """
        values = parent.value if isinstance(parent.value, dict) else {}
        names = list(values)
        known = described(self.kind, path[:-1]).get("properties", {})
        before = next((name for name in reversed(names[: names.index(str(path[-1]))]) if name in known), None)
        if before is None or values[before].value is not None:
            return False
        above: Path = (*path[:-1], before)
        if _types(described(self.kind, above))[:1] != ["object"] or not described(self.kind, (*above, path[-1])):
            return False
        if above not in self.told:
            self.told.add(above)
            rest = names[names.index(before) + 1 :][:_SHOWN]
            follow = [name for name in rest if name not in known and described(self.kind, (*above, name))]
            follow = follow or [str(path[-1])]
            those = " and ".join([", ".join(map(_shown, follow[:-1])), _shown(follow[-1])][len(follow) < 2 :])
            message = f"{_shown(path[-1])} stands beside '{before}', and belongs below it: nothing stands there."
            self.tell("RE201", parent.keys[str(path[-1])], message, f"Indent {those} further than '{before}'.")
        return True

    def empty_values(self, node: Node, path: Path) -> None:
        """Tell of every key with nothing behind it. That says something only where it is laid over something else: in a
        pack that extends another, in variants and in readings.
        """
        if isinstance(node.value, list):
            for index, item in enumerate(node.value):
                self.empty_values(item, (*path, index))
        elif isinstance(node.value, dict):
            for key, inner in node.value.items():
                if key in ("readings", "variants"):
                    continue
                if inner.value is not None:
                    self.empty_values(inner, (*path, key))
                elif (*path, key) in self.told:
                    continue
                elif not (key == "value" and "parameters" in path[:-1]) and described(self.kind, (*path, key)):
                    self.nothing(node, (*path, key))

    def nothing(self, parent: Node, path: Path) -> None:
        schema = described(self.kind, path)
        key = str(path[-1])
        types = _types(schema)
        help = "Write {} if there is nothing to add." if types[:1] == ["object"] and "required" not in schema else ""
        if not help or key in described(self.kind, path[:-1]).get("properties", {}):
            help = _example(schema, key) or "Write its value, or take the key away."
        self.told.add(path)
        self.tell("RE203", parent.keys[key], f"Nothing stands behind {_shown(key)}.", help)

    def errors(self, tree: Node, errors: Iterable[Any]) -> None:
        """Tell of the validator's errors, except for unknown keys; each place once."""
        faults = sorted(errors, key=lambda error: error.validator not in ("type", "enum", "const"))
        related = [error for error in faults if error.validator in _RELATIONS]
        for error in faults:
            path: Path = tuple(error.absolute_path)
            if error.validator in _RELATIONS or error.validator == "additionalProperties" or path in self.told:
                continue
            if "propertyNames" not in error.absolute_schema_path:
                self.told.add(path)
            self.value(tree, path, error)
        needs: set[Path] = set()
        order = [EXCLUDED, "required", "dependentRequired", "not"]
        for error in sorted(related, key=lambda error: order.index(error.validator)):
            path = tuple(error.absolute_path)
            if error.validator == EXCLUDED:
                self.excluded(tree, path, error)
            elif error.validator == "not":
                if path not in needs:
                    self.choice(tree, path, error)
                    needs.add(path)
            else:
                self.missing(tree, path, error, needs)

    # what is wrong with a value

    def value(self, tree: Node, path: Path, error: Any) -> None:
        node = _at(tree, path)
        bad = error.instance
        schema = described(self.kind, path)
        name = _name(path)
        example = _example(schema, _label(path))
        rule = error.schema.get("patternErrorMessage", "")
        keyword = error.validator
        limit = error.validator_value
        if "propertyNames" in error.absolute_schema_path:
            key = str(bad)
            slug = _slug(key, str(error.schema.get("pattern", "")))
            help = f"Write '{slug}'." if slug else ""
            if keyword == "maxLength":
                self.tell(
                    "RE206", node.keys[key], f"The name {_shown(key)} is longer than {limit} characters.", "Shorten it."
                )
            else:
                self.tell("RE205", node.keys[key], f"{_shown(key)} cannot be a name here.", rule, help)
        elif keyword in ("enum", "const") and not (keyword == "const" and "errorMessage" in error.schema):
            self.word(node, path, error)
        elif keyword == "const":
            self.tell("RE207", node.span, f"{_shown(bad)} cannot be {name} here.", error.schema["errorMessage"])
        elif keyword == "type":
            self.wrong_type(tree, path, error)
        elif keyword == "pattern":
            slug = _slug(str(bad), limit)
            help = _actor(tree, path, slug, str(bad)) or (f"Write '{slug}'." if slug else example)
            several = "array" in _types(schema) or (bool(path) and isinstance(path[-1], int))
            if several and (names := _several(str(bad), limit)):
                listed = ", ".join(names)
                help = f"Write [{listed}]." if "array" in _types(schema) else f"Put a comma between them: {listed}."
                rule = "Several stand in brackets, with commas."
            if odd := _ODD_SPACE.search(str(bad)):
                rule = f"There is a character U+{ord(odd[0]):04X} in it, which looks like a space or like nothing."
                help = "Write an ordinary space instead, or delete it."
            self.tell("RE205", node.span, f"{_shown(bad)} cannot stand as {name}.", rule, help)
        elif keyword == "maxLength":
            self.tell("RE206", node.span, f"The text of {name} is longer than {limit:,} characters.", "Shorten it.")
        elif keyword in ("minLength", "minItems", "minProperties"):
            self.tell("RE206", node.span, f"There is nothing in {name}.", example or _first_sentence(schema))
        elif keyword in ("maxItems", "maxProperties"):
            self.tell("RE206", _start(node), f"There are more than {limit:,} in {name}.", "Write fewer.")
        elif keyword == "minimum":
            self.tell("RE206", node.span, f"{_shown(bad)} is too small for {name}: it is at least {limit:,}.", example)
        elif keyword == "maximum":
            self.tell("RE206", node.span, f"{_shown(bad)} is too large for {name}: it is at most {limit:,}.", example)
        elif keyword == "uniqueItems":
            self.tell(
                "RE204", node.span, f"{_shown(node.value)} stands in this list already.", "Take one of them away."
            )
        else:
            self.tell("RE203", node.span, f"{_shown(bad)} cannot stand as {name}.", example)

    def word(self, node: Node, path: Path, error: Any) -> None:
        """A value that is none of a few words."""
        bad = error.instance
        values = error.validator_value if error.validator == "enum" else [error.validator_value]
        words = [word for word in values if isinstance(word, str)]
        others = [_shown(word) for word in values if not isinstance(word, str) and word is not None]
        known = " or ".join([*(f"'{word}'" for word in words), *others])
        schema = described(self.kind, path)
        maps = "object" in _types(schema)
        if isinstance(bad, str) and words:
            help = did_you_mean(bad, words)
            if maps and nearest(bad, words) is None:
                help = f"{help} {_example(schema, _label(path))}"
            self.tell("RE204", node.span, f"{_shown(bad)} is none of the words for {_name(path)}.", help)
        elif isinstance(bad, str) and bad.lower() in _SPOKEN_BOOLEANS:
            self.tell("RE203", node.span, f"{_shown(bad)} is text here.", f"Write {known}.")
        else:
            self.tell("RE204", node.span, f"{_shown(bad)} cannot stand as {_name(path)}.", f"Write {known}.")

    def wrong_type(self, tree: Node, path: Path, error: Any) -> None:
        node = _at(tree, path)
        schema = described(self.kind, path)
        bad = error.instance
        rule = error.schema.get("patternErrorMessage", "")
        if bad is None and path and isinstance(path[-1], str):
            self.nothing(_at(tree, path[:-1]), path)
            return
        types = _types(schema)
        wanted = " or ".join(_TYPES[name] for name in types)
        message = f"{_name(path)[:1].upper()}{_name(path)[1:]} is {_called(bad)}, and has to be {wanted}."
        help = [_example(schema, _label(path)) or _first_sentence(schema)]
        if types == ["object"] and isinstance(bad, list):
            help = [_as_map(schema, bad, _label(path)), *help]
        elif types == ["object"] and isinstance(bad, str) and "state" in schema.get("properties", {}):
            help = [f"Write {_label(path)}: {_written({'state': bad})}." if len(bad) <= 40 else help[0]]
        elif types == ["array"] and not isinstance(bad, dict):
            bare = _shown(bad).strip("'")
            help = [f"Put it in brackets: [{bare}].", *help]
        elif isinstance(bad, str):
            spoken = _SPOKEN_BOOLEANS.get(bad.lower())
            if "boolean" in types and spoken:
                help = [f"Write {spoken}: '{bad}' is only text here."]
            elif "number" in types and _DECIMAL_COMMA.fullmatch(bad):
                help = [f"Write {bad.replace(',', '.')}: decimals have a point."]
            elif "number" in types or "integer" in types:
                help = ["Write it with digits only, and without quotes.", *help]
        elif "string" in types and isinstance(bad, bool):
            help = [f'Put it in quotes, "{_shown(bad)}", if you mean the word.', *help]
        elif types == ["string"] and rule:
            help = [rule, *help]
        self.tell("RE203", _start(node) if isinstance(bad, (dict, list)) else node.span, message, *help)

    # what goes together with what

    def excluded(self, tree: Node, path: Path, error: Any) -> None:
        """A key that cannot stand beside another."""
        key = str(path[-1])
        parent = _at(tree, path[:-1])
        other = _depends_on(error)
        pair: Path = (*path[:-1], *sorted((key, other)))
        if pair in self.told or other not in parent.keys:
            return
        self.told.add(pair)
        # what one of the two would need beside it is no matter as long as they exclude each other
        self.told.update(((*path[:-1], "needs", key), (*path[:-1], "needs", other)))
        first, second = sorted((key, other), key=lambda word: parent.keys[word])
        message = f"{_shown(second)} cannot stand beside {_shown(first)}."
        self.tell("RE207", parent.keys[second], message, "Keep the one that says what you mean.")

    def choice(self, tree: Node, path: Path, error: Any) -> None:
        """None of several keys is there, and one has to be."""
        node = _at(tree, path)
        beside = _depends_on(error)
        place = node.keys[beside] if beside in node.keys else self.place_of(tree, path)
        own = f"{_inside(path, self.kind)} does not say enough."
        self.tell("RE207" if beside else "RE202", place, own, error.schema.get("errorMessage", ""))

    def missing(self, tree: Node, path: Path, error: Any, needs: set[Path]) -> None:
        node = _at(tree, path)
        there = _keys(node)
        beside = _depends_on(error)
        if error.validator == "dependentRequired":
            pairs = [(need, key) for key, wanted in error.validator_value.items() if key in there for need in wanted]
        else:
            pairs = [(need, beside) for need in error.validator_value]
        for need, key in pairs:
            if need in there or (*path, need) in self.told or (*path, "needs", key) in self.told:
                continue
            self.told.add((*path, need))
            schema = described(self.kind, (*path, need))
            help = f"{_first_sentence(schema)} {_example(schema, need)}".strip()
            if key:
                needs.add(path)
                self.tell("RE207", node.keys[key], f"{_shown(key)} needs '{need}' beside it.", help)
            elif need == "source":
                message = f"{_inside(path, self.kind)} does not say where it comes from."
                help = f"{_example(schema, need)} Or say why there is none: assumed: …"
                self.tell("RE315", self.place_of(tree, path), message, help)
            else:
                self.tell("RE202", self.place_of(tree, path), f"{_inside(path, self.kind)} has no '{need}'.", help)

    def place_of(self, tree: Node, path: Path) -> Span:
        """The place of a map as a whole: its key, or where it begins."""
        if path and isinstance(path[-1], str):
            return _at(tree, path[:-1]).keys[str(path[-1])]
        return _start(_at(tree, path))


def _at(tree: Node, path: Sequence[str | int]) -> Node:
    node = tree
    for step in path:
        inside: Any = node.value
        node = inside[step]
    return node


def _keys(node: Node) -> Iterable[str]:
    return node.value if isinstance(node.value, dict) else ()


def _start(node: Node) -> Span:
    """The first character of a map or list: underlining all of it would say nothing."""
    span = node.span
    if span.line == span.end_line and not isinstance(node.value, (dict, list)):
        return span
    return Span(span.file, span.line, span.column, span.line, span.column + 1)


def _depends_on(error: Any) -> str:
    """The key whose presence brought the rule in that is broken; "" where the rule always holds."""
    steps = list(error.absolute_schema_path)
    if "dependentSchemas" not in steps:
        return ""
    return str(steps[len(steps) - 1 - steps[::-1].index("dependentSchemas") + 1])


def _types(schema: Schema) -> list[str]:
    types = schema.get("type", [])
    return [name for name in ([types] if isinstance(types, str) else types) if name != "null"]


def _label(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def _name(path: Path) -> str:
    """A value in a sentence: 'by', or an item of 'by'."""
    if not path:
        return "the document"
    return f"'{path[-1]}'" if isinstance(path[-1], str) else f"an item of '{_label(path)}'"


def _inside(path: Path, kind: Kind) -> str:
    """A map at the beginning of a sentence: The transition 'open', The pack."""
    title = str(described(kind, path).get("title", "")).lower()
    if not path:
        return f"The {kind}"
    parent = described(kind, path[:-1])
    if isinstance(path[-1], int) or path[-1] in parent.get("properties", {}):
        return f"'{path[-1]}'" if isinstance(path[-1], str) else f"This {title}"
    return f"The {title} {_shown(path[-1])}"


def _called(value: Any) -> str:
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return f"the text {_shown(value)}"
    return "nothing" if value is None else _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return _called(value)
    text = str(value)
    short = " ".join(text[:60].split()) if len(text) <= 40 else " ".join(text[:39].split()) + "…"
    return short if isinstance(value, (int, Decimal)) else f"'{short}'"


_ODD_SPACE = re.compile("[\u00a0\u00ad\u2000-\u200f\u202f\u205f\u2060\u3000]")
_BETWEEN = re.compile(r"\s*[,;|/]\s*(?:(?:or|and)\s+)?|\s+(?:or|and)\s+|\s+")


def _several(text: str, pattern: str) -> list[str]:
    """The names of a text such as `a, b` or `a or b`, where all fit the pattern; none where it is only one."""
    names = [name for name in _BETWEEN.split(text.strip(" []")) if name] if len(text) <= 500 else []
    return names if len(names) > 1 and all(re.search(pattern, name) for name in names) else []


_SLUG = re.compile(r"[^a-z0-9]+")
#: letters that lose more than their accent where there is only a to z
_IN_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l"})
#: keys behind which actors stand
_ACTORS = frozenset(("by", "owed_by", "notifies", "notified"))


def _slug(text: str, pattern: str) -> str:
    """A name like the text that fits the pattern of names; "" where there is none."""
    if pattern != "^[a-z][a-z0-9_]*$" or len(text) > 60:
        return ""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).lower().translate(_IN_TWO_LETTERS))
    slug = _SLUG.sub("_", "".join(letter for letter in text if not unicodedata.combining(letter))).strip("_")
    return slug if re.fullmatch(r"[a-z][a-z0-9_]*", slug) else ""


def _actor(tree: Node, path: Path, slug: str, text: str) -> str:
    """Help for a text that stands for an actor and is no name; "" where its own letters say enough."""
    if _label(path) not in _ACTORS:
        return ""
    listed = tree.value.get("actors") if isinstance(tree.value, dict) else None
    actors = [str(item.value) for item in listed.value] if listed and isinstance(listed.value, list) else []
    if slug in actors or (not actors and text.isascii()):
        return ""
    return did_you_mean(slug or text, actors) or "Write the name that the pack's 'actors' have for it."


def _as_map(schema: Schema, items: list[Any], key: str) -> str:
    """`Write states: {asked: {}, closed: {}}.` for a list of names where they have values; "" where those need more."""
    inner = schema.get("additionalProperties")
    named = all(isinstance(item, str) and re.fullmatch(r"[a-z][a-z0-9_]*", item) for item in items)
    if not items or not named or not isinstance(inner, dict) or "required" in inner or _types(inner)[:1] != ["object"]:
        return ""
    text = f"Write {key}: {_written({item: {} for item in items})}."
    return text if len(text) <= _LONGEST_EXAMPLE else ""


def _first_sentence(schema: Schema) -> str:
    return str(schema.get("description", "")).split(". ")[0].rstrip(".") + "." if schema.get("description") else ""


def _example(schema: Schema, key: str) -> str:
    """`For example: from: amicable`, from the examples of the schema; "" where they are long."""
    for example in schema.get("examples", []):
        text = _written(example)
        if len(text) <= _LONGEST_EXAMPLE:
            return f"For example: {key}: {text}" if key else ""
    return ""


_NEEDS_QUOTES = re.compile(r"^[\s&*!|>%@`'\"#\[\]{},?:-]|: | #|^$|^[0-9]+[.]?[0-9]*$|[\[\]{},]")


def _written(value: Any) -> str:
    """A value as an author would write it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_written(item) for item in value) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) and _NEEDS_QUOTES.search(value) else str(value)
