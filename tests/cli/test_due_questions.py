"""`due --explain` says what the sources leave open about a duty."""

import json
from pathlib import Path

from click.testing import CliRunner

from rulesengine.cli import main

ASKED = """
scenario: A question on a Friday evening
pack: mediamarkt
start: 2026-03-06 17:00
given:
  - {process: order, state: shipped}
steps:
  - event: thread.ask
    at: 2026-03-06 18:00
    by: customer
    expect: accepted
"""


def test_the_questions_behind_a_moment_are_told_with_it(tmp_path: Path) -> None:
    story = tmp_path / "asked.yaml"
    story.write_text(ASKED)
    told = CliRunner().invoke(main, ["due", str(story), "--explain"]).stdout
    assert "open: By the clock, or on working days? Other readings of time_to_answer: working_days" in told
    assert "open: " not in CliRunner().invoke(main, ["due", str(story)]).stdout
    data = json.loads(CliRunner().invoke(main, ["due", str(story), "--explain", "--format", "json"]).stdout)
    (reply,) = (one for one in data["obligations"] if one["rule"] == "thread.reply")
    asked = {one["of"]: one["readings"] for one in reply["questions"]}
    assert asked["time_to_answer"] == ["working_days"]
    assert "the_first_only" in asked["thread.reply"]


def test_a_reading_that_was_chosen_is_not_another_one(tmp_path: Path) -> None:
    story = tmp_path / "asked.yaml"
    story.write_text(ASKED.replace("pack: mediamarkt", "pack: mediamarkt\nreadings: {time_to_answer: working_days}"))
    told = CliRunner().invoke(main, ["due", str(story), "--explain"]).stdout
    assert "2026-03-10 18:00  seller  thread.reply thread/1" in told
    assert "Other readings of time_to_answer" not in told
