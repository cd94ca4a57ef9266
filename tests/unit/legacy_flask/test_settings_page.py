"""The settings page: one form, checked as the API checks."""

import pytest

from legacy_flask.settings.rules import from_form
from shared.models import Setting, SettingKind
from tests.support.browser import Browser
from tests.support.databases import SeededDatabase

GOOD = {
    "autoplay": "on",
    "keep_deleted_days": "30",
    "maintenance_notice": "",
    "max_upload_mb": "2048",
    "poster_style": "mixed",
    "recent_count": "6",
    "site_name": "Encore",
    "stream_quality": "1080p",
    "welcome_message": "Good to see you again.",
}


def stored(database: SeededDatabase, key: str) -> tuple[str, str | None]:
    (row,) = database.ask(
        "SELECT value, updated_by FROM settings WHERE settings.key = :key", key=key
    )
    return row.value, row.updated_by


def test_an_administrator_changes_only_what_is_different(
    admin: Browser, database: SeededDatabase
) -> None:
    answer = admin.post("/settings", **GOOD | {"site_name": " Bühne ", "recent_count": "9"})

    assert (answer.status_code, answer.location) == (302, "/settings")
    assert stored(database, "site_name") == ('"B\\u00fchne"', "admin")
    assert stored(database, "recent_count") == ("9", "admin")
    assert stored(database, "autoplay") == ("true", None)
    page = admin.get("/settings").text
    assert "Saved." in page
    assert "Changed by admin" in page


def test_a_box_without_its_tick_means_no(admin: Browser, database: SeededDatabase) -> None:
    admin.post("/settings", **{key: value for key, value in GOOD.items() if key != "autoplay"})

    assert stored(database, "autoplay") == ("false", "admin")


def test_the_same_values_change_nothing(admin: Browser, database: SeededDatabase) -> None:
    admin.post("/settings", **GOOD)

    assert "Nothing was different" in admin.get("/settings").text
    assert stored(database, "site_name") == ('"Encore"', None)


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("recent_count", "13", "recent_count takes a whole number from 1 to 12."),
        ("recent_count", "", "recent_count takes a whole number from 1 to 12."),
        ("recent_count", "1_0", "recent_count takes a whole number from 1 to 12."),
        ("poster_style", "dots", "poster_style takes one of: mixed, rings, stripes, tiles."),
        ("site_name", "x" * 2001, "site_name takes text of at most 2000 characters."),
    ],
)
def test_one_bad_value_saves_nothing_and_is_shown_again(
    admin: Browser, database: SeededDatabase, field: str, value: str, problem: str
) -> None:
    answer = admin.post("/settings", **GOOD | {"welcome_message": "Hello.", field: value})

    assert answer.status_code == 400
    assert problem in answer.text
    assert "Nothing was saved: 1 value below needs another look." in answer.text
    assert 'value="Hello."' in answer.text
    assert stored(database, "welcome_message") == ('"Good to see you again."', None)


def test_others_only_look(viewer: Browser, editor: Browser, database: SeededDatabase) -> None:
    for browser in (viewer, editor):
        page = browser.get("/settings").text
        assert "Only an administrator can change them." in page
        assert "Save the settings" not in page
        assert page.count(" disabled") == 10
        assert browser.post("/settings", **GOOD | {"site_name": "Mine"}).status_code == 403
    assert stored(database, "site_name") == ('"Encore"', None)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (SettingKind.BOOLEAN, None, False),
        (SettingKind.BOOLEAN, "", True),
        (SettingKind.INTEGER, "-5", -5),
        (SettingKind.INTEGER, "٣", "٣"),
        (SettingKind.INTEGER, "9" * 5000, "9" * 5000),
        (SettingKind.TEXT, None, ""),
        (SettingKind.CHOICE, None, None),
    ],
)
def test_a_forms_text_becomes_a_value(kind: SettingKind, text: str | None, value: object) -> None:
    assert from_form(Setting(key="k", kind=kind), text) == value
