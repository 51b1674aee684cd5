"""What an editor needs of a pack: the schema of its file, or of its scenarios, and what has to be looked at again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec

from rulesengine.authoring.pack_schema import pack_schema
from rulesengine.authoring.reading import read_draft
from rulesengine.authoring.scenario_schema import scenario_schema
from rulesengine.authoring.vocabulary import vocabulary

#: what a schema is for
For: TypeAlias = Literal["pack", "scenario"]


class EditorSchema(msgspec.Struct, frozen=True, kw_only=True):
    """A schema made for one pack."""

    #: the JSON Schema, draft 2020-12
    schema: dict[str, Any]
    #: the files that its names come from; where one of them changes, the schema may be another
    files: tuple[Path, ...]
    #: what could not be read, one sentence each: its names are missing
    unread: tuple[str, ...]

    @property
    def text(self) -> str:
        """The schema as it is written to a file."""
        return json.dumps(self.schema, ensure_ascii=False, separators=(",", ":")) + "\n"


def editor_schema(file: Path, kind: For = "pack") -> EditorSchema | None:
    """The schema of a pack's file or of its scenarios. The pack may be broken or half written: the names are those that
    can be read of it. None where nothing of it can.
    """
    draft = read_draft(file)
    if draft is None:
        return None
    words = vocabulary(draft)
    made = {"pack": pack_schema, "scenario": scenario_schema}[kind](words)
    return EditorSchema(schema=made, files=draft.files, unread=draft.unread)


def process_names(file: Path) -> tuple[str, ...]:
    """The processes that can be read of a pack, inherited ones included."""
    draft = read_draft(file)
    return tuple(vocabulary(draft).processes) if draft is not None else ()
