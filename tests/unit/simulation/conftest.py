"""The shop of `shop_pack`, loaded once, and a way to play scenarios in it."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from shop_pack import SHOP

from rulesengine.engine import Engine
from rulesengine.loading import load_pack
from rulesengine.simulation import Story, parse_scenario, play

HEAD = """
scenario: A story
pack: shop.yaml
start: 2026-03-02 09:00
"""

Play = Callable[..., Story]


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.yaml"
    path.write_text(SHOP)
    return path


@pytest.fixture(scope="session")
def engine(shop: Path) -> Engine:
    return Engine(load_pack(shop))


@pytest.fixture
def story(engine: Engine) -> Play:
    """Plays a scenario of which only the parts after the first three lines are given."""

    def tell(*parts: str) -> Story:
        return play(parse_scenario(HEAD + "".join(dedent(part) for part in parts), "story.yaml"), engine)

    return tell
