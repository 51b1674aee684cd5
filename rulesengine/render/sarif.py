"""Findings as SARIF 2.1.0, which code hosts show beside the lines they speak of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from rulesengine.diagnostics import CATALOGUE, Diagnostic, Span
from rulesengine.render.style import clean

Data = dict[str, Any]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(
    diagnostics: Iterable[Diagnostic],
    *,
    version: str,
    exit_code: int,
    page: Callable[[str], str],
    file: Callable[[str], str],
) -> Data:
    """One run with every finding.

    `page(code)` is the page that explains a code, as Markdown, "" without one; `file(name)` the path by which a reader
    of the repository knows a file: relative to its root, or absolute.
    """
    found = list(diagnostics)
    codes = list(dict.fromkeys(one.code for one in found))
    driver = {
        "name": "rulesengine",
        "version": version,
        "rules": [_rule(code, page(code)) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        # columns of a Span count characters
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": exit_code in (0, 1), "exitCode": exit_code}],
        "results": [_result(one, codes.index(one.code), file) for one in found],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, page: str) -> Data:
    severity, title = CATALOGUE[code]
    rule: Data = {
        "id": code,
        "shortDescription": {"text": title},
        "defaultConfiguration": {"level": severity},
    }
    if page:
        rule["help"] = {"text": page, "markdown": page}
    return rule


def _result(one: Diagnostic, index: int, file: Callable[[str], str]) -> Data:
    return {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": one.severity,
        "message": {"text": _literal(f"{one.message} {one.help}".strip())},
        "locations": [{"physicalLocation": _location(one.span, file)}],
    }


def _location(span: Span, file: Callable[[str], str]) -> Data:
    return {
        "artifactLocation": {"uri": uri(file(span.file))},
        "region": {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        },
    }


def uri(path: str) -> str:
    """A path as a URI: relative as it is, absolute with its scheme."""
    told = quote(str(PurePosixPath(path)), safe="/")
    return f"file://{told}" if path.startswith("/") else told


def _literal(text: str) -> str:
    """A message that no reader takes for a placeholder or a link."""
    told = re.sub(r"\{(\d+)\}", r"{{\1}}", clean(text))
    return re.sub(r"\[([^\[\]]*)\](?=\()", r"\\[\1\\]", told)
