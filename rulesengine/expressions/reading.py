"""Text of an expression to Python's `ast`, with our own findings.

The text is first cut into words here. That finds what is not allowed with an exact place and a hint, before Python's
parser sees anything, and bounds what it sees: only plain names, plain numbers, empty quotes and the operators of the
language, one space apart, at most 32 brackets deep. Nothing in the text can reach Python's escapes, warnings or
limits. Common slips (`=`, `&&`, `True`) are put right after they were reported, so that the rest is still checked.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from keyword import iskeyword

import msgspec

from rulesengine.expressions import vocabulary
from rulesengine.money import CURRENCIES

LENGTH = 500
LEVELS = 32
#: Digits of one number.
DIGITS = 30

#: Reports a finding: code, start and end in the text, message, help.
Report = Callable[[str, int, int, str, str], None]

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>(?:[0-9]|\.[0-9])[0-9A-Za-z_.]*)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<text>"[^"\n]*"|'[^'\n]*')
    |(?P<operator>===|!==|==|!=|<=|>=|<>|=>|=<|:=|&&|\|\||\*\*|//|->|<<|>>|[-+*/%@&|^~]=|[-+*/()\[\]<>=!.,%@&|^~?:;{}$`\#\\"'])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_AMOUNT = re.compile(r"(?P<whole>[0-9]+)(?:[.,](?P<part>[0-9]+))?[ \xa0]*(?:(?P<sign>[€£$])|(?P<code>[A-Z]{3})\b)")
_DATE = re.compile(
    r"(?:[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])|[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4})"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?Z?)?(?![\w.])"
)
_PERIOD = re.compile(r"[0-9]+ *(?:working +)?(?:second|minute|hour|day|week|month|year)s?\b(?: +on +working +days\b)?")
#: `now - shipped_at >`, before a period
_ELAPSED = re.compile(r"\bnow\s*-\s*([a-z_][\w.]*(?:\([^()]*\))?)\s*(<=|>=|<|>)\s*\Z")
_COMMA = re.compile(r"([0-9]+),([0-9]+)(?![0-9]*[.,])")
_NUMBER = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


class Token(msgspec.Struct, frozen=True):
    """A word of the text at start..end; `text` is what it means, after slips are put right."""

    kind: str
    text: str
    start: int
    end: int


class Source(msgspec.Struct, frozen=True):
    """An expression's text, read. `tree` is over a text of our own; `span` gives places in the given one."""

    text: str
    tree: ast.expr
    #: start and end of each token in the tree's text -> token
    starts: dict[int, Token]
    ends: dict[int, Token]

    def span(self, node: ast.expr) -> tuple[int, int]:
        """Start and end of a node in the given text."""
        return self.starts[node.col_offset].start, self.ends[node.end_col_offset or 0].end

    def token(self, node: ast.expr) -> Token:
        """The first token of a node: its name, number or text."""
        return self.starts[node.col_offset]

    def last(self, node: ast.expr) -> Token:
        """The last token of a node: the name of an attribute."""
        return self.ends[node.end_col_offset or 0]


