"""Findings and scenarios as JUnit XML, in the form that Jenkins and GitLab read.

There are no times in it: the same packs and scenarios always give the same report.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

import msgspec

from rulesengine.diagnostics import Diagnostic
from rulesengine.render.style import clean
from rulesengine.trace import Failure


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One test: what it is about, which file it stands in, and what is wrong: findings, or expectations that fail."""

    title: str
    file: str
    diagnostics: Sequence[Diagnostic] = ()
    failures: Sequence[Failure] = ()
    #: what to show of a failure beside its message
    detail: str = ""

    @property
    def errors(self) -> list[Diagnostic]:
        """The findings that make it fail."""
        return [one for one in self.diagnostics if one.severity == "error"]


def of_packs(files: Iterable[str], diagnostics: Iterable[Diagnostic]) -> list[Case]:
    """A case for each finding, and one for each file without any."""
    found = list(diagnostics)
    cases = [Case(title=f"{one.code} at {one.span}", file=one.span.file, diagnostics=[one]) for one in found]
    told = {one.span.file for one in found}
    return [Case(title="is sound", file=file) for file in files if file not in told] + cases


def junit(suite: str, cases: Iterable[Case]) -> str:
    """One suite of these cases, as an XML document."""
    listed = list(cases)
    counts = {
        "tests": str(len(listed)),
        "failures": str(sum(bool(case.failures) for case in listed)),
        "errors": str(sum(bool(case.errors) for case in listed)),
    }
    root = ElementTree.Element("testsuites", {"name": "rulesengine", **counts})
    body = ElementTree.SubElement(root, "testsuite", {"name": suite, **counts})
    for case in listed:
        _case(body, case)
    ElementTree.indent(root)
    # in ASCII, so that it is the same document whatever the output is encoded in
    text = ElementTree.tostring(root, encoding="us-ascii").decode("ascii")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _case(body: ElementTree.Element, case: Case) -> None:
    element = ElementTree.SubElement(body, "testcase", {"name": _safe(case.title), "classname": _safe(case.file)})
    for one in case.errors:
        error = ElementTree.SubElement(element, "error", {"type": one.code, "message": _safe(one.message)})
        error.text = _safe(f"{one.span}: {one.message}\n{one.help}".strip())
    for number, failed in enumerate(case.failures):
        message = f"{failed.what}: expected {failed.expected}, seen {failed.seen}"
        failure = ElementTree.SubElement(element, "failure", {"type": "expectation", "message": _safe(message)})
        detail = f"\n\n{case.detail}" if case.detail and number == 0 else ""
        failure.text = _safe(f"{failed.place}: {message}{detail}")
    warnings = [one for one in case.diagnostics if one.severity == "warning"]
    if warnings:
        told = ElementTree.SubElement(element, "system-out")
        told.text = _safe("\n".join(f"{one.span}: {one.code} {one.message} {one.help}".strip() for one in warnings))


def _safe(text: str) -> str:
    """Text without what XML does not allow."""
    return "\n".join(clean(line) for line in text.split("\n"))
