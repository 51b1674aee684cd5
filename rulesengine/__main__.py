"""`rulesengine`, and `python -m rulesengine`."""

import sys


def start() -> None:
    """Runs the command line. Ctrl-C is quiet from the first import on."""
    try:
        from rulesengine.cli import main

        main(prog_name="rulesengine")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    start()
