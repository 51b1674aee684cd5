"""`rulesengine compare`, `due` of several scenarios, and `check` of a common vocabulary."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rulesengine.cli import main
from rulesengine.loading import read_pack
from rulesengine.vocabulary import load_vocabulary, words_of

ROOT = Path(__file__).resolve().parents[2]
PACKS = ROOT / "tests" / "packs"
TICKET, CHILD = str(PACKS / "valid" / "ticket.yaml"), str(PACKS / "vocabularies" / "child.yaml")
WORDS = str(PACKS / "valid" / "vocabularies" / "words.yaml")
TWO = ["compare", TICKET, CHILD, "--vocabulary", WORDS]
SHIPPED = sorted(file.stem for file in (ROOT / "policies").glob("*.yaml") if file.stem != "vocabulary")

SIDE_BY_SIDE = """\
ticket 1.2.0                                       child 1.0.0

Answer
seller: within 48 hours on working days; while     seller: within 2 days; while asked
  waiting_for_seller; met by answer; once            question.respond [assumed]
  overdue, possible: step_in
  ticket.first_answer [assumed]
  read as calendar: seller: within 48 hours
  read as from_support: counted from
    happened_at(open)
while waiting_for_seller: the clocks of unit of
  those in about stand still
  ticket.waiting_for_seller

Pay the seller
after 14 days; counted from sent_at; while sent;   no rule: Nothing is sold.
  then pay_out by itself
  unit.payout_interval [assumed]
