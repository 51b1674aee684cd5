"""What the rules of a pack mean together: checks on the built pack, after every name and type in it is sound."""

from __future__ import annotations

from rulesengine.diagnostics import Diagnostic, in_order
from rulesengine.loading.meaning.alone import check_alone
from rulesengine.loading.meaning.differences import hang_together_alike
from rulesengine.loading.meaning.graph import takers_of
from rulesengine.loading.meaning.overlap import check_overlaps
from rulesengine.loading.meaning.raising import check_consequences, check_loops, check_raises
from rulesengine.loading.meaning.reach import check_reach
from rulesengine.pack import Pack

__all__ = ["check_meaning"]


def check_meaning(pack: Pack, checked: Pack | None = None) -> list[Diagnostic]:
    """Every finding about what the rules do together, sorted by place.

    `checked` is a pack without such findings, which this one was built from under another variant or reading: what
    cannot be different between the two is not looked at again. A template may leave ways into and out of a state to the
    packs that extend it; all else holds for it as well.
    """
    report: list[Diagnostic] = []
    takers = takers_of(pack)
    alike = checked is not None and hang_together_alike(pack, checked)
    check_overlaps(pack, takers, report, checked if alike else None)
    if alike:
        return in_order(report)
    if not pack.abstract:
        check_reach(pack, report)
    check_loops(takers, report)
    check_raises(pack, takers, report)
    check_consequences(pack, takers, report)
    check_alone(pack, takers, report)
    return in_order(report)
