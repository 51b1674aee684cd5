"""The words and signs of expressions, and what to say of those that are not among them."""

from __future__ import annotations

from typing import NamedTuple

BINARY = {"==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "and", "or", "in"}
WORDS = ("and", "or", "not", "in")
CLOSING = {"(": ")", "[": "]"}

#: word -> (what it is instead, "" if nothing; help)
REPLACED = {
    "=": ("==", "Write == to compare."),
    "===": ("==", "Write == to compare."),
    "!==": ("!=", "Write !=."),
    "&&": ("and", "Write and."),
    "&": ("and", "Write and."),
    "||": ("or", "Write or."),
    "|": ("or", "Write or."),
    "!": ("not", "Write not."),
    "~": ("not", "Write not."),
    "<>": ("!=", "Write !=."),
    "=>": (">=", "Write >=."),
    "=<": ("<=", "Write <=."),
    "is": ("==", "Write == to compare."),
    "True": ("true", "Write true."),
    "False": ("false", "Write false."),
    "TRUE": ("true", "Write true."),
    "FALSE": ("false", "Write false."),
    "AND": ("and", "Write and."),
    "OR": ("or", "Write or."),
    "NOT": ("not", "Write not."),
    "IN": ("in", "Write in."),
}
#: what means something else, and has no other way to be said with one word
REFUSED = {
    "None": "Write known(…) or not known(…) to ask whether a fact is known.",
    "null": "Write known(…) or not known(…) to ask whether a fact is known.",
    "lambda": "Expressions do not define functions.",
    "if": "Write the conditions with and, or; what differs by case is a rule of its own.",
    "else": "Write the conditions with and, or; what differs by case is a rule of its own.",
    "for": "Use count(…), all(…), total(…) over related instances.",
    "await": "Expressions do not call out.",
    "yield": "Expressions do not call out.",
    "**": "Write the multiplication out.",
    "//": "Write / for a division; results are exact.",
    "%": "Write a share as a number: price * 0.5.",
    ":=": "Expressions do not set anything; that is what sets: is for.",
    "@": "",
    "^": "Write the multiplication out.",
    "<<": "",
    ">>": "",
    "->": "",
    ":": "",
    ";": "Write one expression; several go into a list.",
    "{": "Lists are written in [ ].",
    "}": "Lists are written in [ ].",
    "?": "",
    "$": "",
    "`": "Text is written in quotes.",
    "#": "",
    "\\": "",
    '"': "The quote has no partner.",
    "'": "The quote has no partner.",
    **{f"{sign}=": "Expressions do not set anything; that is what sets: is for." for sign in "-+*/%@&|^~"},
}
CHARACTERS = {
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "×": "*",
    "·": "*",
    "÷": "/",
    "−": "-",
    "–": "-",
    "—": "-",
    "“": '"',
    "”": '"',
    "„": '"',
    "«": '"',
    "»": '"',
    "‘": "'",
    "’": "'",
    "∧": "and",
    "∨": "or",
    "¬": "not",
    "∈": "in",
}

#: Words that mean something in expressions, or are told apart to help; no fact or process takes one as its name.
RESERVED = frozenset({"now", "state", "was", "true", "false"}) | frozenset(
    word for word in (*WORDS, *REPLACED, *REFUSED) if word.isalpha()
)


class Form(NamedTuple):
    """How a function is written, and the fewest and most values it takes."""

    form: str
    fewest: int
    most: int


FUNCTIONS = {
    "count": Form("count(claim) or count(line, shipped)", 1, 50),
    "all": Form("all(line, shipped)", 2, 2),
    "open": Form("open(claim)", 1, 1),
    "latest": Form("latest(return).delivered_at", 1, 1),
    "total": Form("total(refund.amount)", 1, 1),
    "happened": Form("happened(ship)", 1, 1),
    "happened_at": Form("happened_at(ship)", 1, 1),
    "entered_at": Form("entered_at(shipped)", 1, 1),
    "overdue": Form("overdue(answer)", 1, 1),
    "missed": Form("missed(answer)", 1, 1),
    "known": Form("known(price)", 1, 1),
    "period": Form('period("48 hours")', 1, 1),
}
