"""Coverage as one page for the browser: the packs' files, line by line, with what was tried and what is missing.

The page holds all it needs and runs no script.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape

from rulesengine.coverage import KINDS, Coverage, Item, share
from rulesengine.render.coverage.lines import Lines, by_file, hits, tried
from rulesengine.render.coverage.text import percent
from rulesengine.render.findings import counted
from rulesengine.render.style import clean

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2126; --paper: #fff; --quiet: #68717a; --rule: #dfe3e7;
  --all: #e3f4e6; --some: #fdf1cf; --none: #fde3e1; --good: #1a7a37; --warn: #8a5a00; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7ea; --paper: #16191c; --quiet: #98a1aa; --rule: #343a40;
  --all: #17301d; --some: #3a2f10; --none: #411d1b; --good: #6fce8a; --warn: #e6b54f; --bad: #ff8f86; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 84rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
table.sums { border-collapse: collapse; } .sums td, .sums th { padding: .2rem .9rem .2rem 0; text-align: left; }
.sums td.count { text-align: right; font-variant-numeric: tabular-nums; }
.sums tr { border-bottom: 1px solid var(--rule); } .sums meter { width: 10rem; vertical-align: middle; }
ul.missing { margin: .5rem 0; padding-left: 1.2rem; columns: 2 26rem; } a { color: inherit; }
details.suggested pre { background: var(--some); padding: .8rem; overflow-x: auto; }
.file { border: 1px solid var(--rule); overflow-x: auto; font: 13px/1.55 ui-monospace, monospace; }
.line { display: flex; min-width: max-content; } .line > * { padding: 0 .6rem; white-space: pre; }
.line .at { width: 4.2rem; text-align: right; color: var(--quiet); flex: none; user-select: none; }
.line .hits { width: 5.4rem; text-align: right; flex: none; color: var(--quiet); }
.line .code { flex: 1; } .line .note { color: var(--bad); font-family: system-ui, sans-serif; }
.all { background: var(--all); } .all .hits { color: var(--good); }
.some { background: var(--some); } .some .hits { color: var(--warn); }
.none { background: var(--none); } .none .hits { color: var(--bad); }
.line:target { outline: 2px solid var(--bad); outline-offset: -2px; }
"""


def page(
    coverages: Iterable[Coverage], lines_of: Callable[[str], Sequence[str]], shown: Callable[[str], str] = str
) -> str:
    """The whole page; `lines_of` gives the lines of a file, `shown` its path in the repository."""
    listed = list(coverages)
    files = by_file(listed)
    number = {file: place for place, file in enumerate(files, 1)}
    body: list[str] = []
    for coverage in listed:
        body += _sums(coverage, number)
    for file, lines in files.items():
        body.append(f'<h2 id="f{number[file]}">{_text(shown(file))}</h2>')
        body += ['<div class="file">', *_file(lines_of(file), lines, number[file]), "</div>"]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>What the scenarios cover</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        "<h1>What the scenarios cover</h1>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )


def _text(text: str) -> str:
    return escape(clean(text))


def _sums(coverage: Coverage, number: dict[str, int]) -> Iterator[str]:
    told = f"{percent(coverage.share)} covered by {counted(coverage.scenarios, 'scenario')}"
    yield f"<h2>{_text(coverage.title)}: {_text(told)}</h2>"
    yield '<table class="sums">'
    for kind in KINDS:
        items = [item for item in coverage.items if item.kind == kind]
        if items:
            yield (
                f'<tr><th>{kind}s</th><td class="count">{tried(items)}/{len(items)}</td>'
                f'<td class="count">{percent(share(items))}</td>'
                f'<td><meter min="0" max="{len(items)}" value="{tried(items)}"></meter></td></tr>'
            )
    yield "</table>"
    if coverage.missing:
        yield '<ul class="missing">'
        for item in coverage.missing:
            yield f'<li><a href="#f{number[item.place.file]}l{item.place.line}">{_text(item.told)}</a></li>'
        yield "</ul>"
    for one in coverage.suggestions:
        told = f"A scenario for {one.item.told}" + ("" if one.sure else "; fill in what is left open")
        yield f'<details class="suggested"><summary>{_text(told)}</summary>'
        yield f"<pre>{'<br>'.join(_text(line) for line in one.text.rstrip().split(chr(10)))}</pre></details>"


def _file(text: Sequence[str], lines: Lines, number: int) -> Iterator[str]:
    last = max([len(text) - (not text[-1]) if text else 0, *lines])
    for at in range(1, last + 1):
        code = _text(text[at - 1].rstrip("\r")) if at <= len(text) else ""
        items = lines.get(at)
        if items is None:
            none = '<span class="hits"></span>'
            yield f'<div class="line"><span class="at">{at}</span>{none}<span class="code">{code}</span></div>'
            continue
        done = tried(items)
        look = "all" if done == len(items) else "some" if done else "none"
        count = f"{done}/{len(items)}" if len(items) > 1 else f"{hits(items)}×"
        missing = "; ".join(item.told for item in items if not item.times)
        note = f'<span class="note">missing: {_text(missing)}</span>' if missing else ""
        yield (
            f'<div class="line {look}" id="f{number}l{at}" title="{_title(items)}"><span class="at">{at}</span>'
            f'<span class="hits">{count}</span><span class="code">{code}</span>{note}</div>'
        )


def _title(items: Sequence[Item]) -> str:
    return "&#10;".join(escape(f"{clean(item.told)}: {counted(item.times, 'scenario')}") for item in items)
