"""Marketplace rules as policy packs: loaded, checked, simulated, and decided over time.

    pack = load_pack("rakuten")
    engine = Engine(pack)
    case = engine.open(at=now)
    decision = engine.decide(case, Event(event="order.place", by="buyer", at=now))

Names are imported when they are first used, so that a program pays only for what it needs.
"""

from __future__ import annotations

# not that of typing: importing it takes most of the time before the program can answer Ctrl-C
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from rulesengine.case import Case, Decision, Event, Obligation, Option, Reason
    from rulesengine.diagnostics import Diagnostic, PackError, Span
    from rulesengine.engine import AdvanceTooFarError, CaseError, Engine
    from rulesengine.loading import check_pack, load_pack
    from rulesengine.pack import Pack
    from rulesengine.simulation import load_scenario, simulate
    from rulesengine.trace import Trace

__version__ = "0.1.0"

_HOMES = {
    "AdvanceTooFarError": "engine",
    "CaseError": "engine",
    "Case": "case",
    "Decision": "case",
    "Event": "case",
    "Obligation": "case",
    "Option": "case",
    "Reason": "case",
    "Diagnostic": "diagnostics",
    "PackError": "diagnostics",
    "Span": "diagnostics",
    "Engine": "engine",
    "check_pack": "loading",
    "load_pack": "loading",
    "Pack": "pack",
    "load_scenario": "simulation",
    "simulate": "simulation",
    "Trace": "trace",
}

__all__ = [
    "AdvanceTooFarError",
    "Case",
    "CaseError",
    "Decision",
    "Diagnostic",
    "Engine",
    "Event",
    "Obligation",
    "Option",
    "Pack",
    "PackError",
    "Reason",
    "Span",
    "Trace",
    "check_pack",
    "load_pack",
    "load_scenario",
    "simulate",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"rulesengine.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'rulesengine' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
