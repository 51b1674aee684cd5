"""Files and changes for something new, before they are written: `rulesengine new` shows and writes them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import msgspec

from rulesengine.authoring import beginnings
from rulesengine.authoring.editor import For, editor_schema
from rulesengine.authoring.inserting import Entry, inserted
from rulesengine.authoring.shaping import raw
from rulesengine.document import Node, plain, read, read_file
from rulesengine.resources import schema_file

MODELINE = "# yaml-language-server: $schema="


class Blank(msgspec.Struct, frozen=True, kw_only=True):
    """A key with nothing behind it."""

    file: Path
    line: int
    key: str


def new_pack(name: str, folder: Path, given: Mapping[str, str]) -> dict[Path, str]:
    """The files of a new pack, each with its text: the pack, its register, a first scenario, and what editors need."""
    packs, schemas = folder / "policies", folder / "schema"
    story = folder / "tests" / "scenarios" / name / "first.yaml"
    pack = beginnings.text_of(beginnings.pack(name, given), f"../schema/{schema_name(name, 'pack')}")
    register = beginnings.text_of(beginnings.register(name), "../../schema/register.schema.json")
    scenario = [MODELINE + modeline(story, schemas / schema_name(name, "scenario")), *beginnings.first_scenario(name)]
    return {
        packs / f"{name}.yaml": pack,
        packs / "sources" / f"{name}.yaml": register,
        story: "\n".join(scenario) + "\n",
        schemas / "register.schema.json": schema_file("register").read_text(encoding="utf-8"),
    }


def schema_name(pack: str, kind: For) -> str:
    """The file of a pack's schema."""
    return f"{pack}.{kind}.schema.json"


def modeline(file: Path, schema: Path) -> str:
    """The path that leads an editor from a file to its schema."""
    return Path(os.path.relpath(schema, file.parent)).as_posix()


def root_of(pack: Path) -> Path:
    """The folder that a pack's scenarios and schemas belong to: the one around `policies`, else its own."""
    folder = pack.resolve().parent
    return folder.parent if folder.name == "policies" else folder


def schemas(pack: Path, folder: Path, name: str) -> dict[Path, str]:
    """The schemas of a pack, as it is now, in a folder."""
    made = {}
    for kind in KINDS:
        schema = editor_schema(pack, kind)
        if schema is not None:
            made[folder / schema_name(name, kind)] = schema.text
    return made


KINDS: tuple[For, ...] = ("pack", "scenario")


def outdated(pack: Path) -> dict[Path, str]:
    """The schemas made from a pack that lie where its first line leads to, as they would be now."""
    try:
        first = pack.read_text(encoding="utf-8").split("\n", 1)[0]
    except (OSError, ValueError):
        return {}
    if not first.startswith(MODELINE):
        return {}
    file = pack.parent / first.removeprefix(MODELINE).strip()
    found = {}
    for kind in KINDS:
        beside = file.with_name(file.name.replace(".pack.", f".{kind}."))
        schema = editor_schema(pack, kind)
        # only what was made from this pack is made again
        if schema is not None and _identity(beside) == schema.schema["$id"] and beside not in found:
            found[beside] = schema.text
    return found


def _identity(file: Path) -> str:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(told.get("$id", "")) if isinstance(told, dict) else ""


# changes of a pack


def with_process(text: str, file: str, name: str, entry: Entry) -> str:
    """The pack's text with a new process. CannotInsertError where it cannot be put there."""
    return inserted(text, ("processes", name), entry, file, apart=True)


def with_rule(text: str, file: str, kind: beginnings.RuleKind, process: str, name: str, entry: Entry) -> str:
    """The pack's text with a new rule in one of its processes. CannotInsertError where it cannot be put there."""
    return inserted(text, ("processes", process, f"{kind}s", name), entry, file)


def keys_of(kind: beginnings.RuleKind) -> tuple[str, ...]:
    """The keys that a rule of this kind may have."""
    return tuple(raw("pack")["$defs"][kind]["properties"])


def as_yaml(value: str) -> str:
    """What somebody means by a value on the command line, as it stands in a file: a list, a number, true, or text."""
    value = value.strip()
    node, found = read(f"key: {value}", "")
    if node is not None and not found and isinstance(node.value, dict) and list(node.value) == ["key"]:
        meant = plain(node.value["key"])
        in_brackets = isinstance(meant, list | dict) and value[:1] in "[{"
        if in_brackets or meant == value or isinstance(meant, bool | int | Decimal):
            return value
    return json.dumps(value, ensure_ascii=False)


def blanks(file: Path) -> list[Blank]:
    """The keys of a file with nothing behind them, in order."""
    node, _ = read_file(file)
    found: list[Blank] = []

    def look(node: Node, *, offered: bool = False) -> None:
        if isinstance(node.value, list):
            for item in node.value:
                look(item)
        elif isinstance(node.value, dict):
            for key, inner in node.value.items():
                if inner.value is None and not offered:
                    found.append(Blank(file=file, line=node.keys[key].line, key=key))
                # there, nothing takes away what another pack or the rule itself says
                look(inner, offered=key in ("readings", "variants"))

    if node is not None:
        look(node)
    return found
