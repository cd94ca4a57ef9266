"""The settings: the same answers from every stack."""

import json
from datetime import UTC, datetime

import httpx
import pytest

from tests.contract.stacks import Stack
from tests.contract.test_media import refused

KEYS = [
    "autoplay",
    "keep_deleted_days",
    "maintenance_notice",
    "max_upload_mb",
    "poster_style",
    "recent_count",
    "registration_open",
    "site_name",
    "stream_quality",
    "welcome_message",
]

NOT_JSON = (
    "Did not attempt to load JSON data because the request Content-Type was not 'application/json'."
)
SHAPE = 'The body must be a JSON object with the one key "value".'


def test_everybody_reads_all_settings_by_key(viewer: httpx.Client) -> None:
    answer = viewer.get("/api/settings")

    assert answer.status_code == 200
    assert [item["key"] for item in answer.json()["items"]] == KEYS


def test_one_setting_is_shown_as_in_the_list(viewer: httpx.Client) -> None:
    for item in viewer.get("/api/settings").json()["items"]:
        assert viewer.get(f"/api/settings/{item['key']}").json() == item


def test_a_setting_has_all_its_rules_in_order(viewer: httpx.Client) -> None:
    assert viewer.get("/api/settings/recent_count").content == (
        b'{"key":"recent_count","value":6,"default":6,"kind":"integer","choices":null,'
        b'"minimum":1,"maximum":12,"description":"Newest titles at home.",'
        b'"updated_at":"2025-02-01T18:30:00Z","updated_by":null}\n'
    )


@pytest.mark.parametrize(
    "key", ["nothing", "SITE_NAME", "%C3%A9", "%FF", "a" * 300, "site_name%00"]
)
def test_an_unknown_key_is_not_there(admin: httpx.Client, key: str) -> None:
    path = f"/api/settings/{key}"
    for answer in (admin.get(path), admin.put(path, json={"value": 1}), admin.delete(path)):
        refused(answer, 404, "not_found", "There is nothing here.")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("site_name", "Bühne 🎬 “eins”"),
        ("site_name", ""),
        ("site_name", "x" * 2000),
        ("site_name", "\ud83d"),
        ("recent_count", 1),
        ("recent_count", 12),
        ("keep_deleted_days", 0),
        ("poster_style", "tiles"),
        ("autoplay", False),
    ],
)
def test_a_value_that_fits_is_stored(admin: httpx.Client, key: str, value: object) -> None:
    # ASCII, because half a surrogate pair has no other way over the wire.
    body = json.dumps({"value": value}).encode("ascii")

    answer = admin.put(
        f"/api/settings/{key}", content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 200
    assert answer.json()["value"] == value
    assert admin.get(f"/api/settings/{key}").content == answer.content


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("site_name", 1, "site_name takes text of at most 2000 characters."),
        ("site_name", None, "site_name takes text of at most 2000 characters."),
        ("site_name", "x" * 2001, "site_name takes text of at most 2000 characters."),
        ("recent_count", 0, "recent_count takes a whole number from 1 to 12."),
        ("recent_count", 13, "recent_count takes a whole number from 1 to 12."),
        ("recent_count", "6", "recent_count takes a whole number from 1 to 12."),
        ("recent_count", 6.0, "recent_count takes a whole number from 1 to 12."),
        ("recent_count", True, "recent_count takes a whole number from 1 to 12."),
        ("recent_count", 10**400, "recent_count takes a whole number from 1 to 12."),
        ("autoplay", "true", "autoplay takes true or false."),
        ("autoplay", 1, "autoplay takes true or false."),
        ("poster_style", "dots", "poster_style takes one of: mixed, rings, stripes, tiles."),
        ("poster_style", ["rings"], "poster_style takes one of: mixed, rings, stripes, tiles."),
        ("poster_style", {}, "poster_style takes one of: mixed, rings, stripes, tiles."),
    ],
)
def test_a_value_that_does_not_fit_changes_nothing(
    admin: httpx.Client, key: str, value: object, message: str
) -> None:
    before = admin.get(f"/api/settings/{key}").content

    answer = admin.put(f"/api/settings/{key}", json={"value": value})

    refused(answer, 400, "bad_request", message)
    assert admin.get(f"/api/settings/{key}").content == before


