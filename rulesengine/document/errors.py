"""What the parser does not understand, in our words."""

from __future__ import annotations

import re
from itertools import islice

import msgspec
import yaml

from rulesengine.diagnostics import Diagnostic, Span, finding
from rulesengine.document.text import Mark, place_from, start_of

#: findings about one document; the reading goes on without telling more
MAX_FINDINGS = 200

_WORD = re.compile(r"\w[\w.:-]*")
_QUOTED_BEFORE = re.compile(r"""["'][ \t]*$""")
#: characters of a line in which a key is looked for; hostile lines are longer
_LONGEST_KEY = 300
#: a key with its colon at the beginning of a line
_KEY = re.compile(r"[ ]*(?:- +)*(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s:'\"#][^:\n#]*):(?=\s|\Z)")
_ODD_SPACE = re.compile("[\u00a0\u00ad\u2000-\u200f\u202f\u205f\u2060\u3000]")
_INDENTED_WITH_TAB = re.compile(r"^ *\t[ \t]*(?=[^\s#])", re.MULTILINE)


def explained(fault: yaml.YAMLError, text: str, file: str) -> list[Diagnostic]:
    """The findings for an error of the parser: tabs where they are to blame, else the error itself."""
    problem = getattr(fault, "problem_mark", None) or getattr(fault, "context_mark", None)
    if problem is None:
        return [finding("RE104", start_of(file), "The text is not YAML.", "Check what the file holds.")]
    context = getattr(fault, "context_mark", None) or problem
    # where a tab is to blame, the lines below are likely to have them too
    last = text.find("\n", problem.index)
    first = _INDENTED_WITH_TAB.search(text, context.index - context.column, len(text) if last < 0 else last)
    tabs = _INDENTED_WITH_TAB.finditer(text, first.start()) if first else ()
    found = [
        finding(
            "RE108",
            place_from(context, text, tab.start(), tab.end(), file),
            "This line is indented with a tab.",
            "Indent with spaces, two for each level.",
        )
        for tab in islice(tabs, MAX_FINDINGS)
    ]
    if found:
        return found
    begin = context.index - context.column
    odd = _ODD_SPACE.search(text, begin, len(text) if last < 0 else last)
    if odd is not None:
        message = f"The character here (U+{ord(odd[0]):04X}) looks like a space or like nothing, and is something else."
        where = place_from(context, text, max(odd.start(), context.index), max(odd.end(), context.index), file)
        if odd.start() < context.index:
            column = odd.start() - begin + 1
            where = Span(file, context.line + 1, column, context.line + 1, column + 1)
        return [finding("RE104", where, message, "Write an ordinary space instead, or delete it.")]
    words = f"{getattr(fault, 'context', '')}; {getattr(fault, 'problem', '')}"
    mark, message, help = _wording(words, text, problem, context)
    index = min(mark.index, len(text))
    word = _WORD.match(text, index)
    end = word.end() if word else index + (text[index : index + 1] not in ("", "\r", "\n"))
    return [finding("RE104", place_from(mark, text, index, end, file), message, help)]


class _Point(msgspec.Struct, frozen=True):
    """A point of the text, counted as the parser does."""

    index: int
    line: int
    column: int


def _spaces(number: int) -> str:
    return "no spaces" if number == 0 else f"{number} space{'' if number == 1 else 's'}"


def _above(text: str, mark: Mark) -> int:
    """The spaces before the last line above that holds something."""
    lines = text[: mark.index - mark.column].splitlines()[-50:]
    full = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return len(full[-1]) - len(full[-1].lstrip(" ")) if full else 0


def _line_as_deep(text: str, before: int, number: int, column: int) -> int | None:
    """The line above an index, which begins line `number`, that begins at a column, with nothing in between that lies
    less deep: of it a neighbour may have slipped out.
    """
    for line in reversed(text[:before].splitlines()[-50:]):
        number -= 1
        own = len(line) - len(line.lstrip(" -"))
        if own == len(line) or line.lstrip().startswith("#") or own > column:
            continue
        return number if own == column else None
    return None


