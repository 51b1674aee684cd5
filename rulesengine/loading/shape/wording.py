"""What is told about a shape that is not right: place, code, message and help for each kind of fault."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import Any

from rulesengine.diagnostics import Diagnostic, Span, did_you_mean, finding, nearest
from rulesengine.document import Node, plain
from rulesengine.loading.shape.phrases import (
    LONGEST_EXAMPLE,
    ODD_SPACE,
    TYPES,
    Path,
    actor_help,
    as_map,
    at,
    called,
    depends_on,
    example_of,
    first_sentence,
    inside_of,
    keys_of,
    label,
    name_of,
    several_names,
    shown,
    slug_of,
    start_of,
    types_of,
    written,
)
from rulesengine.loading.shape.schemas import EXCLUDED, Kind, described, owners

_SPOKEN_BOOLEANS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_DECIMAL_COMMA = re.compile(r"-?[0-9]+,[0-9]+")
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
        parent = at(tree, path[:-1])
        schema = described(self.kind, path[:-1])
        known = list(schema.get("properties", {}))
        free = [word for word in known if word not in keys_of(parent)]
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
        message = f"{inside_of(path[:-1], self.kind)} has no key {shown(key)}."
        self.tell("RE201", parent.keys[key], message, help.strip())
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
            facts = written({name: plain(values[name]) for name in beside})
            if len(facts) > LONGEST_EXAMPLE:
                facts = f"{{{', '.join(f'{name[:30]}: …' for name in beside[:3])}}}"
            message = f"{shown(key)} is neither 'state' nor 'facts': facts of an instance stand below 'facts'."
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
        if types_of(described(self.kind, above))[:1] != ["object"] or not described(self.kind, (*above, path[-1])):
            return False
        if above not in self.told:
            self.told.add(above)
            rest = names[names.index(before) + 1 :][:_SHOWN]
            follow = [name for name in rest if name not in known and described(self.kind, (*above, name))]
            follow = follow or [str(path[-1])]
            those = " and ".join([", ".join(map(shown, follow[:-1])), shown(follow[-1])][len(follow) < 2 :])
            message = f"{shown(path[-1])} stands beside '{before}', and belongs below it: nothing stands there."
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
        types = types_of(schema)
        help = "Write {} if there is nothing to add." if types[:1] == ["object"] and "required" not in schema else ""
        if not help or key in described(self.kind, path[:-1]).get("properties", {}):
            help = example_of(schema, key) or "Write its value, or take the key away."
        self.told.add(path)
        self.tell("RE203", parent.keys[key], f"Nothing stands behind {shown(key)}.", help)

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
        node = at(tree, path)
        bad = error.instance
        schema = described(self.kind, path)
        name = name_of(path)
        example = example_of(schema, label(path))
        rule = error.schema.get("patternErrorMessage", "")
        keyword = error.validator
        limit = error.validator_value
        if "propertyNames" in error.absolute_schema_path:
            key = str(bad)
            slug = slug_of(key, str(error.schema.get("pattern", "")))
            help = f"Write '{slug}'." if slug else ""
            if keyword == "maxLength":
                self.tell(
                    "RE206", node.keys[key], f"The name {shown(key)} is longer than {limit} characters.", "Shorten it."
                )
            else:
                self.tell("RE205", node.keys[key], f"{shown(key)} cannot be a name here.", rule, help)
        elif keyword in ("enum", "const") and not (keyword == "const" and "errorMessage" in error.schema):
            self.word(node, path, error)
        elif keyword == "const":
            self.tell("RE207", node.span, f"{shown(bad)} cannot be {name} here.", error.schema["errorMessage"])
        elif keyword == "type":
            self.wrong_type(tree, path, error)
        elif keyword == "pattern":
            slug = slug_of(str(bad), limit)
            help = actor_help(tree, path, slug, str(bad)) or (f"Write '{slug}'." if slug else example)
            several = "array" in types_of(schema) or (bool(path) and isinstance(path[-1], int))
            if several and (names := several_names(str(bad), limit)):
                listed = ", ".join(names)
                help = f"Write [{listed}]." if "array" in types_of(schema) else f"Put a comma between them: {listed}."
                rule = "Several stand in brackets, with commas."
            if odd := ODD_SPACE.search(str(bad)):
                rule = f"There is a character U+{ord(odd[0]):04X} in it, which looks like a space or like nothing."
                help = "Write an ordinary space instead, or delete it."
            self.tell("RE205", node.span, f"{shown(bad)} cannot stand as {name}.", rule, help)
        elif keyword == "maxLength":
            self.tell("RE206", node.span, f"The text of {name} is longer than {limit:,} characters.", "Shorten it.")
        elif keyword in ("minLength", "minItems", "minProperties"):
            self.tell("RE206", node.span, f"There is nothing in {name}.", example or first_sentence(schema))
        elif keyword in ("maxItems", "maxProperties"):
            self.tell("RE206", start_of(node), f"There are more than {limit:,} in {name}.", "Write fewer.")
        elif keyword == "minimum":
            self.tell("RE206", node.span, f"{shown(bad)} is too small for {name}: it is at least {limit:,}.", example)
        elif keyword == "maximum":
            self.tell("RE206", node.span, f"{shown(bad)} is too large for {name}: it is at most {limit:,}.", example)
        elif keyword == "uniqueItems":
            self.tell("RE204", node.span, f"{shown(node.value)} stands in this list already.", "Take one of them away.")
        else:
            self.tell("RE203", node.span, f"{shown(bad)} cannot stand as {name}.", example)

    def word(self, node: Node, path: Path, error: Any) -> None:
        """A value that is none of a few words."""
        bad = error.instance
        values = error.validator_value if error.validator == "enum" else [error.validator_value]
        words = [word for word in values if isinstance(word, str)]
        others = [shown(word) for word in values if not isinstance(word, str) and word is not None]
        known = " or ".join([*(f"'{word}'" for word in words), *others])
        schema = described(self.kind, path)
        maps = "object" in types_of(schema)
        if isinstance(bad, str) and words:
            help = did_you_mean(bad, words)
            if maps and nearest(bad, words) is None:
                help = f"{help} {example_of(schema, label(path))}"
            self.tell("RE204", node.span, f"{shown(bad)} is none of the words for {name_of(path)}.", help)
        elif isinstance(bad, str) and bad.lower() in _SPOKEN_BOOLEANS:
            self.tell("RE203", node.span, f"{shown(bad)} is text here.", f"Write {known}.")
        else:
            self.tell("RE204", node.span, f"{shown(bad)} cannot stand as {name_of(path)}.", f"Write {known}.")

    def wrong_type(self, tree: Node, path: Path, error: Any) -> None:
        node = at(tree, path)
        schema = described(self.kind, path)
        bad = error.instance
        rule = error.schema.get("patternErrorMessage", "")
        if bad is None and path and isinstance(path[-1], str):
            self.nothing(at(tree, path[:-1]), path)
            return
        types = types_of(schema)
        wanted = " or ".join(TYPES[name] for name in types)
        message = f"{name_of(path)[:1].upper()}{name_of(path)[1:]} is {called(bad)}, and has to be {wanted}."
        help = [example_of(schema, label(path)) or first_sentence(schema)]
        if types == ["object"] and isinstance(bad, list):
            help = [as_map(schema, bad, label(path)), *help]
        elif types == ["object"] and isinstance(bad, str) and "state" in schema.get("properties", {}):
            help = [f"Write {label(path)}: {written({'state': bad})}." if len(bad) <= 40 else help[0]]
        elif types == ["array"] and not isinstance(bad, dict):
            bare = shown(bad).strip("'")
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
            help = [f'Put it in quotes, "{shown(bad)}", if you mean the word.', *help]
        elif types == ["string"] and rule:
            help = [rule, *help]
        self.tell("RE203", start_of(node) if isinstance(bad, (dict, list)) else node.span, message, *help)

    # what goes together with what

    def excluded(self, tree: Node, path: Path, error: Any) -> None:
        """A key that cannot stand beside another."""
        key = str(path[-1])
        parent = at(tree, path[:-1])
        other = depends_on(error)
        pair: Path = (*path[:-1], *sorted((key, other)))
        if pair in self.told or other not in parent.keys:
            return
        self.told.add(pair)
        # what one of the two would need beside it is no matter as long as they exclude each other
        self.told.update(((*path[:-1], "needs", key), (*path[:-1], "needs", other)))
        first, second = sorted((key, other), key=lambda word: parent.keys[word])
        message = f"{shown(second)} cannot stand beside {shown(first)}."
        self.tell("RE207", parent.keys[second], message, "Keep the one that says what you mean.")

    def choice(self, tree: Node, path: Path, error: Any) -> None:
        """None of several keys is there, and one has to be."""
        node = at(tree, path)
        beside = depends_on(error)
        place = node.keys[beside] if beside in node.keys else self.place_of(tree, path)
        own = f"{inside_of(path, self.kind)} does not say enough."
        self.tell("RE207" if beside else "RE202", place, own, error.schema.get("errorMessage", ""))

    def missing(self, tree: Node, path: Path, error: Any, needs: set[Path]) -> None:
        node = at(tree, path)
        there = keys_of(node)
        beside = depends_on(error)
        if error.validator == "dependentRequired":
            pairs = [(need, key) for key, wanted in error.validator_value.items() if key in there for need in wanted]
        else:
            pairs = [(need, beside) for need in error.validator_value]
        for need, key in pairs:
            if need in there or (*path, need) in self.told or (*path, "needs", key) in self.told:
                continue
            self.told.add((*path, need))
            schema = described(self.kind, (*path, need))
            help = f"{first_sentence(schema)} {example_of(schema, need)}".strip()
            if key:
                needs.add(path)
                self.tell("RE207", node.keys[key], f"{shown(key)} needs '{need}' beside it.", help)
            elif need == "source":
                message = f"{inside_of(path, self.kind)} does not say where it comes from."
                help = f"{example_of(schema, need)} Or say why there is none: assumed: …"
                self.tell("RE315", self.place_of(tree, path), message, help)
            else:
                self.tell("RE202", self.place_of(tree, path), f"{inside_of(path, self.kind)} has no '{need}'.", help)

    def place_of(self, tree: Node, path: Path) -> Span:
        """The place of a map as a whole: its key, or where it begins."""
        if path and isinstance(path[-1], str):
            return at(tree, path[:-1]).keys[str(path[-1])]
        return start_of(at(tree, path))
