"""The engine: what an event does to a case, what time does, what may and what must be done."""

from rulesengine.engine.clock import AdvanceTooFarError
from rulesengine.engine.codec import CaseError
from rulesengine.engine.engine import Engine

__all__ = ["AdvanceTooFarError", "CaseError", "Engine"]
