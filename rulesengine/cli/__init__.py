"""The command line: `rulesengine check`, `simulate`, `test`, `due`, `options`.

Exit codes: 0 fine, 1 findings or failed expectations, 2 wrong usage, 3 could not run. The commands' modules are
imported only when they are used, so that `--help` answers at once.
"""

from __future__ import annotations

from rulesengine.cli.program import Program

COMMANDS = {
    "check": ("rulesengine.cli.check", "check", "Check packs and show every finding with its place and help."),
    "lint": ("rulesengine.cli.lint", "lint", "Advise on sound packs: what is allowed, and most likely not meant."),
    "simulate": ("rulesengine.cli.simulate", "simulate", "Run a scenario through a pack and show what happens when."),
    "test": ("rulesengine.cli.test", "test", "Run all scenarios below a folder and show what differs."),
    "new": ("rulesengine.cli.new", "new", "Begin a pack, a process, a rule or a scenario."),
    "schema": ("rulesengine.cli.schema", "schema", "Write what an editor needs to know a pack's own names."),
    "graph": ("rulesengine.cli.graph", "graph", "Draw processes: states, transitions, deadlines."),
    "sources": (
        "rulesengine.cli.sources",
        "sources",
        "Show what rules rest on: statements with their rules, rules with their statements.",
    ),
    "readings": (
        "rulesengine.cli.readings",
        "readings",
        "Show which open questions change what happens in which scenario.",
    ),
    "mutate": (
        "rulesengine.cli.mutate",
        "mutate",
        "Make small mistakes in a pack and show which ones no scenario notices.",
    ),
    "due": (
        "rulesengine.cli.standing",
        "due",
        "Show what must be done next: by whom, by when, or else.",
    ),
    "options": (
        "rulesengine.cli.standing",
        "options",
        "Show what an actor may do, until when, and why not.",
    ),
    "explain": (
        "rulesengine.cli.explain",
        "explain",
        "Explain a code, a rule of a pack, or a decision and what would have to change.",
    ),
    "compare": (
        "rulesengine.cli.compare",
        "compare",
        "Show what the rules of several packs say to the same questions.",
    ),
    "indicators": (
        "rulesengine.cli.indicators",
        "indicators",
        "Count what the marketplace measures over a file of cases.",
    ),
}

main = Program(
    COMMANDS,
    name="rulesengine",
    help="""Marketplace rules as policy packs: checked, simulated and decided over time.

    \b
    rulesengine check policies/rakuten.yaml
    rulesengine simulate docs/examples/claim.yaml
    rulesengine test tests/scenarios
    rulesengine due docs/examples/claim.yaml --explain
    rulesengine options docs/examples/claim.yaml --by seller

    A pack is named by its path, or by its name: that of a pack in ./policies or here, else of one that comes along.
    """,
    epilog="""Exit codes: 0 fine, 1 findings or failed expectations, 2 wrong usage, 3 could not run.

    \b
    Completion of commands and options by your shell:
    bash, in ~/.bashrc     eval "$(_RULESENGINE_COMPLETE=bash_source rulesengine)"
    zsh, in ~/.zshrc       eval "$(_RULESENGINE_COMPLETE=zsh_source rulesengine)"
    fish, in config.fish   _RULESENGINE_COMPLETE=fish_source rulesengine | source
    """,
)
