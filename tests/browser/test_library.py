"""What a person does with the reference system, in a real browser, through the gateway."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD
from tests.support.reference import ROOT
from tests.support.servers import Server, eventually, run_strangler

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

CARDS = "ul.grid > li"


def log_in(page: Page, username: str) -> None:
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/login"))
    page.get_by_label(re.compile("user ?name", re.IGNORECASE)).fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile(r"/login"))


def fetched(page: Page, path: str, method: str = "GET") -> dict[str, Any]:
    """Ask the API as a script of the page would."""
    answer: dict[str, Any] = page.evaluate(
        """async ([path, method]) => {
            const token = document.querySelector('meta[name="csrf-token"]').content;
            const answer = await fetch(path, {method, headers: {"X-CSRFToken": token}});
            const text = await answer.text();
            return {status: answer.status, by: answer.headers.get("x-served-by"),
                    body: text ? JSON.parse(text) : null};
        }""",
        [path, method],
    )
    return answer


def test_a_library_of_69_is_filtered_and_paged(page: Page) -> None:
    log_in(page, "editor")
    page.goto("/library")
    expect(page.get_by_text(re.compile(r"\b69\b")).first).to_be_visible()
    expect(page.locator(CARDS)).to_have_count(20)

    page.get_by_role("link", name="Page 4").click()
    expect(page).to_have_url(re.compile("page=4"))
    expect(page.locator(CARDS)).to_have_count(9)

    page.goto("/library")
    page.get_by_role("link", name=re.compile("Series")).first.click()
    expect(page).to_have_url(re.compile("type=series"))
    series = fetched(page, "/api/media?type=series")["body"]["total"]
    assert 0 < series < 69

    page.goto("/library")
    page.locator(CARDS).first.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/library/\d+$"))


def test_one_login_holds_while_a_route_changes_stacks(page: Page, server: Server) -> None:
    log_in(page, "editor")
    page.goto("/library")
    before = fetched(page, "/api/media")
    assert (before["status"], before["by"], before["body"]["total"]) == (200, "legacy", 69)
    # The one that is watched comes last: who has seen it has seen both.
    for route in ("DELETE /api/media/{media_id}", "GET /api/media"):
        moved = run_strangler(
            *("stage", route, "ported", "--reason", "browser"),
            folder=ROOT,
            environment=server.environment,
        )
        assert moved.returncode == 0, moved.stderr
    eventually(lambda: fetched(page, "/api/media")["by"] == "ported", "the port to serve")
    after = fetched(page, "/api/media")
    assert after["body"] == before["body"]

    victim = after["body"]["items"][0]["id"]
    deleted = fetched(page, f"/api/media/{victim}", "DELETE")
    assert (deleted["status"], deleted["by"]) == (204, "ported")
    # The page is still legacy's, and sees what the port did.
    page.goto("/library")
    expect(page.get_by_text(re.compile(r"\b68\b")).first).to_be_visible()


def test_everything_can_be_reached_by_keyboard(page: Page) -> None:
    log_in(page, "viewer")
    page.goto("/library")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.textContent.trim()")
    assert re.search("skip", focused, re.IGNORECASE), focused
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.getAttribute('href') || ''"))
    assert {"/library", "/settings"} <= reached
