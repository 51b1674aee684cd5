"""Limits: how much, how often, until when, and under which condition an event may happen.

`judge` gives one `Verdict` for a limit: breached, kept or not known, with the bound and what is left. Decisions and
options both come from it.
"""

from rulesengine.rules.limit.judging import KEPT, Scope, Verdict, judge
from rulesengine.rules.limit.shape import Limit, read

__all__ = ["KEPT", "Limit", "Scope", "Verdict", "judge", "read"]
