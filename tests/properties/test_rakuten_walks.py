"""Random walks over the whole of Rakuten's pack: what nobody planned must not break a case, nor a promise.

Each walk opens a case and sends it event after event: mostly what `options` offers, at times anything at all; with
facts that fit, that lack something or that are wrong; by everybody; at the same moment, at the moment at which
something is due, a microsecond before or after it, or much later. `WALKS=10000` in the environment takes more of them.
"""

import os
import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rulesengine import Engine, Event, load_pack
from rulesengine.case import NEVER_YET, Case, Decision, Instance, Obligation, Option, to_datetime, to_moment
from rulesengine.facts import FactType

WALKS = int(os.environ.get("WALKS", "250"))
#: a walk is this long; the longest claims take ten steps of different people
STEPS = (8, 12, 16, 30)
HOUR, DAY = 3_600_000_000, 86_400_000_000
PARIS = ZoneInfo("Europe/Paris")
ACTORS = ("visitor", "buyer", "seller", "customer_service", "carrier", "system", "nobody")
STARTS = (
    datetime(2026, 3, 2, 9, tzinfo=UTC),
    datetime(2026, 3, 28, 23, 30, tzinfo=UTC),
    datetime(2026, 4, 2, 21, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 15, tzinfo=UTC),
    datetime(2027, 12, 23, 16, tzinfo=UTC),
)
READINGS = (
    {},
    {},
    {"amicable_phase": "working", "claim.solve": "next_working_day", "retraction.send_back": "after_the_first_14_days"},
    {"refund_after_return_above": "any_price", "time_to_inspect": "working_days", "discount.cap": "all_together"},
    {
        "time_to_answer_retraction": "working",
        "retraction.within_14_days": "legal",
    },
    {"return.tracking_number_needed": "retraction_only", "retraction.tracking_number_of_the_parcel": "not_for_normal"},
)
MONEY = ("0", "10.00", "39.99", "40.00", "40.01", "80.00", "199.99", "200.00", "200.01", "500.00")
#: what cannot be meant, of whatever type the fact is
WRONG = (None, "", "NaN", "1e3", "-1", 1.5, "2026-03-02 09:00", "x" * 300, ["order/9"], {"a": 1}, True, "0.001", 10**40)
#: the chapters of the page that a sale has to come to first
LATER = ("claim", "non_receipt", "retraction", "return")
#: after these there is little left to happen
ENDS = ("order.cancel", "item.cancel", "item.refuse", "item.rate", "item.message", "order.place", "item.request")
#: what has a limit in days, hours or money; walks that never come there would prove nothing
MET = {"discount", "answer", "registered", "claim", "retraction", "refund", "payout"}


@cache
def engine() -> Engine:
    return Engine(load_pack(Path(__file__).resolve().parents[2] / "policies" / "rakuten.yaml"))


