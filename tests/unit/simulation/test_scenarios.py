"""Scenarios from files: where their pack is looked for, and that the same story always ends the same."""

from pathlib import Path

import pytest
from shop_pack import SHOP

from rulesengine.diagnostics import PackError
from rulesengine.loading import load_pack
from rulesengine.simulation import load_scenario, pack_file, play, simulate

STORY = (
    "scenario: A story\npack: {pack}\nstart: 2026-03-02 09:00\ngiven: [{{process: sale}}]\nsteps: [{{after: 1 day}}]\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "shop.yaml").write_text(SHOP)
    (tmp_path / "tests" / "shop").mkdir(parents=True)
    return tmp_path


def story(folder: Path, pack: str) -> Path:
    path = folder / "tests" / "shop" / "story.yaml"
    path.write_text(STORY.format(pack=pack))
    return path


@pytest.mark.parametrize("pack", ["shop", "../../policies/shop.yaml", "'../../policies/shop.yaml'"])
def test_a_pack_is_found_above_the_scenario_or_by_its_path(folder: Path, pack: str) -> None:
    scenario = load_scenario(story(folder, pack))
    assert Path(pack_file(scenario)) == folder / "policies" / "shop.yaml"
    assert simulate(scenario).pack == "Corner shop"


def test_a_pack_below_the_working_folder_is_named_from_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert pack_file(load_scenario(story(folder, "shop"))) == str(Path("policies") / "shop.yaml")


def test_a_pack_that_comes_along_is_found_by_its_name(folder: Path) -> None:
    assert load_pack(pack_file(load_scenario(story(folder, "rakuten")))).name == "rakuten"


@pytest.mark.parametrize(
    ("pack", "help"), [("rakutn", "rakuten"), ("../../policies/shp.yaml", "shop.yaml"), ("nowhere/shop.yaml", "folder")]
)
def test_a_pack_that_is_nowhere_is_underlined(folder: Path, pack: str, help: str) -> None:
    with pytest.raises(PackError) as caught:
        play(load_scenario(story(folder, pack)))
    [finding] = caught.value.diagnostics
    assert (finding.code, finding.span.line, finding.span.column) == ("RE314", 2, 7)
    assert help in finding.help


def test_a_scenario_may_be_played_under_another_pack(folder: Path, shop: Path) -> None:
    assert simulate(load_scenario(story(folder, "rakuten")), load_pack(shop)).pack == "Corner shop"


def test_the_same_story_always_ends_the_same(folder: Path) -> None:
    scenario = load_scenario(story(folder, "shop"))
    assert simulate(scenario) == simulate(scenario)


def test_all_mistakes_of_a_scenario_are_told_at_once(folder: Path) -> None:
    path = folder / "story.yaml"
    path.write_text(
        STORY.format(pack="shop")
        + "context: {seler: {away: true}}\nreadings: {}\nboundaries: {deadline: question.replay}\n"
    )
    with pytest.raises(PackError) as caught:
        play(load_scenario(path))
    assert [(finding.code, finding.span.line) for finding in caught.value.diagnostics] == [("RE601", 6), ("RE601", 8)]
