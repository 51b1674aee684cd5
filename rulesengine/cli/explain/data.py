"""An explained step of a story in the shape that docs/json.md describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rulesengine.analysis.explaining import Replay, Why
    from rulesengine.analysis.explaining.changing import Remedy
    from rulesengine.analysis.explaining.looking import Looked


def data_of(replay: Replay, why: Why) -> dict[str, Any]:
    """An explained step."""
    from rulesengine.case import to_datetime
    from rulesengine.render import jsons

    told = why.told
    pack = replay.engine.pack
    holding = why.holding
    return {
        "scenario": replay.scenario,
        "pack": pack.name,
        "version": pack.version,
        "zone": pack.zone,
        "edge": replay.edge,
        "step": told.step,
        "steps": len(replay.steps),
        "at": jsons.moment(to_datetime(told.moment)),
        "asked": None if told.event is None else jsons.asked(told.event, told.context),
        "state": why.state,
        "decision": None if told.decision is None else jsons.decision(told.decision),
        "clocks": [
            {
                "rule": one.rule,
                "target": one.target,
                "what": one.what,
                "due": None if one.due is None else jsons.moment(to_datetime(one.due)),
                "within": one.within,
                "decision": None if one.decision is None else jsons.decision(one.decision),
                "counted": [{"at": jsons.moment(to_datetime(at)), "text": text} for at, text in one.steps],
            }
            for one in why.counted
        ],
        "looked": [_looked_data(one) for one in why.looked],
        "holds": None
        if holding is None
        else {
            "until": jsons.moment(to_datetime(holding.until)),
            "because": list(holding.because),
            "then": jsons.decision(holding.then),
        },
        "remedies": None if why.remedies is None else [_remedy(one) for one in why.remedies],
        "brought_by": [{"rule": one.rule, "how": one.how} for one in why.brought_by],
    }


def _looked_data(one: Looked) -> dict[str, Any]:
    from rulesengine.render.jsons import place

    return {
        "rule": one.rule,
        "kind": one.kind,
        "verdict": one.verdict,
        "why": one.why,
        "tested": [
            {
                "key": test.key,
                "text": test.text,
                "result": test.result,
                "values": [{"name": v.name, "value": v.value, "parameter": v.parameter} for v in test.values],
                "place": place(test.place),
            }
            for test in one.tested
        ],
        "bound": one.bound,
        "left": one.left,
        "source": list(one.source),
        "place": place(one.place),
    }


def _remedy(one: Remedy) -> dict[str, Any]:
    from rulesengine.render import jsons

    question = one.question
    return {
        "changes": [
            {
                "kind": change.kind,
                "name": change.name,
                "before": change.before,
                "after": change.after,
                "type": change.type,
                "at_least": change.at_least,
                "at_most": change.at_most,
                "one_of": list(change.one_of),
            }
            for change in one.changes
        ],
        "first": [jsons.asked(event, question.context) for event in question.first],
        "asked": {**jsons.asked(question.event, question.context), "at": jsons.moment(question.event.at)},
        "decision": jsons.decision(one.decision),
    }
