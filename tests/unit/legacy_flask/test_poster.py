"""Posters: well-formed, harmless, and always the same for a title."""

from xml.etree import ElementTree as ET

import pytest

from legacy_flask.media.poster import STYLES, draw_poster
from shared.models import Kind, Media
from tests.support.browser import Browser


def media(title: str = "Hum", artist: str = "Static Meadow") -> Media:
    return Media(title=title, artist=artist, kind=Kind.MOVIE, year=2016)


@pytest.mark.parametrize("style", [*STYLES, "mixed", "unknown"])
def test_a_poster_is_the_same_each_time(style: str) -> None:
    assert draw_poster(media(), style) == draw_poster(media(), style)
    assert draw_poster(media(), style) != draw_poster(media("Pylon"), style)


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script>", "\"&'", "]]>", "Ü" * 200, "a b " * 60, "", "🎬"]
)
@pytest.mark.parametrize("style", STYLES)
def test_any_title_makes_a_well_formed_picture(title: str, style: str) -> None:
    root = ET.fromstring(draw_poster(media(title, title), style))  # noqa: S314 - our own output

    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names <= {"svg", "rect", "circle", "path", "g", "text"}


def test_a_poster_is_cached_by_its_content(editor: Browser) -> None:
    first = editor.get("/library/1/poster.svg")

    assert first.content_type == "image/svg+xml; charset=utf-8"
    assert first.headers["Cache-Control"] == "private, no-cache"
    tag = first.headers["ETag"]
    assert editor.get("/library/1/poster.svg", headers={"If-None-Match": tag}).status_code == 304
