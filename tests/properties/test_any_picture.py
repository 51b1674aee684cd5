"""Whatever a pack says, its picture has all of it, once, and is sound in each format."""

import re
from collections import Counter
from xml.etree import ElementTree

from generated_packs import engine_of, sound_packs
from hypothesis import given, settings

from rulesengine.render.graph import dot, picture, svg


@settings(max_examples=25)
@given(text=sound_packs())
def test_the_picture_of_any_pack_has_everything_once(text: str) -> None:
    pack = engine_of(text).pack
    drawn = picture(pack)
    for drawing in drawn.drawings:
        process = pack.processes[drawing.process]
        keys = {place.key for place in drawing.places}
        assert len(keys) == len(drawing.places)
        assert keys >= {f"{process.name}.{state}" for state in process.states}
        assert {key for arrow in drawing.arrows for key in (*arrow.sources, *arrow.targets)} <= keys
        told = Counter(rule for arrow in drawing.arrows for rule in arrow.rules)
        inside = {entry.rule for place in drawing.places for entry in place.inner}
        assert set(told.values()) <= {1}
        assert told.keys() | inside == {rule.rule for rule in (*process.transitions, *process.deadlines)}
        assert not told.keys() & inside
        for arrow in drawing.arrows:
            assert arrow.sources
    image = svg(drawn)
    assert image == svg(picture(pack))
    ElementTree.fromstring(image)
    assert re.sub(r"\\.", "", dot(drawn)).count('"') % 2 == 0
