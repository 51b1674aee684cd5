"""What `rulesengine new` writes: files and rules that are right in form, with nothing behind what has to be filled in.

A key with nothing behind it is an error that `check` and `test` name with its place, so nothing is forgotten; the
comment beside it is the first sentence of what the schema says of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from rulesengine.authoring.inserting import Entry, Written, block
from rulesengine.authoring.shaping import Kind, raw, resolved

RuleKind: TypeAlias = Literal["transition", "deadline", "limit"]
#: the keys a rule is begun with, in the order in which they are read
ALWAYS: Mapping[RuleKind, tuple[str, ...]] = {
    "transition": ("from", "to", "by"),
    "deadline": ("while",),
    "limit": ("event",),
}
#: the forms of a rule: a key that makes one, and what else that form has to say. Where none is chosen it is the first
FORMS: Mapping[RuleKind, Mapping[str, tuple[str, ...]]] = {
    "transition": {},
    "deadline": {"within": ("owed_by",), "after": ("then",)},
    "limit": {
        "value": ("at_most",),
        "total": ("at_most",),
        "times": (),
        "not_after": (),
        "not_before": (),
        "requires": (),
        "refuse_when": (),
        "only_when": (),
    },
}
#: keys in place of which another may be written
INSTEAD = {"at_most": ("at_least", "one_of"), "source": ("assumed",)}
#: the start of a story whose pack does not say from when on it is valid
ANY_DAY = "2026-03-02"


def blank(kind: Kind, *path: str) -> Written:
    """A key to be filled in, with what the schema says it is for. `path` leads there by keys of the schema."""
    schema = raw(kind)
    part: Any = schema
    for step in path:
        part = resolved(schema, part)
        part = part["properties"][step] if step in part.get("properties", {}) else part["additionalProperties"]
    return Written(comment=_first_sentence(resolved(schema, part)["description"]))


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".")


def prefix_of(name: str) -> str:
    """What the ids of a pack's statements begin with: `SHOP` of `shop`."""
    return name.replace("_", "").upper()[:8]


def text_of(entry: Entry, schema: str) -> str:
    """A file that begins with the line by which an editor finds its schema."""
    return "\n".join([f"# yaml-language-server: $schema={schema}", *block(entry)]) + "\n"


# files


def pack(name: str, given: Mapping[str, str]) -> Entry:
    """A pack with one process that opens, ends, and has a duty; `given` are keys of its head that are known already."""
    first, second = f"{prefix_of(name)}-1", f"{prefix_of(name)}-2"
    head = {
        key: Written(text=given[key]) if given.get(key) else blank("pack", key)
        for key in ("title", "valid_from", "time_zone", "currency")
    }
    rule = ("processes", "order")
    order: Entry = {
        "title": Written(text="Order"),
        "states": {"placed": Written(text="{}"), "done": Written(text="{final: true}")},
        "transitions": {
            "place": _written({"from": "new", "to": "placed", "by": "buyer", "source": first}),
            "finish": _written({"from": "placed", "to": "done", "by": "seller", "source": second}),
        },
        "deadlines": {
            "finish_in_time": {
                "while": Written(text="placed"),
                "within": blank("pack", *rule, "deadlines", "finish_in_time", "within"),
                "owed_by": Written(text="seller"),
                "source": Written(text=second),
            }
        },
    }
    return {
        "pack": Written(text=name),
        "title": head["title"],
        "version": Written(text="0.1.0"),
        **{key: head[key] for key in ("valid_from", "time_zone", "currency")},
        "register": Written(text=f"sources/{name}.yaml"),
        "actors": Written(text="[buyer, seller]"),
        "processes": {"order": order},
    }


def register(name: str) -> Entry:
    """A register with one document and the two statements that the first pack cites."""

    def statement(id: str) -> Entry:
        return {
            "document": Written(text="help"),
            "says": blank("register", "statements", id, "says"),
            "modality": Written(text="must"),
        }

    ids = [f"{prefix_of(name)}-{number}" for number in (1, 2)]
    return {
        "register": Written(text=name),
        "documents": {"help": {"title": blank("register", "documents", "help", "title")}},
        "statements": {id: statement(id) for id in ids},
    }


def first_scenario(name: str) -> list[str]:
    """The story of the first pack: an order that nobody finishes."""
    return [
        "scenario: An order that nobody finishes",
        f"pack: {name}",
        f"start:  # {blank('scenario', 'start').comment}",
        "steps:",
        "  - event: order.place",
        "    by: buyer",
        "    expect: accepted",
        f"  - after:  # {_first_sentence(_step('after'))}: longer than the seller has",
        "    expect:  # what is seen then, such as {missed: order.finish_in_time}",
    ]


def _step(key: str) -> str:
    steps = raw("scenario")["properties"]["steps"]["items"]["properties"]
    return str(steps[key]["description"])


# parts of a pack


def process(states: Sequence[str], under: str, title: str) -> Entry:
    """A process whose first transition creates it and whose last ends it."""
    path = ("processes", "x")
    *lasting, last = states
    head: dict[str, Entry | Written] = {"title": Written(text=title) if title else blank("pack", *path, "title")}
    if under:
        head["under"] = Written(text=under)
    return {
        **head,
        "states": {**{state: Written(text="{}") for state in lasting}, last: Written(text="{final: true}")},
        "transitions": {
            "open": rule("transition", {"from": "new", "to": lasting[0]}),
            "close": rule("transition", {"from": _several(lasting), "to": last}),
        },
    }


def _several(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"[{', '.join(words)}]"


def rule(kind: RuleKind, given: Mapping[str, str]) -> Entry:
    """A rule with the keys that are known, and the others that it needs to be filled in."""
    forms = FORMS[kind]
    chosen = next((key for key in forms if key in given), next(iter(forms), ""))
    needed = [*ALWAYS[kind], *([chosen, *forms[chosen]] if chosen else []), "source"]
    if kind == "transition" and given and "from" in given and given["from"] != "new" and "to" not in given:
        # the state may stay
        needed.remove("to")
    missing = [key for key in needed if key not in given and not any(one in given for one in INSTEAD.get(key, ()))]
    path = ("processes", "x", f"{kind}s", "x")
    known = list(raw("pack")["$defs"][kind]["properties"])
    keys = sorted({*given, *missing}, key=known.index)
    # where a rule comes from stands at its end
    keys.sort(key=lambda key: key in ("source", "assumed"))
    return {key: Written(text=given[key]) if key in given else blank("pack", *path, key) for key in keys}


def _written(keys: Mapping[str, str]) -> Entry:
    return {key: Written(text=text) for key, text in keys.items()}
