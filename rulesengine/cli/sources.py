"""`rulesengine sources`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rulesengine.cli.check import pack_files
from rulesengine.cli.common import code_for, format_option, paint, say, say_json, show_findings, width
from rulesengine.cli.naming import packs

if TYPE_CHECKING:
    from rulesengine.analysis.sources import Account, Counts, Statement, Totals
    from rulesengine.diagnostics import Diagnostic
    from rulesengine.loading.citing import Part


@click.command(
    epilog="""\b
    rulesengine sources                     every pack of the folder policies, or those that come along
    rulesengine sources rakuten
    rulesengine sources --totals            only the counts, of each pack and of all together

    Exit codes: 0 every statement and every rule is accounted for, 1 one is not, 2 wrong usage, 3 a file could not be
    read.
    """
)
@click.argument("packs", metavar="[PACK]...", nargs=-1, shell_complete=packs)
@click.option("--totals", is_flag=True, help="Show only the counts.")
@format_option
def sources(packs: tuple[str, ...], totals: bool, form: str) -> int:
    """Show what the rules of packs rest on: each statement with the rules that carry it, each rule with its statements.

    A statement that is no rule says why; a rule without a statement says what it assumes. What is shown of a statement
    besides: where it stands, how sure it is, and what it leaves open. Inherited registers and rules count for a pack
    as its own do. In the counts over several packs a statement that they share counts once.
    """
    from rulesengine.analysis.sources import account, total
    from rulesengine.diagnostics import PackError
    from rulesengine.render.findings import counted
    from rulesengine.resources import policies_folder

    files, unread = pack_files(packs or ("policies" if Path("policies").is_dir() else str(policies_folder()),))
    found: dict[Diagnostic, None] = dict.fromkeys(unread)
    told: list[Account] = []
    for file in files:
        try:
            told.append(account(file))
        except PackError as fault:
            found.update(dict.fromkeys(fault.diagnostics))
        else:
            found.update(dict.fromkeys(told[-1].found))
    if form == "json":
        data = {"packs": [_account(one) for one in told], "totals": _totals(total(told))}
        say_json({**data, "diagnostics": [one.as_dict() for one in found]})
        return code_for(found)
    for number, one in enumerate(told):
        say(("\n" if number else "") + "\n".join(_lines(one, total([one]), brief=totals)))
    if len(told) > 1:
        say("\n".join(["", paint(f"All {counted(len(told), 'pack')}", "title"), *_counts(total(told))]))
    if found:
        if told:
            say("")
        show_findings(found)
    return code_for(found)


# as text


def _lines(told: Account, counts: Totals, *, brief: bool) -> Iterator[str]:
    from rulesengine.render.style import clean

    yield paint(clean(f"{told.title} {told.version}".rstrip()), "title")
    yield paint(clean(", ".join(told.registers) or "no register"), "quiet")
    if not brief:
        yield from ("", paint("Statements", "title"))
        for statement in told.statements:
            yield from _statement(statement)
        yield from ("", paint("Rules", "title"))
        for part in told.parts:
            yield from _rule(part)
        yield ""
    yield from _counts(counts)


def _statement(told: Statement) -> Iterator[str]:
    from rulesengine.render.style import wrapped

    yield from wrapped(f"{told.id}  {told.says}", 0, width(), hang=6)
    where = ", ".join(text for text in (told.document, told.section) if text)
    yield from _quiet(f"{where}: {told.modality}, {told.certainty}")
    if told.question:
        yield from _quiet(f"open: {told.question}")
    if told.rules:
        yield from _details(f"carried by {', '.join(told.rules)}")
    elif told.replaced:
        yield from _details(f"carried by {', '.join(told.replaced)} in the pack it comes from; changed or removed here")
    if told.not_a_rule:
        yield from _details(f"no rule: {told.not_a_rule}")
    if told.status == "unaccounted":
        yield from (paint(line, "bad") for line in _details("nothing carries it, and nothing says why"))


def _rule(part: Part) -> Iterator[str]:
    from rulesengine.render.style import wrapped

    cited = ", ".join(id for id, _ in part.source)
    yield from wrapped(f"{part.name} ({part.kind}){': ' if cited else ''}{cited}", 0, width(), hang=6)
    if part.assumed:
        yield from _details(f"assumed: {part.assumed}")
    if part.question:
        offered = f" Other readings: {', '.join(part.readings)}." if part.readings else ""
        yield from _quiet(f"open: {part.question}{offered}")
    if part.lacks_source:
        yield from (paint(line, "bad") for line in _details("does not say where it comes from"))


def _details(text: str) -> Iterator[str]:
    from rulesengine.render.style import wrapped

    yield from wrapped(" ".join(text.split()), 6, width())


def _quiet(text: str) -> Iterator[str]:
    yield from (paint(line, "quiet") for line in _details(text))


def _counts(told: Totals) -> Iterator[str]:
    from rulesengine.render.findings import counted
    from rulesengine.render.style import clean

    head = f"{counted(told.statements, 'statement')}: {_what_becomes(told)}"
    yield paint(head, "bad" if told.unaccounted else "good")
    if told.certainty:
        sure = ", ".join(f"{number} {word}" for word, number in told.certainty.items())
        yield f"how sure: {sure}; {told.questions} leave something open"
    for document, found in told.documents.items():
        yield paint(clean(f"{found.statements:6}  {document}: {_what_becomes(found)}"), "quiet")
    lacking = f", {told.without_source} without a source" if told.without_source else ""
    assumed = f"{told.assumed} rest on an assumption"
    yield f"{counted(told.rules, 'rule')}: {told.cited} cite a statement, {assumed}{lacking}"


def _what_becomes(told: Totals | Counts) -> str:
    parts = ((told.carried, "carried"), (told.explained, "explained"), (told.unaccounted, "neither"))
    return ", ".join(f"{number} {word}" for number, word in parts if number) or "none"


# as JSON


def _account(told: Account) -> dict[str, Any]:
    from rulesengine.analysis.sources import total
    from rulesengine.render.jsons import place

    return {
        "pack": told.pack,
        "title": told.title,
        "version": told.version,
        "file": told.file,
        "registers": list(told.registers),
        "statements": [
            {
                "id": one.id,
                "status": one.status,
                "rules": list(one.rules),
                "replaced": list(one.replaced),
                "not_a_rule": one.not_a_rule,
                "says": one.says,
                "document": one.document,
                "section": one.section,
                "modality": one.modality,
                "kind": one.kind,
                "certainty": one.certainty,
                "question": one.question,
                "place": place(one.place),
            }
            for one in told.statements
        ],
        "rules": [
            {
                "name": part.name,
                "kind": part.kind,
                "source": [id for id, _ in part.source],
                "assumed": part.assumed,
                "question": part.question,
                "readings": list(part.readings),
                "place": place(part.place),
            }
            for part in told.parts
        ],
        "totals": _totals(total([told])),
    }


def _totals(told: Totals) -> dict[str, Any]:
    import msgspec

    documents = {title: msgspec.structs.asdict(found) for title, found in told.documents.items()}
    return {**msgspec.structs.asdict(told), "documents": documents}
