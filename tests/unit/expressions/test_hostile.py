"""Texts that mean harm, or nothing: refused when the pack loads, quickly, without a warning or a traceback."""

import time

import pytest
from expression_world import CLAIM, compiled, place
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rulesengine.expressions import Scope

ATTACKS = [
    # reaching for Python
    "__import__('os').system('true')", "().__class__.__bases__[0].__subclasses__()", "note.__class__", "''.__class__",
    "item.__class__", "item.__dict__", "was.__init__", "seller.__class__", "latest(return).__class__", "__builtins__",
    "__name__", "globals()", "locals()", "eval('1')", "exec('1')", "compile('1', '', 'eval')", "open('/etc/passwd')",
    "open(0)", "getattr(note, 'x')", "setattr(note, 'x', 1)", "vars()", "dir()", "type(note)", "type('X', (), {})",
    "breakpoint()", "input()", "print(1)", "exit()", "help()", "super()", "memoryview(b'')", "object()", "id(note)",
    "note.format(note)", "'{0.__class__}'.format(note)", "'%s' % note", "f'{note}'", "f\"{__import__('os')}\"",
    "rf'{1}'", "t'{note}'", "b'bytes'", "u'text'", "r'raw'", "'a' 'b'", "'''a'''", '"""a"""',
    # what has no place in an expression
    "lambda: 1", "(lambda x: x)(1)", "[x for x in tags]", "{x for x in tags}", "{x: x for x in tags}",
    "(x for x in tags)", "sum(x for x in tags)", "x := 5", "(x := 5)", "(yield)", "(yield from tags)", "await note",
    "async def f(): pass", "1 if urgent else 2", "print if urgent else exit", "*tags", "[*tags]", "**tags",
    "count(*tags)", "count(**tags)", "count(claim, state=settled)", "tags[0]", "tags[0:1]", "tags[:]", "tags[...]",
    "...", "Ellipsis", "NotImplemented", "None", "True", "False", "note is note", "note is not note", "del note",
    "import os", "from os import path", "raise urgent", "assert urgent", "pass", "return urgent", "global note",
    "class X: pass", "def f(): pass", "with urgent: pass", "while true: pass", "for x in tags: pass", "try: pass",
    "@urgent", "note = 'a'", "discount += 1", "urgent; agreed", "urgent\nagreed", "urgent\ragreed",
    "urgent\x0bor agreed", "urgent\x0cor agreed", "urgent\\\nor agreed", "urgent # comment", "#", "{1, 2}",
    "{'a': 1}", "{}", "(1, 2)", "()", "[]", "[1, 2]", "`note`", "$note", "note?", "a->b", "tries & 1", "tries | 1",
    "tries ^ 1", "~tries", "tries << 1", "tries >> 1", "tries @ tries", "tries % 2", "tries // 2", "tries ** 2",
    "+tries > 1", "note <> note", "!urgent",
    # too large
    "9**9**9**9", "2**100000000", "1e999999", "1E5", "9" * 400, "0." + "9" * 400, "0x" + "f" * 400,
    "1" + "_000" * 100, "0b1", "0o7", "1j", "1.", ".5", "1..real", "1.real", "0777", "٣ > 2", "tries > ٣",
    "(" * 100_000, "[" * 100_000, "(" * 100_000 + "urgent" + ")" * 100_000, "(" * 200 + "urgent" + ")" * 200,
    "not " * 100 + "urgent", "not " * 50_000 + "urgent", "-" * 400 + "tries > 1", "tries" + ".a" * 200,
    "count(" * 80 + ")" * 80, "tries " + "+ 1 " * 100 + "> 1", "tries > 1" + " and tries > 1" * 10_000, "x" * 10_000,
    " " * 10_000, "urgent" + " " * 10_000, "'" + "a" * 10_000 + "'", "tags in " * 40 + "tags",
    "tries < " * 200 + "tries", "((" * 16 + "tries <" * 20,
    # characters that look like others
    "ｕｒｇｅｎｔ", "urgеnt", "urgent ａｎｄ agreed", "urgent\u00a0and agreed",
    "urgent\u200band agreed", "urgent\u2028and agreed", "urgent\u202eand agreed", "urgent\ufeff", "\ufeffurgent",
    "nοw > opened_at", "𝓾𝓻𝓰𝓮𝓷𝓽", "note == “a”", "note == 'a\u2019", "discount ≤ 5",
    "discount − 5 > 0", "discount × 2 > 0", "ﬁnal", "urgent\0", "\0",
    "note == 'a\0' and", "\ud800", "note == '\\x41'", "note == '\\N{BULLET}'", "note == '\\", "note == '\\d'",
    "note == 'a\nb'", "'", '"', "'\"", "note == 'a", "\\", "\t", "\n", "",
    # broken
    "urgent and", "and urgent", "urgent urgent", "urgent not agreed", "(urgent", "urgent)", "(urgent]", "[urgent",
    "urgent,", ",", "count(", "count(,)", "count(claim,,)", "item.", ".state", "item..state", "item. .state",
    "item.(state)", "item.'a'", "a.1", "1.a", "== 1", "1 ==", "1 == == 1", "not", "in", "not in", "-", "()()", "''()",
    "1()", "(urgent)(agreed)", "count(claim)()", "now()", "1or 2", "1if 2else 3", "0or 1", "1_or 2", "urgent and(",
    "is", "is is is", "= = =", "&& &&", "! !", "nan > 1", "inf > 1",
]  # fmt: skip


