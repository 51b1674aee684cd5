"""Documents laid over each other by key: `extends`, then the variant, then the readings.

Maps merge by key, lists and single values are replaced, `null` removes. Every node keeps the place it came from, so a
finding points into the right file of the chain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from rulesengine.diagnostics import Diagnostic, did_you_mean, finding
from rulesengine.document import Node, read_file
from rulesengine.loading.shape import check_shape

#: packs in one chain of `extends`
LONGEST_CHAIN = 16
#: keys of a base that its children do not inherit
OWN_KEYS = ("extends", "abstract", "register")


def lay_over(base: Node, over: Node, report: list[Diagnostic] | None = None) -> Node:
    """`over` laid over `base` by key. With a report, removing what is not there is a finding."""
    if not isinstance(base.value, dict) or not isinstance(over.value, dict):
        return over
    values, keys = dict(base.value), dict(base.keys)
    for key, node in over.value.items():
        if node.value is None:
            if key not in values and report is not None:
                report.append(
                    finding(
                        "RE516",
                        over.keys[key],
                        f"There is no '{key}' to remove here.",
                        did_you_mean(key, base.value) or "Take the line out.",
                    )
                )
            values.pop(key, None)
            keys.pop(key, None)
            continue
        if key in values:
            values[key] = lay_over(values[key], node, report)
        else:
            values[key] = node
        keys[key] = over.keys[key]
    return msgspec.structs.replace(base, span=over.span, value=values, keys=keys)


def scalar(node: Node | None, key: str) -> Node | None:
    found = node.value.get(key) if node is not None and isinstance(node.value, dict) else None
    return found if found is not None and isinstance(found.value, str) else None


def locate(name: str, folder: Path) -> Path:
    """The file a pack means by `extends`: a name in the same folder, or a path relative to it."""
    if name.endswith((".yaml", ".yml")) or "/" in name:
        return folder / name
    return folder / f"{name}.yaml"


def read_chain(path: Path, report: list[Diagnostic]) -> tuple[Node | None, list[tuple[Path, Node]]]:
    """The merged document of a pack and the documents it was merged from, the pack's own first.

    None where any of them cannot be read or has the wrong shape; the report says why.
    """
    chain: list[tuple[Path, Node]] = []
    seen: set[Path] = set()
    sound = True
    while True:
        node, found = read_file(path)
        report.extend(found)
        if node is None or any(d.severity == "error" for d in found):
            return None, chain
        shape = check_shape(node, "pack")
        report.extend(shape)
        sound = sound and not any(d.severity == "error" for d in shape)
        chain.append((path, node))
        seen.add(path.resolve())
        base = scalar(node, "extends")
        if base is None:
            break
        parent = locate(str(base.value), path.parent)
        if parent.resolve() in seen or len(chain) >= LONGEST_CHAIN:
            names = " → ".join(p.stem for p, _ in chain) + f" → {parent.stem}"
            report.append(
                finding("RE506", base.span, f"Packs extend each other without end: {names}.", "Break the circle.")
            )
            return None, chain
        if not parent.is_file():
            known = sorted(p.stem for p in path.parent.glob("*.yaml") if p != path)
            report.append(
                finding(
                    "RE314",
                    base.span,
                    f"There is no pack '{base.value}' beside this one.",
                    did_you_mean(str(base.value), known),
                )
            )
            return None, chain
        path = parent
    if not sound:
        return None, chain
    return joined([document for _, document in chain], report), chain


def joined(documents: Sequence[Node], report: list[Diagnostic] | None = None) -> Node:
    """The documents of a chain of packs laid over each other; the pack's own comes first."""
    merged = _inheritable(documents[-1]) if len(documents) > 1 else documents[-1]
    for index in range(len(documents) - 2, -1, -1):
        merged = lay_over(merged, documents[index], report)
        if index:
            merged = _inheritable(merged)
    return merged


def _inheritable(node: Node) -> Node:
    assert isinstance(node.value, dict)
    return msgspec.structs.replace(node, value={k: v for k, v in node.value.items() if k not in OWN_KEYS})


def under_variant(document: Node, variant: str) -> Node:
    """The document with a variant's keys laid over it."""
    variants = document.value.get("variants") if isinstance(document.value, dict) else None
    chosen = variants.value.get(variant) if variants is not None and isinstance(variants.value, dict) else None
    if chosen is None or not isinstance(chosen.value, dict):
        return document
    over = {k: _parameters(v) if k == "parameters" else v for k, v in chosen.value.items() if k != "title"}
    return lay_over(document, msgspec.structs.replace(chosen, value=over))


def _parameters(node: Node) -> Node:
    """Parameters in their long form: a bare value is `{value: …}`."""
    if not isinstance(node.value, dict):
        return node
    return msgspec.structs.replace(node, value={name: _long(value) for name, value in node.value.items()})


def _long(node: Node) -> Node:
    if isinstance(node.value, dict) or node.value is None:
        return node
    return Node(span=node.span, value={"value": node}, keys={"value": node.span})


def under_readings(document: Node, readings: Mapping[str, str]) -> Node:
    """The document with the chosen readings laid over their parameters and rules."""
    for name, reading in readings.items():
        path = find_readable(document, name)
        if path is None:
            continue
        document = _at(document, path, reading)
    return document


def find_readable(document: Node, name: str) -> tuple[str, ...] | None:
    """The path of the parameter (`amicable_phase`) or rule (`claim.solve`) that offers readings under this name."""
    if "." not in name:
        paths: list[tuple[str, ...]] = [("parameters", name)]
    else:
        process, rule = name.split(".", 1)
        paths = [("processes", process, section, rule) for section in ("transitions", "deadlines", "limits")]
    for path in paths:
        node: Node | None = document
        for key in (*path, "readings"):
            node = node.value.get(key) if node is not None and isinstance(node.value, dict) else None
        if node is not None:
            return path
    return None


def _at(node: Node, path: tuple[str, ...], reading: str) -> Node:
    assert isinstance(node.value, dict)
    if path:
        changed = _at(node.value[path[0]], path[1:], reading)
        return msgspec.structs.replace(node, value={**node.value, path[0]: changed})
    readings = node.value["readings"]
    chosen = readings.value.get(reading) if isinstance(readings.value, dict) else None
    return node if chosen is None else lay_over(node, _long(chosen))


def offered_readings(document: Node) -> dict[str, tuple[str, ...]]:
    """Every parameter and rule that offers readings, with their names."""
    found: dict[str, tuple[str, ...]] = {}

    def look(name: str, node: Node) -> None:
        readings = node.value.get("readings") if isinstance(node.value, dict) else None
        if readings is not None and isinstance(readings.value, dict):
            found[name] = tuple(readings.value)

    def entries(node: Node | None, key: str) -> dict[str, Node]:
        inner = node.value.get(key) if node is not None and isinstance(node.value, dict) else None
        return inner.value if inner is not None and isinstance(inner.value, dict) else {}

    for name, node in entries(document, "parameters").items():
        look(name, node)
    for process, body in entries(document, "processes").items():
        for section in ("transitions", "deadlines", "limits"):
            for rule, node in entries(body, section).items():
                look(f"{process}.{rule}", node)
    return found
