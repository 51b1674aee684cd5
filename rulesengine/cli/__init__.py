"""The command line: `rulesengine check`, `simulate`, `test`, `due`, `options`.

Exit codes: 0 fine, 1 findings or failed expectations, 2 wrong usage, 3 could not run. The commands' modules are
imported only when they are used, so that `--help` answers at once.
"""

from __future__ import annotations

from rulesengine.cli.program import Program

COMMANDS = {
    "check": ("rulesengine.cli.check", "check", "Check packs: every finding with its place, and what to do about it."),
    "simulate": ("rulesengine.cli.simulate", "simulate", "Run a scenario through a pack and show what happens when."),
    "test": ("rulesengine.cli.test", "test", "Run all scenarios below a folder and compare with what they expect."),
    "due": (
        "rulesengine.cli.standing",
        "due",
        "Show what must be done next when a scenario is over, by whom and by when.",
    ),
    "options": (
        "rulesengine.cli.standing",
        "options",
        "Show what an actor may do when a scenario is over, and why not.",
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

    A pack is named by its path, or by its name where it comes with rulesengine: rakuten.
    """,
    epilog="""Exit codes: 0 fine, 1 findings or failed expectations, 2 wrong usage, 3 could not run.

    Completion for your shell: put eval "$(_RULESENGINE_COMPLETE=bash_source rulesengine)" into ~/.bashrc
    (zsh_source into ~/.zshrc; fish: _RULESENGINE_COMPLETE=fish_source rulesengine | source).
    """,
)
