"""Coverage as a person reads it in a terminal, and as JSON has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rulesengine.coverage import KINDS, Coverage, Item, Suggestion, share
from rulesengine.render.findings import counted
from rulesengine.render.jsons import place
from rulesengine.render.style import Paint, Role, clean, plain


def text(coverage: Coverage, paint: Paint = plain, shown: Callable[[str], str] = str) -> str:
    """How much is covered, kind by kind, what is missing and where, and scenarios for it."""
    title = f"{clean(coverage.title)}: {percent(coverage.share)} covered by {counted(coverage.scenarios, 'scenario')}"
    lines = [paint(title, "title"), *_table(coverage, paint)]
    if coverage.missing:
        lines += ["", paint("Missing", "title"), *_missing(coverage.missing, paint, shown)]
    for one in coverage.suggestions:
        lines += ["", _above(one, paint), clean_lines(one.text)]
    return "\n".join(lines)


def percent(value: float) -> str:
    """Rounded down to a tenth: only what is complete is 100 %."""
    return f"{int(value * 10 + 1e-9) / 10:g} %"


def _table(coverage: Coverage, paint: Paint) -> Iterator[str]:
    for kind in KINDS:
        items = [item for item in coverage.items if item.kind == kind]
        if items:
            done = sum(bool(item.times) for item in items)
            role: Role = "good" if done == len(items) else "bad"
            count = f"{done}/{len(items)}"
            yield f"  {f'{kind}s':<12}{paint(f'{count:>9}', role)}{percent(share(items)):>9}"


def _missing(items: tuple[Item, ...], paint: Paint, shown: Callable[[str], str]) -> Iterator[str]:
    for item in items:
        where = f"{shown(item.place.file)}:{item.place.line}"
        yield f"  {paint(clean(where), 'quiet')}  {item.kind} {clean(item.told)}"


def _above(one: Suggestion, paint: Paint) -> str:
    told = clean(one.item.told)
    return paint(f"# {told}" if one.sure else f"# {told}; fill in what is left open", "quiet")


def clean_lines(text: str) -> str:
    """Text of several lines for a terminal."""
    return "\n".join(clean(line) for line in text.rstrip("\n").split("\n"))


def data(coverage: Coverage) -> dict[str, Any]:
    """In the shape `docs/json.md` describes."""
    return {
        "pack": coverage.pack,
        "file": coverage.file,
        "scenarios": coverage.scenarios,
        "percent": int(coverage.share * 10 + 1e-9) / 10,
        "items": [
            {
                "kind": item.kind,
                "rule": item.rule,
                "what": item.what,
                "times": item.times,
                "place": place(item.place),
            }
            for item in coverage.items
        ],
        "suggestions": [
            {"rule": one.item.rule, "what": one.item.what, "sure": one.sure, "scenario": one.text}
            for one in coverage.suggestions
        ],
    }