def read(text: str, report: Report) -> Source | None:
    """Read an expression's text; None where it cannot be read. What is wrong is reported either way."""
    if len(text) > LENGTH:
        message = f"The expression has {len(text):,} characters; at most {LENGTH} are read"
        report("RE403", 0, LENGTH, message, "Give its parts names under conditions.")
        return None
    tokens = _tokens(text, report)
    if tokens is None or not _well_formed(text, tokens, report):
        return None
    starts: dict[int, Token] = {}
    ends: dict[int, Token] = {}
    words = []
    at = 0
    for token in tokens:
        word = _plain(token)
        starts[at] = token
        ends[at + len(word)] = token
        words.append(word)
        at += len(word) + 1
    try:
        tree = ast.parse(" ".join(words), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        report("RE401", tokens[0].start, tokens[-1].end, "The expression cannot be read", "")
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = starts[node.col_offset].text
        elif isinstance(node, ast.Attribute):
            node.attr = ends[node.end_col_offset or 0].text
    return Source(text=text, tree=tree, starts=starts, ends=ends)


def _written_out(text: str, start: int, kind: str) -> tuple[int, str, str, str] | None:
    """Where a date, an amount, a period or a decimal comma that begins at `start` ends; code, message, help for it."""
    if kind not in ("number", "name", "other"):
        return None
    if match := _DATE.match(text, start):
        help = (
            "Compare with a fact of type date or datetime, or with a moment and a period after it: "
            'now > entered_at(open) + period("3 days").'
        )
        return match.end(), "RE401", f"'{_short(match[0])}' cannot stand here: expressions hold no dates", help
    if (match := _AMOUNT.match(text, start)) and (match["sign"] or match["code"] in CURRENCIES):
        number = f"{match['whole']}.{match['part']}" if match["part"] else match["whole"]
        help = f"Write {number}: in expressions amounts are bare numbers in the pack's currency."
        return match.end(), "RE401", f"'{_short(match[0])}' is not written this way here", help
    if match := _PERIOD.match(text, start):
        help = f'Write period("{match[0]}").'
        if since := _ELAPSED.search(text[:start]):
            help = f'Write now {since[2]} {since[1]} + period("{match[0]}"): now stands alone on one side.'
        return match.end(), "RE401", f"A period of time is not written as '{_short(match[0])}' here", help
    before = text[:start]
    if (match := _COMMA.match(text, start)) and not any(bracket in before for bracket in "([,"):
        help = f"Write {match[1]}.{match[2]}: decimals have a point."
        return match.end(), "RE401", f"'{_short(match[0])}' is not a plain number", help
    return None


def _plain(token: Token) -> str:
    """What Python's parser sees in place of a token. Its own words, such as return, are names here."""
    if token.kind == "text":
        return "''"
    if token.kind == "number":
        return "1"
    return f"{token.text}_" if iskeyword(token.text) and token.text not in vocabulary.WORDS else token.text


def _tokens(text: str, report: Report) -> list[Token] | None:
    tokens: list[Token] = []
    usable = True

    def refuse(code: str, start: int, end: int, message: str, help: str) -> None:
        nonlocal usable
        usable = False
        report(code, start, end, message, help)

    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:  # the last alternative takes any character
            break
        kind, word, start, end = str(match.lastgroup), match.group(), at, match.end()
        at = end
        if kind == "space":
            strange = next((c for c in word if c not in " \t"), None)
            if strange == "\n" and (not tokens or not text[end:].strip()):
                continue
            if strange is not None:
                where = start + word.index(strange)
                if strange in "\r\n":
                    help = "Write it on one line, or below > instead of |."
                    refuse("RE401", where, where + 1, "The expression goes over several lines", help)
                else:
                    refuse("RE401", where, where + 1, f"{_character(strange)} is not a plain space", "Write a space.")
        elif kind == "other":
            instead = vocabulary.CHARACTERS.get(word)
            help = f"Write {instead}." if instead else "Names are written with the letters a to z, digits and _."
            refuse("RE401", start, end, f"{_character(word)} cannot be used here", help)
        elif (slip := _written_out(text, start, kind)) is not None:
            at, code, message, help = slip
            refuse(code, start, at, message, help)
        elif kind == "number":
            if not _NUMBER.fullmatch(word):
                refuse("RE402", start, end, f"'{_short(word)}' is not a plain number", _number_help(word))
            elif len(word) > DIGITS:
                refuse("RE403", start, end, f"The number has more than {DIGITS} digits", "Write fewer digits.")
            else:
                tokens.append(Token(kind, word, start, end))
        elif kind == "text":
            before = tokens[-1] if tokens else None
            if "\\" in word:
                where = start + word.index("\\")
                refuse("RE402", where, where + 1, "A backslash in text is not allowed", "Write the character itself.")
            elif before is not None and before.kind == "name" and before.end == start and len(before.text) <= 2:
                help = "Write the text in plain quotes."
                refuse("RE402", before.start, end, f"'{before.text}' before a quote is not allowed", help)
            tokens.append(Token(kind, word[1:-1], start, end))
        elif word in vocabulary.REPLACED:
            instead, help = vocabulary.REPLACED[word]
            if word == "is" and re.compile(r"\s+(not\s+)?(None|null)\b").match(text, end):
                help = vocabulary.REFUSED["None"]
            report("RE402", start, end, f"'{word}' is not used here", help)
            if word == "is" and (following := re.compile(r"\s+not\b").match(text, end)):
                instead, at = "!=", following.end()
            tokens.append(Token("name" if instead.isalpha() else "operator", instead, start, at))
        elif word in vocabulary.REFUSED:
            code = "RE401" if word in "\"'" else "RE402"
            refuse(code, start, end, f"'{word}' cannot be used in an expression", vocabulary.REFUSED[word])
        else:
            tokens.append(Token(kind, word, start, end))
    if not usable:
        return None
    if not tokens:
        report("RE401", 0, len(text), "The expression is empty", "Write a condition or a value.")
        return None
    return tokens


def _well_formed(text: str, tokens: list[Token], report: Report) -> bool:
    """Whether values and operators alternate and brackets match; the first fault is reported."""
    open_brackets: list[Token] = []
    value_next = True
    before: Token | None = None

    def fault(token: Token, message: str, help: str = "", code: str = "RE401") -> bool:
        report(code, token.start, token.end, message, help)
        return False

    for index, token in enumerate(tokens):
        word = token.text if token.kind in ("operator", "name") else ""
        if value_next:
            empty = word in (")", "]") and before is not None and vocabulary.CLOSING.get(before.text) == word
            if token.kind in ("number", "text"):
                value_next = False
            elif before is not None and before.text == "." and before.kind == "operator":
                if token.kind != "name" or word in vocabulary.WORDS:
                    return fault(token, f"A name is missing before '{word}'")
                value_next = False
            elif word in ("(", "["):
                open_brackets.append(token)
                if len(open_brackets) > LEVELS:
                    help = "Give its parts names under conditions."
                    return fault(token, f"The brackets are more than {LEVELS} deep", help, "RE403")
            elif word in ("-", "not"):
                pass
            elif word == "+":
                return fault(token, "A plus sign before a value is not used here", "Leave it away.", "RE402")
            elif empty:
                open_brackets.pop()
                value_next = False
            elif token.kind == "name" and word not in vocabulary.BINARY:
                value_next = False
            else:
                missing = "A value is missing before"
                return fault(token, f"{missing} '{word}'", _missing_help(before, token))
        elif token.kind in ("number", "text") or (token.kind == "name" and word not in (*vocabulary.BINARY, "not")):
            return fault(token, f"An operator is missing before '{_short(text[token.start : token.end])}'", _JOIN)
        elif word == "not":
            if index + 1 >= len(tokens) or tokens[index + 1].text != "in":
                return fault(token, "An operator is missing before 'not'", "Write and not, or not, or not in.")
        elif word == "(":
            if before is None or before.kind != "name":
                return fault(token, "An operator is missing before '('", _JOIN)
            open_brackets.append(token)
            value_next = True
            if len(open_brackets) > LEVELS:
                return fault(token, f"The brackets are more than {LEVELS} deep", "", "RE403")
        elif word == "[":
            help = "Write latest(…) for the latest instance, or in before a list."
            return fault(token, "Picking by [ ] is not allowed", help, "RE402")
        elif word in (")", "]"):
            if not open_brackets:
                return fault(token, f"'{word}' closes nothing")
            if vocabulary.CLOSING[open_brackets.pop().text] != word:
                return fault(token, f"'{word}' does not fit the bracket it closes")
        elif word == ".":
            if before is not None and before.kind in ("number", "text"):
                return fault(token, "A number or text has no facts", "", "RE402")
            value_next = True
        else:  # a binary operator or a comma
            value_next = True
        before = token
    if open_brackets:
        return fault(open_brackets[-1], f"'{open_brackets[-1].text}' is never closed")
    if value_next and before is not None:
        return fault(before, f"A value is missing after '{before.text}'")
    return True


_JOIN = "Join values with and, or, ==, in, + and the like."


def _missing_help(before: Token | None, token: Token) -> str:
    if token.text == "*" and (before is None or before.text in "(,"):
        return "Name each value."
    if before is not None and before.text == "*" and token.text == "*":
        return "Write the multiplication out."
    return ""


def _number_help(word: str) -> str:
    if re.fullmatch(r"\.[0-9]+", word):
        return f"Write 0{_short(word)}."
    if "_" in word:
        return "Write the digits without _."
    if re.fullmatch(r"0[0-9]+(\.[0-9]*)?", word):
        return "Write it without the leading 0."
    if re.fullmatch(r"[0-9.]+[eE][0-9]*", word):
        return "Write all digits, without an exponent."
    if re.fullmatch(r"[0-9]+[A-Za-z]+", word):
        return 'A period of time is written period("48 hours"); a name begins with a letter.'
    return "Write digits, and a point where needed."


def _character(character: str) -> str:
    return f"The character {character!r} (U+{ord(character):04X})"


def _short(word: str) -> str:
    return word if len(word) <= 40 else f"{word[:20]}…"
