"""`python -m rulesengine`."""

from rulesengine.cli import main

if __name__ == "__main__":
    main(prog_name="rulesengine")