class Walk:
    """One case on its way, and what was found on it."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        readings = self.dice.choice(READINGS)
        self.case = engine().open(at=self.dice.choice(STARTS), readings=readings)
        self.readings = readings
        #: the chapter of the page this walk mostly stays in, if any
        self.chapter = self.dice.choice((*LATER, "discount", ""))
        self.context: Mapping[str, Mapping[str, Any]] = {}
        self.met: set[str] = set()
        self.accepted = 0

    # what happens next

    def go(self) -> None:
        """The whole walk. AssertionError where a promise is broken."""
        self.begin()
        for _ in range(self.dice.choice(STEPS)):
            self.step()

    def begin(self) -> None:
        """Mostly a purchase on its way, so that the walk gets somewhere; at times a question, or nothing."""
        how = self.dice.random()
        if how < 0.1:
            return
        if how < 0.2:
            self.send(Event(event="question.ask", by="visitor", at=self.case.now, facts={"product": "A lamp"}))
            return
        self.know()
        at = self.case.now
        self.send(Event(event="order.place", by="buyer", at=at, facts={"ordered_at": at}))
        for _ in range(self.dice.choice((1, 1, 1, 2))):
            method = self.dice.choice(("normal", "tracked", "registered", "express", "chronopost"))
            facts = {"price": self.dice.choice(MONEY[1:]), "committed_method": method}
            if self.dice.random() < 0.3:
                facts["product"] = self.dice.choice(engine().pack.processes["item"].facts["product"].choices)
            self.send(Event(event="item.request", by="buyer", at=self.case.now, target="order/1", facts=facts))
        ways = (
            ("accept", "seller", {}),
            ("ship", "seller", {"method": None, "shipped_at": None, "tracking_number": "6A1"}),
            ("receive", "buyer", {"received_at": None}),
        )
        far = {"claim": 3, "non_receipt": 2, "return": 2}.get(self.chapter, self.dice.randint(0, 3))
        for event, by, facts in ways[: far if self.dice.random() < 0.9 else 1]:
            for item in [one for one in self.case.instances.values() if one.process == "item"]:
                at = self.case.now + timedelta(hours=self.dice.choice((0, 1, 5)))
                given = {name: at if name.endswith("_at") else value for name, value in facts.items()}
                if "method" in given:
                    dear = item.facts["price"] > 20_000
                    given["method"] = "registered" if dear else item.facts["committed_method"]
                self.send(Event(event=f"item.{event}", by=by, at=at, target=item.id, facts=given))

    def step(self) -> None:
        """One event, or time alone."""
        if self.dice.random() < 0.15:
            self.know()
        at = to_datetime(self.moment())
        if self.dice.random() < 0.1:
            before = self.case
            fired, self.case = engine().advance(self.case, at)
            self.judge(before, None, fired)
            return
        if self.dice.random() < 0.15:
            event = self.anything(at)
        else:
            event = self.offered(at)
        self.send(event)

    def know(self) -> None:
        """The world outside is as it is, or nobody knows it."""
        yes = self.dice.random
        self.context = self.dice.choice(
            (
                {},
                {
                    "seller": {
                        "professional": yes() < 0.7,
                        "on_vacation": yes() < 0.3,
                        "quality_score_too_low": yes() < 0.3,
                    },
                    "wallet": {"balance": self.dice.choice(("0", "5.00", "500.00")), "blocked": yes() < 0.3},
                },
                {
                    "seller": {"professional": True, "on_vacation": False, "quality_score_too_low": False},
                    "wallet": {"balance": "500.00", "blocked": False},
                },
            )
        )

    def moment(self) -> int:
        """The moment of the next event, in microseconds; never before the case's own."""
        how, now = self.dice.random(), self.case.moment
        if how < 0.35:
            return now
        if how < 0.5:
            if self.dice.random() < 0.75:
                found = [m for one in engine().obligations(self.case) for m in (one.due, one.consequence_at)]
            else:
                offers = engine().options(self.case, self.dice.choice(ACTORS[1:4]), context=self.context)
                found = [m for one in offers for m in (one.until, one.from_)]
            edges = [to_moment(m) for m in found if m is not None and to_moment(m) >= now]
            if edges:
                edge = self.dice.choice(edges) if self.dice.random() < 0.3 else min(edges)
                if edge < now + 5 * DAY or self.dice.random() < 0.3:
                    return max(now, edge + self.dice.choice((-1, 0, 1)))
        if how < 0.8:
            return now + self.dice.choice((1, HOUR, 2 * HOUR, 20 * HOUR, 48 * HOUR))
        if how < 0.97:
            return now + self.dice.randint(0, 2 * DAY)
        return now + self.dice.randint(10 * DAY, 40 * DAY)

    def offered(self, at: datetime) -> Event:
        """An event that `options` names; mostly one it allows."""
        offers: list[Option] = []
        for actor in self.dice.sample(ACTORS[:5], 5):
            offers = engine().options(self.case, actor, at, context=self.context)
            if self.dice.random() < 0.05:
                break
            offers = [one for one in offers if one.allowed]
            if self.dice.random() >= 0.1:
                offers = [one for one in offers if one.event not in ENDS]
            if offers:
                break
        if not offers:
            return self.anything(at)
        option = self.dice.choices(offers, [self.weight(one) for one in offers])[0]
        facts = {}
        for need in option.facts:
            if need.required or self.dice.random() < 0.5:
                facts[need.name] = self.value(option.event.split(".")[0], need.name, at)
        if self.dice.random() < 0.08 and facts:
            name = self.dice.choice(list(facts))
            if self.dice.random() < 0.5:
                del facts[name]
            else:
                facts[name] = self.dice.choice(WRONG)
        return Event(event=option.event, by=option.by, at=at, target=option.target, facts=facts)

    def weight(self, option: Option) -> float:
        """How much an offer is preferred: what leads on, into the later chapters of the page, and was not done yet."""
        process, _, event = option.event.partition(".")
        weight = 3.0 if process in LATER else 1.0
        if process == self.chapter or (process, self.chapter) == ("return", "claim"):
            weight *= 8 if option.to else 3
        if not option.to and process != "item":
            weight /= 2
        if option.event in ENDS:
            weight /= 3
        done = self.case.instances.get(option.target)
        if done is not None and event in done.happened:
            weight /= 8
        return weight

    def anything(self, at: datetime) -> Event:
        """Any event of the pack, or none of it, on anything, by anybody, with anything."""
        process = self.dice.choice(list(engine().pack.processes.values()))
        rule = self.dice.choice(process.transitions)
        event = (
            f"{process.name}.{rule.event}" if self.dice.random() < 0.95 else self.dice.choice(("", "item", "a.b", ".."))
        )
        target = self.dice.choice(["", "item/99", "order", *self.case.instances])
        by = self.dice.choice(sorted(rule.by)) if self.dice.random() < 0.7 else self.dice.choice(ACTORS)
        names = [name for name in (*rule.requires, *rule.optional) if self.dice.random() < 0.8]
        facts = {name: self.value(process.name, name, at) for name in names}
        if self.dice.random() < 0.2:
            facts[self.dice.choice(list(process.facts) or ["x"])] = self.dice.choice(WRONG)
        if self.dice.random() < 0.05:
            at -= timedelta(seconds=self.dice.choice((1, 100_000)))
        return Event(event=event, by=by, at=at, target=target, facts=facts)

    def value(self, process: str, name: str, at: datetime) -> Any:
        fact: FactType = engine().pack.processes[process].facts[name]
        match fact.kind:
            case "money":
                prices = [one.facts["price"] for one in self.case.instances.values() if "price" in one.facts]
                if prices and self.dice.random() < 0.7:
                    return f"{(self.dice.choice(prices) // 2 + self.dice.choice((-1, 0, 1))) / 100:.2f}"
                return self.dice.choice(MONEY)
            case "boolean":
                return self.dice.random() < 0.5
            case "datetime":
                return at - timedelta(hours=self.dice.choice((0, 0, 0, 1, 30, 400, -1)))
            case "choice":
                return self.dice.choice(fact.choices)
        return self.dice.choice(("6A1", "La Poste", "yes"))

    # what must hold

    def send(self, event: Event) -> None:
        """The engine's answer to an event, held against what it promises."""
        before = self.case
        decision = engine().decide(before, event, context=self.context)
        self.case = decision.case
        self.accepted += decision.accepted
        if decision.accepted:
            assert decision.rules
            assert not decision.reasons
        else:
            assert decision.reasons, event
        self.judge(before, decision, decision.fired)

    def judge(self, before: Case, decision: Decision | None, fired: tuple[Decision, ...] | list[Decision]) -> None:
        """All promises, after one step."""
        decisions = [*fired, *([decision] if decision is not None else [])]
        assert not [one for one in decisions if one.fault], "what time does by itself was refused"
        text = engine().write(self.case)
        assert engine().read(text) == self.case
        assert engine().write(engine().read(text)) == text
        assert self.case.moment >= before.moment
        self.no_obligation_is_lost(before, decisions)
        if decision is not None and decision.accepted:
            for change in decision.changes:
                self.within_limits(change.rule, self.case.instances[change.target], to_moment(decision.at))
        for one in fired:
            for change in one.changes:
                self.within_limits(change.rule, self.case.instances[change.target], to_moment(one.at))

    def no_obligation_is_lost(self, before: Case, decisions: list[Decision]) -> None:
        """What was owed is owed still, or a decision says what became of it; what a state demands is owed."""
        owed = {(one.target, one.rule): one for one in engine().obligations(before)}
        after = {(one.target, one.rule): one for one in engine().obligations(self.case)}
        told = {
            (clock.target, clock.rule)
            for one in decisions
            for clock in one.clocks
            if clock.what in ("met", "late", "void", "elapsed")
        }
        told |= {(one.target, one.deadline) for one in decisions if one.kind in ("fired", "missed")}
        left = {change.target for one in decisions for change in one.changes}
        for key, obligation in owed.items():
            assert key in after or key in told or (obligation.missed and key[0] in left), (key, obligation)
        for instance in self.case.instances.values():
            process = engine().program(self.case.variant, self.case.readings).processes[instance.process]
            for deadline in process.deadlines:
                if instance.state in deadline.states and deadline.since is None and not deadline.guards:
                    run = instance.runs[deadline.name][-1]
                    assert run.outcome != "void", deadline.rule
                    known: Obligation | None = after.get((instance.id, deadline.rule))
                    assert known is not None or run.outcome in ("met", "missed", "elapsed"), deadline.rule

    def item_of(self, instance: Instance) -> Instance:
        assert instance.parent is not None
        return self.case.instances[instance.parent]

    def within_limits(self, rule: str, instance: Instance, at: int) -> None:
        """The numbers of the page, reckoned here a second time and by other means."""
        facts = instance.facts
        if rule.startswith("discount.offer"):
            self.met.add("discount")
            price = self.item_of(instance).facts["price"]
            assert 2 * facts["amount"] <= price
            if self.readings.get("discount.cap"):
                item = instance.parent
                given = [i for i in self.case.instances.values() if i.process == "discount" and i.parent == item]
                assert 2 * sum(i.facts["amount"] for i in given if i.state != "declined") <= price
        elif rule == "question.answer":
            self.met.add("answer")
            assert instance.happened["answer"].count == 1
        elif rule == "order.cancel":
            assert at <= facts["ordered_at"] + HOUR
        elif rule.startswith("item.ship") and rule not in ("item.shipped_before_retraction", "item.shipped_again"):
            if facts["price"] > 20_000:
                self.met.add("registered")
                assert facts["method"] == "registered"
            assert facts["method"] == "normal" or "tracking_number" in facts
        elif rule in ("claim.open", "claim.open_without_amicable_phase"):
            self.met.add("claim")
            item = self.item_of(instance)
            assert at <= days_later(item.facts["received_at"], 14 if "tracking_number" in item.facts else 30)
        elif rule == "retraction.withdraw":
            self.met.add("retraction")
            self.may_withdraw(instance, at)
        elif rule == "retraction.reject_unsent":
            start = instance.entered["to_send_back"]
            if not self.readings.get("retraction.send_back"):
                assert at >= days_later(start, 14)
        elif rule.startswith("return.refund"):
            self.met.add("refund")
            self.may_be_refunded(instance, at)
        elif rule == "payout.pay":
            self.met.add("payout")
            item = self.item_of(instance)
            ordered = self.item_of(item).facts["ordered_at"]
            assert item.happened.get("rate", NEVER_YET).latest == at or at >= days_later(ordered, 23)

    def may_withdraw(self, instance: Instance, at: int) -> None:
        item = self.item_of(instance)
        end = days_later(item.facts["received_at"], 14)
        if self.readings.get("retraction.within_14_days"):
            # at least the 14 days, and no more than a weekend with bank holidays on both sides of it
            end += 6 * DAY
        assert at <= end
        product = item.facts.get("product", "ordinary")
        assert product not in ("made_to_order", "perishable", "press")
        assert not (product in ("recording_or_software", "hygiene") and instance.facts["unsealed"])
        assert not (product == "digital_content" and instance.facts["supply_begun"])
        assert not instance.facts["mixed"]
        assert not instance.facts["other_exclusion"]

    def may_be_refunded(self, instance: Instance, at: int) -> None:
        facts, item = instance.facts, self.item_of(instance)
        above = 0 if self.readings.get("refund_after_return_above") else 20_000
        if item.facts["price"] > above:
            assert at >= facts["delivered_at"] + 48 * HOUR
        if facts["cause"] == "retraction":
            assert facts["tracking_number"]
            assert facts["complete"]
            assert facts["same_packaging"]
        assert item.state == "cancelled"


def days_later(moment: int, days: int) -> int:
    """The same time on the clock in Paris some days later."""
    local = to_datetime(moment).astimezone(PARIS)
    day = date.fromordinal(local.toordinal() + days)
    return to_moment(datetime.combine(day, local.time(), tzinfo=PARIS))


def test_a_walk_breaks_no_promise() -> None:
    met: set[str] = set()
    accepted = 0
    for seed in range(WALKS):
        walk = Walk(seed)
        try:
            walk.go()
        except Exception as fault:
            fault.add_note(f"in the walk of seed {seed}, at {walk.case.now}")
            raise
        met |= walk.met
        accepted += walk.accepted
    assert accepted > 5 * WALKS, "walks that get nowhere prove nothing"
    assert met >= MET
