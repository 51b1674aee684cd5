"""The reference of the Python API: what `rulesengine` and two of its packages export, from the docstrings."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec

import rulesengine
from rulesengine import bulk, case, vocabulary

#: the exports by what a reader looks for; a test compares them with `rulesengine.__all__`
GROUPS = {
    "Load and check packs": ("load_pack", "check_pack", "Pack", "PackError", "Diagnostic", "Span"),
    "Decide": ("Engine", "Event", "Decision", "Reason", "Option", "Obligation", "Case"),
    "What goes wrong": ("CaseError", "AdvanceTooFarError"),
    "Play scenarios": ("load_scenario", "simulate", "Trace"),
}
#: what the values above are made of
PARTS = ("Instance", "Small", "Times", "Run", "Opening", "Change", "Clock", "Notification", "FactNeed", "Room")
HELPERS = ("to_moment", "to_datetime", "NEVER", "REASON_CODES")


def page() -> str:
    """Each export in its group, then the values inside of those."""
    lines: list[str] = []
    for title, names in GROUPS.items():
        lines += [f"## {title}\n", *(_documented("rulesengine", name, getattr(rulesengine, name)) for name in names)]
    for title, package in (("Many cases", bulk), ("Several marketplaces", vocabulary)):
        lines += [f"## {title}\n", f"From `{package.__name__}`.\n"]
        lines += [_documented(package.__name__, name, getattr(package, name)) for name in package.__all__]
    lines += ["## Inside of these values\n", "From `rulesengine.case`.\n"]
    lines += [_documented("rulesengine.case", name, getattr(case, name)) for name in (*PARTS, *HELPERS)]
    return "\n".join(lines)


def signature(app: object, what: str, name: str, value: object, *rest: Any) -> tuple[str, str] | None:
    """Values that the engine makes are shown without the arguments that make one: their attributes follow."""
    made = inspect.isclass(value) and issubclass(value, msgspec.Struct) and value is not case.Event
    return ("", "") if made else None


def _documented(module: str, name: str, value: object) -> str:
    if inspect.isclass(value):
        kind = "autoexception" if issubclass(value, Exception) else "autoclass"
        options = "   :members:\n   :undoc-members:\n"
    else:
        kind, options = ("autofunction" if callable(value) else "autodata"), ""
    return f"### {name}\n\n```{{eval-rst}}\n.. {kind}:: {module}.{name}\n{options}```\n"