def _odd_colon(text: str, problem: Mark) -> tuple[Mark, str, str]:
    """A colon that makes a key where none can stand: one within a text, a line too far in, or one forgotten above."""
    begin = problem.index - problem.column
    own = _KEY.match(text, begin, begin + _LONGEST_KEY)
    if own is None or own.end() <= problem.index:
        help = "Put the text behind the first colon in quotes."
        return problem, "A second colon stands in this line, within its text.", help
    above, number, start = "", problem.line, begin
    while start > 0 and (not above.strip() or above.lstrip().startswith("#")):
        start, end = text.rfind("\n", 0, start - 1) + 1, start - 1
        above, number = text[start:end].rstrip("\r"), number - 1
    key = _KEY.match(above, 0, _LONGEST_KEY)
    if key is None and above.strip():
        word = len(above) - len(above.lstrip(" -"))
        message = "A colon is missing in this line, behind the key."
        help = f"Write it as 'key:' or 'key: value', such as '{above.strip(' -')[:40].split(' ')[0]}:'."
        return _Point(start + word, number, word), message, help
    mine = len(own[0]) - len(own[0].lstrip(" -"))
    if key is not None and mine > (yours := len(above) - len(above.lstrip(" -"))):
        message = f"This line is indented further than line {number + 1}, whose value is complete without it."
        help = f"Indent it by {_spaces(yours)}, like the line above; or put nothing behind the colon above."
        if (like := _line_as_deep(text, start, number, mine)) is not None:
            help = (
                f"Indent line {number + 1} by {_spaces(mine)}, like line {like + 1}; "
                f"or this one by {_spaces(yours)}, like line {number + 1}."
            )
        return _Point(begin + mine, problem.line, mine), message, help
    help = "Check the indentation of this line and the line above; put text that has a colon in it in quotes."
    return problem, "No key can stand here.", help


def _wording(words: str, text: str, problem: Mark, context: Mark) -> tuple[Mark, str, str]:
    """Where to point, what to say, what to do. `words` are the parser's, of either implementation."""
    here = text[problem.index : problem.index + 1]
    if "mapping values are not allowed" in words:
        return _odd_colon(text, problem)
    if here and here in "]}" and "flow" not in words.replace("flow node", ""):
        return (
            problem,
            f"There is nothing open that this '{here}' could close.",
            "Take it away, or put the text in quotes.",
        )
    if "flow node" in words and not text[problem.index :].strip():
        return problem, "The text ends in the middle of brackets.", "Close every '[' with ']' and every '{' with '}'."
    if "flow sequence" in words or "flow mapping" in words:
        opening, closing = ("[", "]") if "flow sequence" in words else ("{", "}")
        if problem.line != context.line or not text[problem.index :].strip():
            return (
                context,
                f"The '{opening}' here is not closed.",
                f"Write '{closing}' at the end of what belongs to it, and commas in between.",
            )
        return (
            problem,
            f"Before this, a comma or '{closing}' is missing.",
            "Put commas between what stands in brackets; text with commas, colons or brackets in it needs quotes.",
        )
    if "escape" in words or "hexdecimal" in words:
        return (
            problem,
            "In double quotes a backslash begins a code, and this is none.",
            "Use single quotes: there a backslash is a backslash.",
        )
    if "quoted scalar" in words:
        return context, "The quote that begins here is not closed.", "Write the same quote at the end of the text."
    if "expected ':'" in words:
        return (
            context,
            "A colon is missing behind this key.",
            "Write 'key: value', with a space behind the colon, or '- ' before it if it is an item of a list.",
        )
    if "cannot start any token" in words:
        return problem, f"No text can begin with '{here}'.", "Put the text in quotes."
    if "sequence entries are not allowed" in words:
        return (
            problem,
            "A list cannot begin here.",
            "Begin it on a line of its own below its key; put text that begins with '- ' in quotes.",
        )
    if "parsing a block" in words and _QUOTED_BEFORE.search(text[problem.index - problem.column : problem.index]):
        return (
            problem,
            "Behind the closing quote the text goes on.",
            "Put quotes of the other kind around all of it; a quote of the same kind inside is written twice.",
        )
    if "parsing a block mapping" in words:
        return (
            problem,
            f"This line is indented by {_spaces(problem.column)}, which fits none of the keys above it.",
            f"Give neighbours the same number of spaces: the line above has {_above(text, problem)}, the keys that "
            f"begin in line {context.line + 1} have {context.column}.",
        )
    if "parsing a block collection" in words:
        return (
            problem,
            f"This belongs neither to the list that begins in line {context.line + 1} nor to an item of it.",
            "Indent it like its neighbours, with '- ' before each item.",
        )
    if "anchor" in words or "alias" in words:
        return problem, "'&' and '*' begin the name of an anchor, and no name follows.", "Put the text in quotes."
    if "document start" in words:
        return problem, "More text follows here behind the end of the value.", "Check quotes and indentation above."
    if "block scalar" in words:
        return (
            problem,
            "Behind '|' or '>' the line has to end.",
            "Begin the text on the next line, indented with spaces.",
        )
    if "directive" in words or "tag" in words or "YAML document" in words:
        return problem, "Tags and directives are not supported.", "Put text that begins with '!' or '%' in quotes."
    if "node content" in words or "found but" in words:
        return (
            problem,
            "Before this, a value is missing.",
            "Write the value; text that begins with a sign needs quotes.",
        )
    return problem, "The text cannot be read from here on.", "Check indentation, quotes and brackets here and above."
