"""`rulesengine explain RE503`, `rulesengine explain wrong_actor`."""

from __future__ import annotations

import re

import click

from rulesengine.cli.common import paint, say, say_json, width

#: how registers usually number their statements: RK-22
STATEMENT = r"[A-Za-z][A-Za-z0-9]*-[0-9]+[a-z]?"


def code(word: str, form: str) -> int:
    """Shows the page of a finding's code, or what the code of a refusal means."""
    from rulesengine.case import REASON_CODES
    from rulesengine.diagnostics import CATALOGUE
    from rulesengine.render.pages import page, sections
    from rulesengine.resources import code_page, reasons_page

    name = word.lower() if word.lower() in REASON_CODES else word.upper()
    if name in REASON_CODES:
        kind, severity, title = "reason", None, "Why an event is refused"
        text = sections(reasons_page().read_text(encoding="utf-8"))[name]
    elif name in CATALOGUE:
        kind, (severity, title) = "finding", CATALOGUE[name]
        text = code_page(name).read_text(encoding="utf-8")
    else:
        raise click.UsageError(_unknown(word))
    if form == "json":
        say_json({"code": name, "kind": kind, "severity": severity, "title": title, "page": text})
    else:
        say(page(text, paint, width()))
    return 0


def _unknown(word: str) -> str:
    from rulesengine.case import REASON_CODES
    from rulesengine.cli.naming import known
    from rulesengine.diagnostics import CATALOGUE, PackError, did_you_mean, nearest

    try:
        known(word)
    except PackError:
        pass
    else:
        return f"Say what of the pack: rulesengine explain {word} NAME, with a process, a rule, a state or a parameter."
    if "." in word or re.fullmatch(STATEMENT, word):
        return f"Say of which pack: rulesengine explain PACK {word}."
    likely = nearest(word.upper(), CATALOGUE) or nearest(word.lower(), REASON_CODES)
    help = f"Did you mean '{likely}'?" if likely else did_you_mean(word, REASON_CODES)
    if not likely and word.upper().startswith("RE"):
        help = f"Codes of findings go from {min(CATALOGUE)} to {max(CATALOGUE)}."
    return f"There is no code '{word}'. {help}"
