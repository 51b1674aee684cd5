"""What the parser does not understand, in our words."""

from __future__ import annotations

import re
from itertools import islice

import yaml

from rulesengine.diagnostics import Diagnostic, finding
from rulesengine.document.text import Mark, place_from, start_of

#: findings about one document; the reading goes on without telling more
MAX_FINDINGS = 200

_WORD = re.compile(r"\w[\w.:-]*")
_QUOTED_BEFORE = re.compile(r"""["'][ \t]*$""")
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
    words = f"{getattr(fault, 'context', '')}; {getattr(fault, 'problem', '')}"
    mark, message, help = _wording(words, text, problem, context)
    index = min(mark.index, len(text))
    word = _WORD.match(text, index)
    end = word.end() if word else index + (text[index : index + 1] not in ("", "\r", "\n"))
    return [finding("RE104", place_from(mark, text, index, end, file), message, help)]


def _wording(words: str, text: str, problem: Mark, context: Mark) -> tuple[Mark, str, str]:
    """Where to point, what to say, what to do. `words` are the parser's, of either implementation."""
    here = text[problem.index : problem.index + 1]
    if "mapping values are not allowed" in words:
        return (
            problem,
            "This colon makes a key of what stands before it, and none can stand here.",
            "Put the text in quotes if the colon belongs to it; else check indentation, and the line above.",
        )
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
            f"This belongs neither to the map that begins in line {context.line + 1} nor to a value in it.",
            "Indent it like its neighbours, in the map or in the value above.",
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
