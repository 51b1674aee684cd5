"""The page on expressions: every row of its tables is checked in the pack that the page shows."""

import json
import re
from pathlib import Path

import pytest

from rulesengine import check_pack
from rulesengine.expressions.vocabulary import FUNCTIONS, WORDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "expressions.md").read_text()
PACK = (ROOT / "docs" / "examples" / "meaning" / "asking.yaml").read_text()
ROWS = re.findall(r"^\| `(.+?)` \| (?:\[(RE\d+)\]|.)", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("expression", "code"), ROWS)
def test_a_row_is_checked(expression: str, code: str, tmp_path: Path) -> None:
    text = PACK.replace(
        "by: seller, optional: [amount]", f"by: seller, optional: [amount], when: {json.dumps(expression)}"
    )
    assert text != PACK
    (tmp_path / "base.yaml").write_text((ROOT / "docs/examples/meaning/base.yaml").read_text())
    (tmp_path / "asking.yaml").write_text(text)
    assert [found.code for found in check_pack(tmp_path / "asking.yaml")] == ([code] if code else [])


def test_every_function_and_word_has_a_row() -> None:
    sound = " ".join(expression for expression, code in ROWS if not code)
    for name in FUNCTIONS:
        assert f"{name}(" in sound, name
    for word in WORDS:
        assert f" {word} " in f" {sound} ", word
