"""A case as it stands at a moment, for asking expressions of its pack instance by instance.

For whoever counts over many cases: what an expression means stays with the engine.
"""

from __future__ import annotations

from collections.abc import Iterator

from rulesengine.case import Case, Instance
from rulesengine.engine.draft import NOTHING, Env, draft_of
from rulesengine.engine.engine import Engine
from rulesengine.pack import Pack


class Standing:
    """How a case stands at `at` (microseconds); one that has come further stands where it is.

    CaseError for another pack's case, AdvanceTooFarError as in `Engine.advance`.
    """

    __slots__ = ("_draft", "case", "pack")

    def __init__(self, engine: Engine, case: Case, at: int) -> None:
        if case.moment < at or case.opening.digest != engine.pack.digest:
            _, case = engine.advance(case, at)
        program = engine.program(case.variant, case.readings)
        #: the case with all that is due strictly before `at` fired
        self.case = case
        #: the pack under the case's variant and readings
        self.pack: Pack = program.pack
        self._draft = draft_of(program, case, case.moment, NOTHING)

    def instances(self, process: str) -> Iterator[Instance]:
        """The instances of a process, in order of creation."""
        return (instance for instance in self.case.instances.values() if instance.process == process)

    def env(self, instance: Instance) -> Env:
        """For `Expression.evaluate`: what expressions of the instance see. The context is not known."""
        return self._draft.env(instance)
