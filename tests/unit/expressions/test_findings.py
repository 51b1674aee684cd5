"""What is wrong with an expression: code, exact place and help. The place is marked « » in the text."""

from typing import Any

import pytest
from expression_world import CLAIM, compiled, good

from rulesengine.expressions import BOOLEAN, DATE, INTEGER, MOMENT, RESERVED, TEXT, Scope, Type, money, type_of
from rulesengine.expressions.functions import _MEANINGS
from rulesengine.expressions.vocabulary import FUNCTIONS

REASON = type_of(CLAIM.symbols.processes["claim"].facts["reason"])


def marked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without marks, and the columns (end exclusive) of what was marked."""
    plain, spans, start = "", [], 0
    for character in text:
        if character == "«":
            start = len(plain)
        elif character == "»":
            spans.append((start + 1, len(plain) + 1))
        else:
            plain += character
    return plain, spans


def check(text: str, code: str, help: str, want: Type | None = None, scope: Scope = CLAIM) -> None:
    plain, spans = marked(text)
    expression, found = compiled(plain, want, scope)
    assert expression is None
    first = found[0]
    assert (first.code, (first.span.column, first.span.end_column)) == (code, spans[0]), found
    assert help in f"{first.message} {first.help}"
    assert list(dict.fromkeys((d.span.column, d.span.end_column) for d in found)) == spans, found
    assert all(d.message.endswith((".", "?", "!")) for d in found)


@pytest.mark.parametrize(
    ("text", "code", "help"),
    [
        # names
        ("item.state == «recieved»", "RE301", "Did you mean 'received'?"),
        ("state == «setled»", "RE301", "Did you mean 'settled'?"),
        ("state == «new»", "RE301", "No instance is ever in 'new'"),
        ("state in [amicable, «servise»]", "RE301", "Did you mean 'service'?"),
        ("«setled» == state", "RE301", "Did you mean 'settled'?"),
        ("reason == «damagd»", "RE309", "Did you mean 'damaged'?"),
        ("reason != «diffrent»", "RE309", "Did you mean 'different'?"),
        ("reason in [damaged, «incomplet»]", "RE309", "Did you mean 'incomplete'?"),
        ("reason == damaged == «incomplet»", "RE309", "Did you mean 'incomplete'?"),
        ("«reasn» == damaged", "RE313", "Did you mean 'reason'?"),
        ("«statte» == recieved", "RE313", "Did you mean 'state'?"),
        ("«disount» > 10", "RE313", "Did you mean 'discount'?"),
        ("«hlaf» > 0", "RE313", "Did you mean 'half'?"),
        ("«deneid»", "RE313", "Did you mean 'denied'?"),
        ("«price» > 10", "RE313", "Did you mean 'item.price'?"),
        ("«balance» > 10", "RE313", "Did you mean 'wallet.balance'?"),
        ("«count» > 3", "RE313", "write count(claim)"),
        ("«item» == 3", "RE313", "item.state"),
        ("«itm».state == received", "RE313", "Did you mean 'item'?"),
        ("«seler».on_vacation", "RE313", "Did you mean 'seller'?"),
        ("«return».amount > 10", "RE313", "Write latest(return).amount"),
        ("item.«prise» > 10", "RE305", "Did you mean 'price'?"),
        ("item.«sate» == received", "RE305", "Did you mean 'state'?"),
        ("item.«heavy»", "RE305", "its own process only"),
        ("claim.«disount» > 10", "RE305", "Did you mean 'discount'?"),
        ("was.«disount» > 10", "RE305", "Did you mean 'discount'?"),
        ("seller.«on_vaction»", "RE305", "Did you mean 'on_vacation'?"),
        ("latest(return).«delivred_at» > opened_at", "RE305", "Did you mean 'delivered_at'?"),
        ("total(return.«amont») > 10", "RE305", "Did you mean 'amount'?"),
        ("count(«clam») > 0", "RE303", "Did you mean 'claim'?"),
        ("latest(«retrun»).amount > 10", "RE303", "Did you mean 'return'?"),
        ("happened(«itm».ship)", "RE303", "Did you mean 'item'?"),
        ("count(item, «shiped») > 0", "RE301", "Did you mean 'shipped'?"),
        ("count(item, «shiped», «recieved») > 0", "RE301", "Did you mean 'shipped'?"),
        ("all(item, «recieved»)", "RE301", "Did you mean 'received'?"),
        ("entered_at(«setled») < opened_at", "RE301", "Did you mean 'settled'?"),
        ("entered_at(item.«shiped») < opened_at", "RE301", "Did you mean 'shipped'?"),
        ("happened(«ofer»)", "RE302", "Did you mean 'offer'?"),
        ("happened(«ship»)", "RE302", "Did you mean 'item.ship'?"),
        ("happened_at(item.«shp») < opened_at", "RE302", "Did you mean 'ship'?"),
        ("overdue(«answr»)", "RE308", "Did you mean 'answer'?"),
        ("missed(item.«ship_in_tim»)", "RE308", "Did you mean 'ship_in_time'?"),
        ("known(«disount»)", "RE313", "Did you mean 'discount'?"),
        ("«cont»(claim) > 0", "RE317", "Did you mean 'count'?"),
        ("«hapened»(offer)", "RE317", "Did you mean 'happened'?"),
        ("«urgent»()", "RE317", "without brackets"),
        ("«undecided» > 1", "RE514", "no value"),
        # all of them at once
        ("«reasn» == damaged and item.«prise» > 10 and «cont»(claim) > 0", "RE313", "reason"),
        ("urgent and item.state == «recieved» or «reasn» == damaged", "RE301", "received"),
        # slips
        ("reason «=» damaged", "RE402", "Write =="),
        ("urgent «&&» agreed", "RE402", "Write and"),
        ("urgent «||» agreed", "RE402", "Write or"),
        ("«!»urgent", "RE402", "Write not"),
        ("reason «is» damaged", "RE402", "Write =="),
        ("reason «is» not damaged", "RE402", "Write =="),
        ("note «is» «None»", "RE402", "known(…)"),
        ("discount «<>» 5", "RE402", "Write !="),
        ("discount «=>» 5", "RE402", "Write >="),
        ("discount «===» 5", "RE402", "Write =="),
        ("urgent «AND» agreed", "RE402", "Write and"),
        ("«NOT» urgent", "RE402", "Write not"),
        ("urgent or «True»", "RE402", "Write true"),
        ("urgent «=» «True»", "RE402", "Write =="),
        ("discount «≤» 5", "RE401", "Write <="),
        ("note == «“»late«”»", "RE401", 'Write "'),
        ("reason == «\"damaged\"»", "RE404", "without quotes: damaged"),
        ("reason == «\"damagd\"»", "RE404", "Did you mean 'damaged'?"),
        ("item.state == «'received'»", "RE404", "without quotes: received"),
        ("reason == damaged or «different»", "RE313", "reason in [damaged, different]"),
        ("note == «tardy»", "RE313", 'in quotes: "tardy"'),
        ("note in [«tardy», «early»]", "RE313", 'in quotes: "tardy"'),
        ("reason in «(damaged, different)»", "RE402", "[damaged, different]"),
        ("urgent == «true»", "RE404", "Write urgent, or not urgent"),
        ("urgent != «agreed»", "RE404", "Write urgent, or not urgent"),
        ("«now()» > opened_at", "RE402", "without brackets"),
        ("discount > «.5»", "RE402", "0.5"),
        ("discount > «1_000»", "RE402", "without _"),
        ("discount > «1e3»", "RE402", "without an exponent"),
        ("discount > «007»", "RE402", "without the leading 0"),
        ("discount > «48h»", "RE402", 'period("48 hours")'),
        ("discount > «0x1F»", "RE402", "Write digits"),
        ("discount > «3j»", "RE402", "plain number"),
        # what Python has and expressions have not
        ("note.«upper»() == \"A\"", "RE402", "cannot be called"),
        ("«note».length > 3", "RE402", "no facts of its own"),
        ("«item.order.total» > 3", "RE402", "order.total"),
        ("count(claim).«state» == settled", "RE402", "Only latest(…) has facts"),
        ("«latest(return)» == 3", "RE402", "latest(return).state"),
        ("discount «**» 2 > 1", "RE402", "multiplication"),
        ("discount «//» 2 > 1", "RE402", "Write /"),
        ("discount «%» 2 > 1", "RE402", "share as a number"),
        ("tags«[»0] == \"a\"", "RE402", "in before a list"),
        ("(x «:=» 3) > 2", "RE402", "do not set"),
        ("discount «+=» 2", "RE402", "do not set"),
        ("urgent «if» agreed «else» photo", "RE402", "a rule of its own"),
        ("«lambda»«:» urgent", "RE402", "do not define functions"),
        ("[x «for» x in tags]", "RE402", "count(…)"),
        ("«f\"a\"» == note", "RE402", "plain quotes"),
        ("«rb'a'» == note", "RE402", "plain quotes"),
        ("«{»1«}» == discount", "RE402", "[ ]"),
        ("«+»discount > 1", "RE402", "Leave it away"),
        ("«urgent, agreed»", "RE402", "comma"),
        ("«[damaged]»", "RE402", "only stands after in"),
        ("reason == «[damaged]»", "RE402", "only stands after in"),
        ("note == \"a«\\»n\"", "RE402", "backslash"),
        ("known(«1»)", "RE402", "known(price)"),
        ("known(«denied»)", "RE402", "one fact"),
        ("«known(discount, refund)»", "RE402", "takes 1 value, not 2"),
        ("«count()» > 1", "RE402", "takes 1 or more values, not 0"),
        ("happened(«3»)", "RE402", "name of an event"),
        ("total(«discount») > 3", "RE402", "total(refund.amount)"),
        ("opened_at + period(«note») > answered_at", "RE402", 'period("48 hours")'),
        ("«1 < discount in [1, 2]»", "RE402", "cannot be chained"),
        ("discount in [1, «refund»]", "RE402", "fixed values"),
        # grammar
        ("urgent «agreed»", "RE401", "An operator is missing before 'agreed'"),
        ("urgent «not» agreed", "RE401", "not in"),
        ("urgent «and»", "RE401", "A value is missing after 'and'"),
        ("urgent and «or» agreed", "RE401", "A value is missing before 'or'"),
        ("«(»urgent", "RE401", "never closed"),
        ("urgent«)»", "RE401", "closes nothing"),
        ("(urgent«]»", "RE401", "does not fit"),
        ("discount in [1, «)»", "RE401", "missing before"),
        ("«*» urgent", "RE401", "missing before '*'"),
        ("count(«*»tags) > 1", "RE401", "missing before '*'"),
        ("item«.3» > 1", "RE402", "0.3"),
        ("note == «\"»late", "RE401", "no partner"),
        ("note == \"a\" «\"b\"»", "RE401", "An operator is missing"),
        ("urgent«\n»and agreed", "RE401", "below >"),
        ("urgent«\u00a0»and agreed", "RE401", "plain space"),
        # types
        ("discount > «wait»", "RE404", "Money cannot be compared with a period of time"),
        ("discount > «half»", "RE404", "200 EUR"),
        ("discount > «\"5\"»", "RE404", "without quotes"),
        ("note > «5»", "RE404", "Text cannot be compared with a whole number"),
        ("tries == «\"5\"»", "RE404", "without quotes"),
        ("opened_at > «5»", "RE404", "another moment"),
        ("opened_at > «wait»", "RE404", "Move a moment"),
        ("«opened_at + 48» > answered_at", "RE404", 'period("48 hours")'),
        ("«opened_at + answered_at» > opened_at", "RE404", "moved by periods"),
        ("«discount * refund» > 1", "RE404", "Money cannot be multiplied by money"),
        ("«discount + half» > 1", "RE404", "200 EUR"),
        ("«half / discount» > 1", "RE404", "A number cannot be divided by money"),
        ("«wait - opened_at» > opened_at", "RE404", "A moment cannot be subtracted from a period"),
        ("«wait + wait» > 1", "RE404", "one after the other"),
        ("«note + note» == note", "RE404", "Text cannot be added to text"),
        ("«bought_on + wait» > due_on", "RE404", "Dates are compared only"),
        ("answered_at - opened_at > «window»", "RE404", "now > shipped_at"),
        ("answered_at - opened_at > «48»", "RE404", 'period("48 hours")'),
        ("wait > «window»", "RE404", "Periods are not compared"),
        ("discount / «0» > 1", "RE404", "division by zero"),
        ("«-note» == note", "RE404", "no opposite"),
        ("not «discount»", "RE404", "money"),
        ("urgent and «discount»", "RE404", "'discount' is money"),
        ("total(return.«kept») > 1", "RE404", "has no total"),
        ("note in «reason»", "RE404", "not a list"),
        ("«5» in tags", "RE404", "holds text"),
        ("discount in «[]»", "RE404", "empty"),
        ("discount in [1, «\"2\"»]", "RE404", "Money cannot be compared with text"),
        ("tags == «colours»", "RE404", "Look for one entry"),
        ("state == «item.state»", "RE404", "never have a value in common"),
        ("reason == «method»", "RE404", "never have a value in common"),
        ("method < «parcel»", "RE404", "ranked in different lists"),
        ("reason == «state»", "RE404", "A choice cannot be compared with a state"),
        ("bought_on > «\"2026-02-30\"»", "RE404", "no date of the calendar"),
        ("bought_on > «note»", "RE404", "A date cannot be compared with text"),
        ("bought_on > «opened_at»", "RE404", "another moment"),
        ("opened_at + period(«\"48 hourz\"») > answered_at", "RE405", "hour"),
        ("reason < «damaged»", "RE407", "worse_to_better"),
        ("state < «settled»", "RE407", "States have no order"),
        ("note < «\"a\"»", "RE407", "Text has no order"),
        ("urgent < «agreed»", "RE407", "is not compared"),
        ("method < «pickup»", "RE407", "normal, tracked, express"),
        # now
        ("«now»", "RE406", "now stands alone"),
        ("«now» == opened_at", "RE406", "by order only"),
        ("«now» - opened_at > wait", "RE406", "now > shipped_at"),
        ("«now» + wait > opened_at", "RE406", "now stands alone"),
        ("known(«now»)", "RE406", "now stands alone"),
        ("«now» < «now»", "RE406", "itself"),
    ],
)  # fmt: skip
def test_findings(text: str, code: str, help: str) -> None:
    check(text, code, help)


@pytest.mark.parametrize(
    ("text", "want", "help"),
    [
        ("«discount»", BOOLEAN, "Expected true or false, not money"),
        ("«reason»", BOOLEAN, "Compare it"),
        ("«half»", money(2), "200 EUR"),
        ("«share / 2»", INTEGER, "need not be whole"),
        ("«urgent»", money(2), "Expected money, not true or false"),
        ('«"damaged"»', REASON, "without quotes: damaged"),
        ('«"damagd"»', REASON, "Did you mean 'damaged'?"),
        ("«method»", REASON, "none of the choices"),
        ("«state»", REASON, "Expected a choice, not a state"),
        ("«note»", DATE, "Expected a date, not text"),
        ('«"2026-13-01"»', DATE, "no date of the calendar"),
        ("«wait»", MOMENT, "Expected a moment, not a period of time"),
        ("«5»", TEXT, "Expected text, not a whole number"),
    ],
)
def test_the_wrong_type_for_the_place(text: str, want: Type, help: str) -> None:
    check(text, "RE410", help, want)


def test_a_word_where_a_choice_is_wanted_is_its_value() -> None:
    assert good("damaged", REASON).evaluate(None) == "damaged"  # type: ignore[arg-type]
    check("«damagd»", "RE309", "Did you mean 'damaged'?", REASON)


def test_now_only_where_it_is_allowed() -> None:
    still = Scope(symbols=CLAIM.symbols, process="claim", now_allowed=False)
    check("«now» > opened_at", "RE406", "may not be used here", scope=still)
    check("urgent or «late»", "RE406", "uses now", scope=still)
    assert good("late").uses_now
    assert not good("opened_at > answered_at").uses_now


def test_without_a_process_there_are_parameters_and_context_only() -> None:
    alone = Scope(symbols=CLAIM.symbols)
    assert good("wallet.balance > cap", scope=alone).context == ("wallet.balance",)
    check("«state» == settled", "RE313", "name", scope=alone)
    check("happened(«offer»)", "RE302", "claim.offer", scope=alone)


def test_a_fault_inside_a_condition_is_reported_in_the_condition() -> None:
    claim = CLAIM.symbols.processes["claim"]

    def inside(start: int, end: int) -> Any:
        from rulesengine.diagnostics import Span

        return Span("pack.yaml", 40, start + 1, 40, end + 1)

    from msgspec.structs import replace

    broken = replace(claim, conditions={"broken": ("reasn == damaged", inside), "number": ("tries + 1", inside)})
    symbols = replace(CLAIM.symbols, processes={**CLAIM.symbols.processes, "claim": broken})
    for text, code, columns in [("urgent and broken", "RE313", (1, 6)), ("not number", "RE410", (1, 10))]:
        expression, found = compiled(text, scope=Scope(symbols=symbols, process="claim"))
        assert expression is None
        assert [(d.code, d.span.line, (d.span.column, d.span.end_column)) for d in found] == [(code, 40, columns)]


@pytest.mark.parametrize("text", ["round_a", "item.state == received and round_b", "not (urgent and round_a)"])
def test_conditions_that_refer_to_each_other_are_reported_where_the_circle_closes(text: str) -> None:
    expression, found = compiled(text)
    assert expression is None
    assert {d.code for d in found} == {"RE408"}
    assert "round_a → round_b → round_a" in found[0].help or "round_b → round_a → round_b" in found[0].help


def test_places_count_characters_also_after_text_that_is_not_ascii() -> None:
    check('note == "größer — “a”" and «reasn» == damaged', "RE313", "reason")


def test_every_function_has_a_form_and_a_meaning() -> None:
    assert set(FUNCTIONS) == set(_MEANINGS)


def test_reserved_words_are_those_that_mean_something() -> None:
    assert {"now", "state", "was", "true", "false", "and", "or", "not", "in", "is", "if", "None"} <= RESERVED
    assert "return" not in RESERVED


def letters_apart(word: str) -> list[str]:
    """Misspellings by one letter: one left out, one doubled, two exchanged."""
    found = []
    for index in range(len(word)):
        found.append(word[:index] + word[index + 1 :])
        found.append(word[: index + 1] + word[index:])
        if index:
            found.append(word[: index - 1] + word[index] + word[index - 1] + word[index + 1 :])
    return [wrong for wrong in dict.fromkeys(found) if wrong not in ("", word)]


def test_misspelt_words_are_answered_with_the_right_one() -> None:
    claim, item = CLAIM.symbols.processes["claim"], CLAIM.symbols.processes["item"]
    cases = [("item.state == {}", word) for word in item.states]
    cases += [("state == {}", word) for word in claim.states]
    cases += [("known({})", word) for word in claim.facts]
    cases += [("known(item.{})", word) for word in item.facts]
    cases += [("reason == {}", word) for word in REASON.choices]
    cases += [("overdue({})", word) for word in claim.deadlines]
    cases += [("happened({})", word) for word in claim.events]
    cases += [("count({}) > 0", word) for word in CLAIM.symbols.processes]
    asked = right = 0
    for form, word in cases:
        for wrong in letters_apart(word):
            expression, found = compiled(form.format(wrong))
            if expression is not None:  # another word that exists
                continue
            asked += 1
            right += f"'{word}'" in found[0].help
    assert asked > 500
    assert right / asked >= 0.95, (right, asked)