"""


def run(*args: str) -> Result:
    result = CliRunner().invoke(main, list(args))
    assert "Traceback" not in result.output
    assert "defect" not in result.output
    return result


def test_packs_side_by_side() -> None:
    result = run(*TWO)
    assert (result.exit_code, result.output) == (0, SIDE_BY_SIDE)


def test_many_packs_stand_below_each_other_within_the_width() -> None:
    for packs in ([TICKET, CHILD] * 2, [TICKET, CHILD, TICKET]):
        result = run("compare", *packs, "--vocabulary", WORDS)
        assert result.exit_code == 0
        assert max(map(len, result.output.splitlines())) <= 100
    assert run("compare", *[TICKET, CHILD] * 2, "--vocabulary", WORDS).output.count("\n  ticket 1.2.0\n") == 4


def test_as_a_table_of_markdown() -> None:
    result = run(*TWO, "--topic", "pay", "--format", "markdown")
    assert (result.exit_code, result.output) == (
        0,
        "|  | Tickets that hold back the money 1.2.0 | A shop 1.0.0 |\n"
        "| --- | --- | --- |\n"
        "| Pay the seller | after 14 days; counted from sent\\_at; while sent; then pay\\_out by itself "
        "`unit.payout_interval [assumed]` | no rule: Nothing is sold. |\n",
    )


def test_for_programs() -> None:
    result = run(*TWO, "--topic", "answer", "--format", "json")
    assert result.exit_code == 0
    told = json.loads(result.output)
    assert [one["pack"] for one in told["packs"]] == ["ticket", "child"]
    (topic,) = told["topics"]
    assert (topic["topic"], topic["title"], told["diagnostics"]) == ("answer", "Answer", [])
    rule = topic["cells"][1]["rules"][0]
    assert (rule["rule"], rule["form"], rule["source"]) == ("question.respond", "duty", ["assumed: For the example."])
    assert rule["says"] == ["seller: within 2 days", "while asked"]
    assert [one["reading"] for one in topic["cells"][0]["rules"][0]["otherwise"]] == ["calendar", "from_support"]


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["compare", TICKET], 2, "Name two packs or more."),
        ([*TWO, "--topic", "anser"], 2, "There is no topic"),
        ([*TWO, "--topic", "anser"], 2, "Did you mean 'answer'?"),
        (["compare", TICKET, "rakutn"], 3, "Did you mean 'rakuten'?"),
        (
            ["compare", TICKET, str(PACKS / "valid" / "shop.yaml"), "--vocabulary", WORDS],
            1,
            "does not speak of the pack",
        ),
        (["compare", TICKET, CHILD, "--vocabulary", "nowhere.yaml"], 3, "There is no file 'nowhere.yaml'"),
        (["compare", TICKET, CHILD, "--vocabulary", TICKET], 1, "This is a pack, and a vocabulary is wanted here."),
        (["due", TICKET, CHILD, "--explain"], 2, "--pack and --explain are for one scenario."),
        (["check", WORDS], 0, "nothing to complain about in 1 file"),
        (["simulate", WORDS], 1, "This is a vocabulary"),
    ],
)
def test_what_is_wrong_is_said(args: list[str], code: int, says: str) -> None:
    result = run(*args)
    assert result.exit_code == code
    assert says in result.output.replace("The vocabulary has no topic", "There is no topic")


def test_what_is_wrong_is_said_to_programs() -> None:
    result = run("compare", TICKET, str(PACKS / "valid" / "shop.yaml"), "--vocabulary", WORDS, "--format", "json")
    assert result.exit_code == 1
    assert [one["code"] for one in json.loads(result.output)["diagnostics"]] == ["RE314"]


def test_check_of_a_folder_reads_the_vocabulary_too(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    shutil.copytree(ROOT / "policies", folder)
    result = run("check", str(folder))
    assert (result.exit_code, result.output.count("and the vocabulary")) == (0, 1)
    file = folder / "vocabulary.yaml"
    file.write_text(file.read_text().replace("to_confirm: awaiting_acceptance", "to_confirm: awaiting_acceptence"))
    result = run("check", str(folder))
    assert result.exit_code == 1
    assert "RE802" in result.output
    assert "Did you mean 'awaiting_acceptance'?" in result.output


def test_the_words_of_the_packs_that_come_along() -> None:
    assert run("check", "vocabulary").exit_code == 0
    result = run("compare", *SHIPPED, "--format", "json")
    assert result.exit_code == 0
    for topic in json.loads(result.output)["topics"]:
        for cell in topic["cells"]:
            assert cell["none"] or all(rule["says"] for rule in cell["rules"]), (topic["topic"], cell["pack"])
    text = run("compare", "mediamarkt", "kaufland", "rakuten").output
    assert max(map(len, text.splitlines())) <= 100


def test_every_deadline_belongs_to_a_topic() -> None:
    """So that what is due, anywhere, is always called something."""
    vocabulary = load_vocabulary(ROOT / "policies" / "vocabulary.yaml")
    packs = [read_pack(name)[0] for name in SHIPPED]
    bare = [
        rule.rule
        for pack in packs
        if pack is not None
        for process in pack.processes.values()
        for rule in process.deadlines
        if not words_of(vocabulary, pack).topics_of(rule.rule)
    ]
    assert bare == []


def test_what_is_due_in_several_cases() -> None:
    stories = [str(ROOT / "docs" / "examples" / f"{name}.yaml") for name in ("three_days", "ticket")]
    result = run("due", *stories)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[:4] == [
        "What is due anywhere: 2026-03-06 10:00, times in Europe/Paris",
        "  1 rakuten: Three days go by without an answer",
        "  2 kaufland: A buyer in Poland asks on a Friday",
        "",
    ]
    assert [line for line in lines if line.startswith("    1 ") or line.startswith("    2 ")] == [
        "    1 rakuten: Settle a complaint; dispute awaiting_marketplace",
        "    2 kaufland: Answer a customer; conversation awaiting_seller",
        "    1 rakuten: Settle a complaint; owed by marketplace; dispute awaiting_marketplace",
    ]
    told = json.loads(run("due", *stories, "--format", "json").output)
    assert told["at"] == "2026-03-06T09:00:00.000000Z"
    assert [one["pack"] for one in told["cases"]] == ["rakuten", "kaufland"]
    assert [(one["case"], one["rule"], one["common"]["topics"]) for one in told["obligations"]] == [
        (0, "claim.answer", ["settle_complaint"]),
        (1, "ticket.reply", ["answer_customer"]),
        (0, "claim.decide", ["settle_complaint"]),
    ]
    assert told["obligations"][1]["common"] == {
        "kind": "conversation",
        "status": "awaiting_seller",
        "reason": "",
        "owed_by": "seller",
        "topics": ["answer_customer"],
        "met_by": ["answer"],
        "then": "",
    }
