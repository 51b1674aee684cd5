"""`rulesengine explain PACK NAME`: a part of a pack."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rulesengine.cli.common import code_for, in_repository, paint, say, say_json, show_findings
from rulesengine.cli.explain.lines import item, quiet, section
from rulesengine.cli.naming import known
from rulesengine.cli.scenarios import scenario_files

if TYPE_CHECKING:
    from rulesengine.analysis.explaining import Explanation
    from rulesengine.analysis.sources import Statement
    from rulesengine.diagnostics import Diagnostic

#: scenarios that are named; of more it is told how many there are
MOST_NAMED = 8


def part(pack: str, name: str, folder: str | None, form: str) -> int:
    """Shows everything a name stands for in a pack."""
    from rulesengine.analysis.explaining import explain_part
    from rulesengine.diagnostics import PackError

    found: list[Diagnostic] = []
    told: list[Explanation] = []
    files, unread = _scenarios(folder)
    try:
        told = explain_part(known(pack), name, files)
    except PackError as fault:
        found = fault.diagnostics
    found += unread
    if form == "json":
        say_json({"explained": [_data(one) for one in told], "diagnostics": [one.as_dict() for one in found]})
        return code_for(found)
    for number, one in enumerate(told):
        say(("\n" if number else "") + "\n".join(_lines(one)))
    if found:
        show_findings(found, f"rulesengine explain {pack} {name}")
    return code_for(found)


def _scenarios(folder: str | None) -> tuple[list[str] | None, list[Diagnostic]]:
    usual = "tests/scenarios"
    if folder is None and not Path(usual).is_dir():
        return None, []
    inside, unread = scenario_files((folder or usual,))
    return sorted(inside), unread


# as text


def _lines(told: Explanation) -> Iterator[str]:
    yield paint(
        f"{told.name}, a {told.kind}" if told.kind[0] not in "aeiou" else f"{told.name}, an {told.kind}", "title"
    )
    yield from quiet(f"{told.pack} {told.version}{f': {told.title}' if told.title else ''}")
    yield from section("What it says", (line for text in told.says for line in item(text)))
    names = (f"{one.name}: {one.text}" if one.text else f"{one.name} ({one.kind})" for one in told.means)
    yield from section("Names in it", (line for text in names for line in item(text)))
    yield from section("Parameters", (line for one in told.parameters for line in _parameter(one)))
    yield from section("As written", _written(told))
    yield from section("What it rests on", _source(told))
    yield from section("What is open", _open(told))
    depends = (f"{one.rule}: {one.how}" for one in told.dependents)
    yield from section("What depends on it", (line for text in depends for line in item(text)))
    if told.scenarios is not None:
        yield from section("Scenarios that exercise it", _exercised(told))


def _parameter(one: Any) -> Iterator[str]:
    where = f"{in_repository(one.place.file)}:{one.place.line}"
    yield from item(f"{one.name}: {'not set' if one.value is None else one.value}  ({where})")
    yield from quiet(", ".join(one.source), 6)


def _written(told: Explanation) -> Iterator[str]:
    from rulesengine.render.style import clean

    notes = {"here": "", "overridden": ", overridden by the lines above", "removed": ", taken away"}
    for one in told.written:
        yield from quiet(f"{in_repository(one.file)}:{one.line}{notes[one.role]}", 2)
        for line in one.text.split("\n"):
            yield paint(clean(f"    {line}"), "code") if line else ""


def _source(told: Explanation) -> Iterator[str]:
    for statement in told.statements:
        yield from _statement(statement)
    missing = [id for id in told.source if id not in {one.id for one in told.statements}]
    if missing:
        yield from item(", ".join(missing))
    if told.assumed:
        yield from item(f"assumed: {told.assumed}")


def _statement(one: Statement) -> Iterator[str]:
    yield from item(f"{one.id}  {one.says}")
    where = ", ".join(text for text in (one.document, one.section) if text)
    yield from quiet(f"{where}: {one.modality}, {one.certainty}", 6)
    if one.question:
        yield from quiet(f"open: {one.question}", 6)


def _open(told: Explanation) -> Iterator[str]:
    if told.question:
        yield from item(told.question)
    for used in told.parameters:
        if used.question:
            yield from item(f"{used.name}: {used.question}")
    for one in told.readings:
        of = "" if one.of == told.name else f" of {one.of}"
        yield from item(f"read as {one.reading}{of}: {one.written}")
        if one.says:
            yield from quiet(f"then: {'; '.join(one.says)}", 6)


def _exercised(told: Explanation) -> Iterator[str]:
    found = told.scenarios or ()
    if not found:
        yield from item("none of those that were looked at")
    for one in found[:MOST_NAMED]:
        steps = [str(step) for step in one.steps]
        at = f"step{'s' if len(steps) > 1 else ''} {', '.join(steps)}"
        yield from item(f"{in_repository(one.file)}, {at}")
        yield from quiet(one.scenario, 6)
    if len(found) > MOST_NAMED:
        yield from item(f"and {len(found) - MOST_NAMED} more")


# as JSON


def _data(told: Explanation) -> dict[str, Any]:
    from rulesengine.render.jsons import place

    return {
        "name": told.name,
        "kind": told.kind,
        "title": told.title,
        "pack": told.pack,
        "version": told.version,
        "says": list(told.says),
        "means": [{"name": one.name, "kind": one.kind, "text": one.text} for one in told.means],
        "written": [
            {"file": one.file, "line": one.line, "end_line": one.end_line, "role": one.role, "text": one.text}
            for one in told.written
        ],
        "source": list(told.source),
        "assumed": told.assumed,
        "statements": [
            {
                "id": one.id,
                "says": one.says,
                "document": one.document,
                "section": one.section,
                "modality": one.modality,
                "certainty": one.certainty,
                "question": one.question,
                "place": place(one.place),
            }
            for one in told.statements
        ],
        "question": told.question,
        "readings": [
            {"of": one.of, "reading": one.reading, "written": one.written, "says": list(one.says)}
            for one in told.readings
        ],
        "parameters": [
            {
                "name": one.name,
                "value": one.value,
                "source": list(one.source),
                "question": one.question,
                "place": place(one.place),
            }
            for one in told.parameters
        ],
        "dependents": [{"rule": one.rule, "how": one.how} for one in told.dependents],
        "scenarios": None
        if told.scenarios is None
        else [{"scenario": one.scenario, "file": one.file, "steps": list(one.steps)} for one in told.scenarios],
    }