def test_not_a_number_is_no_number(admin: httpx.Client) -> None:
    answer = admin.put(
        "/api/settings/recent_count",
        content=b'{"value": NaN}',
        headers={"Content-Type": "application/json"},
    )

    refused(answer, 400, "bad_request", "recent_count takes a whole number from 1 to 12.")


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b"null", b'"value"', b"6", b'{"value": 6, "key": "x"}', b'{"Value": 6}']
)
def test_a_body_of_another_shape_is_refused(admin: httpx.Client, body: bytes) -> None:
    answer = admin.put(
        "/api/settings/recent_count", content=body, headers={"Content-Type": "application/json"}
    )

    refused(answer, 400, "bad_request", SHAPE)


@pytest.mark.parametrize("body", [b"", b"{", b"{'value': 6}", b"\xff\xfe\xfd", b'{"value": 6} x'])
def test_a_body_that_is_no_json_is_refused(admin: httpx.Client, body: bytes) -> None:
    answer = admin.put(
        "/api/settings/recent_count", content=body, headers={"Content-Type": "application/json"}
    )

    refused(answer, 400, "bad_request", "The request could not be understood.")


@pytest.mark.parametrize("content_type", [None, "text/plain", "text/json", "application/jsonx"])
def test_json_must_be_sent_as_json(admin: httpx.Client, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}

    answer = admin.put("/api/settings/recent_count", content=b'{"value": 7}', headers=headers)

    refused(answer, 415, "unsupported_media_type", NOT_JSON)


@pytest.mark.parametrize(
    "content_type",
    ["application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"],
)
def test_json_types_are_recognised(admin: httpx.Client, content_type: str) -> None:
    answer = admin.put(
        "/api/settings/recent_count",
        content=b'{"value": 7}',
        headers={"Content-Type": content_type},
    )

    assert answer.status_code == 200


def test_a_body_over_one_mebibyte_is_refused(admin: httpx.Client) -> None:
    answer = admin.put("/api/settings/site_name", json={"value": "x" * 1024 * 1024})

    refused(answer, 413, "payload_too_large", "The request is too large.")


def test_the_shape_is_judged_before_the_key(admin: httpx.Client) -> None:
    assert admin.put("/api/settings/nothing", json={}).status_code == 400


def test_a_change_says_who_and_when(admin: httpx.Client) -> None:
    began = datetime.now(UTC).replace(microsecond=0)

    changed = admin.put("/api/settings/autoplay", json={"value": False}).json()

    assert changed["updated_by"] == "admin"
    assert began <= datetime.fromisoformat(changed["updated_at"]) <= datetime.now(UTC)


def test_a_change_is_in_the_database_when_the_answer_arrives(
    stack: Stack, admin: httpx.Client
) -> None:
    admin.put("/api/settings/site_name", json={"value": "Zugabe"})

    (row,) = stack.database.ask("SELECT value FROM settings WHERE settings.key = 'site_name'")
    assert row.value == '"Zugabe"'


def test_a_reset_brings_the_default_back(admin: httpx.Client) -> None:
    admin.put("/api/settings/poster_style", json={"value": "tiles"})

    answer = admin.delete("/api/settings/poster_style")

    assert answer.status_code == 200
    assert (answer.json()["value"], answer.json()["updated_by"]) == ("mixed", "admin")
    assert admin.get("/api/settings/poster_style").content == answer.content


@pytest.mark.parametrize("who", ["viewer", "editor"])
@pytest.mark.parametrize("key", ["site_name", "nothing"])
def test_only_an_administrator_changes_settings(stack: Stack, who: str, key: str) -> None:
    with stack.client(who) as client:
        for answer in (
            client.put(f"/api/settings/{key}", json={"value": "Mine"}),
            client.put(f"/api/settings/{key}", content=b"{"),
            client.delete(f"/api/settings/{key}"),
        ):
            refused(answer, 403, "forbidden", "Your role does not allow this.")
        assert client.get("/api/settings/site_name").json()["value"] == "Encore"


def test_a_fault_is_answered_in_the_same_format(stack: Stack, viewer: httpx.Client) -> None:
    stack.database.ask("ALTER TABLE settings RENAME TO settings_away")
    try:
        answer = viewer.get("/api/settings")
    finally:
        stack.database.ask("ALTER TABLE settings_away RENAME TO settings")

    refused(answer, 500, "internal_error", "Something went wrong on our side.")
    assert viewer.get("/api/settings").status_code == 200
