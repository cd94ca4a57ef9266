"""Home, library and one title."""

import re

import pytest

from legacy_flask.templating import runtime
from tests.support.browser import Browser
from tests.support.databases import SeededDatabase


def titles(page: str) -> list[str]:
    return re.findall(r'class="card-title">([^<]+)<', page)


def test_home_counts_and_shows_the_newest(editor: Browser) -> None:
    page = editor.get("/").text

    assert "Good to see you again." in page
    assert "<b>47</b> films" in page
    assert "<b>22</b> series" in page
    assert len(titles(page)) == 6


def test_home_follows_the_settings(editor: Browser, database: SeededDatabase) -> None:
    database.ask("UPDATE settings SET value = '3' WHERE settings.key = 'recent_count'")
    database.ask("UPDATE settings SET value = '\"B&O\"' WHERE settings.key = 'site_name'")
    database.ask("UPDATE settings SET value = '\"<b>!\"' WHERE settings.key = 'maintenance_notice'")
    page = editor.get("/").text

    assert len(titles(page)) == 3
    assert "B&amp;O" in page
    assert "&lt;b&gt;!" in page


def test_an_empty_library_is_friendly(editor: Browser, database: SeededDatabase) -> None:
    database.ask("DELETE FROM media")

    assert "Your shelf is empty" in editor.get("/").text
    assert "Your library is empty" in editor.get("/library").text
    assert "Your library is empty" in editor.get("/library?type=series").text


def test_an_empty_filter_offers_everything(editor: Browser, database: SeededDatabase) -> None:
    database.ask("DELETE FROM media WHERE kind = 'series'")

    assert "Show everything" in editor.get("/library?type=series").text


def test_the_library_shows_69_titles_on_four_pages(editor: Browser) -> None:
    first = editor.get("/library").text

    assert "<b data-total>69</b> titles, page 1 of 4" in first
    shown = [title for n in range(1, 5) for title in titles(editor.get(f"/library?page={n}").text)]
    assert (len(titles(first)), len(shown), len(set(shown))) == (20, 69, 69)


def test_the_library_filters(editor: Browser) -> None:
    page = editor.get("/library?type=series").text

    assert "<b data-total>22</b> titles, page 1 of 2" in page
    assert 'href="/library?type=series&amp;page=2"' in page
    assert re.search(r'href="/library\?type=series" aria-current="true"', page)


@pytest.mark.parametrize("query", ["type=film", "page=x", "page=0", "page=-1", "type=&page="])
def test_a_strange_query_shows_everything(editor: Browser, query: str) -> None:
    answer = editor.get(f"/library?{query}")

    assert answer.status_code == 200
    assert "<b data-total>69</b>" in answer.text


def test_a_page_behind_the_last_one_leads_to_the_last(editor: Browser) -> None:
    assert editor.get("/library?page=9").location == "/library?page=4"
    assert editor.get("/library?type=series&page=9").location == "/library?type=series&page=2"


def test_a_title_has_its_own_page(editor: Browser) -> None:
    page = editor.get("/library/1").text

    assert "<h1>Lighthouse for Two</h1>" in page
    assert "Velvet Harbour" in page
    assert 'action="/library/1/delete"' in page


def test_viewers_see_no_delete(viewer: Browser) -> None:
    page = viewer.get("/library/93").text

    assert "/delete" not in page


@pytest.mark.parametrize("path", ["/library/93", "/library/93/poster.svg", "/library/9999999999"])
def test_somebody_elses_title_is_not_there(editor: Browser, path: str) -> None:
    assert editor.get(path).status_code == 404


def test_a_deleted_title_is_gone(editor: Browser) -> None:
    answer = editor.post("/library/1/delete")

    assert (answer.status_code, answer.location) == (302, "/library")
    page = editor.get("/library").text
    assert "“Lighthouse for Two” is deleted." in page
    assert "<b data-total>68</b>" in page
    assert editor.get("/library/1").status_code == 404


def test_a_delete_needs_role_owner_and_token(
    viewer: Browser, editor: Browser, admin: Browser
) -> None:
    assert viewer.post("/library/93/delete").status_code == 403
    assert admin.post("/library/1/delete").status_code == 404
    assert editor.client.post("/library/1/delete").status_code == 400
    assert editor.get("/library/1").status_code == 200


def test_nothing_is_inline_so_that_a_strict_policy_would_hold(admin: Browser) -> None:
    """`default-src 'self'` would block inline scripts, styles and handlers."""
    for path in ("/", "/library", "/library/70", "/settings", "/health", "/account", "/nothing"):
        page = admin.get(path).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]* src=)", page)
        assert not re.search(r'(src|href)="(https?:)?//', page)


def test_every_page_has_landmarks_a_title_and_one_heading(admin: Browser) -> None:
    for path in ("/", "/library", "/library/70", "/settings", "/health", "/account", "/nothing"):
        page = admin.get(path).text
        assert '<html lang="en">' in page
        assert 'class="skip" href="#main"' in page
        assert page.count("<h1") == page.count('<main id="main"') == page.count("<title>") == 1
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        labels = set(re.findall(r'<label for="([^"]+)"', page))
        fields = re.findall(r"<(?:input|select)(?![^>]*hidden)[^>]*\sid=\"([^\"]+)\"", page)
        assert set(fields) == labels


@pytest.mark.parametrize(
    ("minutes", "words"), [(4, "4 min"), (60, "1 h 00 min"), (185, "3 h 05 min")]
)
def test_a_length_is_told_in_words(minutes: int, words: str) -> None:
    assert runtime(minutes) == words