def test_there_are_enough_of_them() -> None:
    assert len(set(ATTACKS)) == len(ATTACKS) > 240


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_refused_with_a_finding(text: str) -> None:
    start = time.process_time()
    expression, found = compiled(text)
    assert time.process_time() - start < 0.5
    assert expression is None
    assert found
    for finding in found:
        assert finding.message
        assert len(finding.message) + len(finding.help) < 500
        assert 1 <= finding.span.column <= finding.span.end_column <= max(len(text), 500) + 1


def test_conditions_that_double_each_other_are_bounded() -> None:
    doubling = {"c0": ("urgent and agreed", place)}
    doubling |= {f"c{n}": (f"c{n - 1} or c{n - 1}", place) for n in range(1, 60)}
    deep = {"d0": ("urgent", place)} | {f"d{n}": (f"not not not d{n - 1}", place) for n in range(1, 2_000)}
    claim = replace(CLAIM.symbols.processes["claim"], conditions=doubling | deep)
    symbols = replace(CLAIM.symbols, processes={**CLAIM.symbols.processes, "claim": claim})
    for text in ("c24", "c59", "d1999", "c59 or d1999", "d1999 and d1998"):
        start = time.process_time()
        expression, found = compiled(text, scope=Scope(symbols=symbols, process="claim"))
        assert time.process_time() - start < 0.5
        assert expression is None
        assert {finding.code for finding in found} == {"RE403"}
    expression, found = compiled("c5 and d5", scope=Scope(symbols=symbols, process="claim"))
    assert expression is not None


def test_exactly_as_long_and_as_deep_as_allowed() -> None:
    padded = "urgent" + " " * 494
    assert compiled(padded)[0] is not None
    assert [f.code for f in compiled(padded + " ")[1]] == ["RE403"]
    assert compiled("not " * 31 + "urgent")[0] is not None
    assert [f.code for f in compiled("not " * 32 + "urgent")[1]] == ["RE403"]
    assert compiled("(" * 32 + "urgent" + ")" * 32)[0] is not None
    assert [f.code for f in compiled("(" * 33 + "urgent" + ")" * 33)[1]] == ["RE403"]
    assert compiled("tries > " + "1" * 30)[0] is not None
    assert [f.code for f in compiled("tries > " + "1" * 31)[1]] == ["RE403"]


WORDS = """
    urgent agreed discount refund tries note reason damaged item . state received now opened_at wait count ( ) [ ] claim
    total return amount known latest happened period 'a' "x" 1 0.5 + - * / == != < <= > >= and or not in , true false is
    = := lambda \\ é
"""
SOME_WORDS = st.lists(st.sampled_from([*WORDS.split(), '"48 hours"', "\n"]), max_size=25)


@settings(deadline=None, max_examples=400)
@given(st.one_of(st.text(max_size=60), SOME_WORDS.map(" ".join), SOME_WORDS.map("".join)))
def test_any_text_is_compiled_or_refused(text: str) -> None:
    expression, found = compiled(text)
    assert (expression is None) == bool(found)
    for finding in found:
        assert 1 <= finding.span.column <= finding.span.end_column <= len(text) + 1
