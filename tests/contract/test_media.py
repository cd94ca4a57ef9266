"""The media library: the same answers from every stack."""

from datetime import datetime

import httpx
import pytest

from tests.contract.stacks import Stack


def pages(client: httpx.Client, **filters: str) -> list[dict[str, object]]:
    """All items, gathered page by page."""
    items: list[dict[str, object]] = []
    number = 1
    while True:
        page = client.get("/api/media", params={**filters, "page": str(number)}).json()
        items += page["items"]
        if number >= page["pages"]:
            return items
        number += 1


def refused(answer: httpx.Response, status: int, code: str, message: str) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"error": {"code": code, "message": message}}


def test_an_editor_sees_69_items_20_at_a_time(editor: httpx.Client) -> None:
    answer = editor.get("/api/media")

    assert answer.status_code == 200
    page = answer.json()
    assert [page[key] for key in ("page", "per_page", "pages", "total")] == [1, 20, 4, 69]
    assert len(page["items"]) == 20


def test_all_pages_together_hold_every_item_once(editor: httpx.Client) -> None:
    items = pages(editor)

    assert len(items) == 69
    assert len({item["id"] for item in items}) == 69


def test_the_newest_come_first_and_ties_are_broken_by_id(editor: httpx.Client) -> None:
    order = [(item["added_at"], item["id"]) for item in pages(editor)]

    assert order == sorted(order, reverse=True)
    assert len({moment for moment, _ in order}) < len(order)


def test_the_last_page_is_short(editor: httpx.Client) -> None:
    assert len(editor.get("/api/media?page=4").json()["items"]) == 9


def test_a_page_behind_the_last_one_is_empty(editor: httpx.Client) -> None:
    page = editor.get("/api/media?page=5").json()

    assert page == {"items": [], "page": 5, "per_page": 20, "pages": 4, "total": 69}


@pytest.mark.parametrize(("kind", "total"), [("movie", 47), ("series", 22)])
def test_the_filter_keeps_one_kind(editor: httpx.Client, kind: str, total: int) -> None:
    items = pages(editor, type=kind)

    assert {item["type"] for item in items} == {kind}
    assert len(items) == editor.get(f"/api/media?type={kind}").json()["total"] == total


@pytest.mark.parametrize("kind", ["", "film", "MOVIE", "movie ", "1", "movie,series", "%00"])
def test_a_strange_type_is_refused(editor: httpx.Client, kind: str) -> None:
    answer = editor.get(f"/api/media?type={kind}")

    refused(answer, 400, "bad_request", "type takes one of: movie, series.")


@pytest.mark.parametrize(
    "page", ["", "0", "-1", "x", "1.5", "1e1", "+1", " 1", "1_0", "100001", "9" * 5000, "%D9%A3"]
)
def test_a_strange_page_is_refused(editor: httpx.Client, page: str) -> None:
    answer = editor.get(f"/api/media?page={page}")

    refused(answer, 400, "bad_request", "page takes a whole number from 1 to 100000.")


def test_leading_zeros_of_a_page_do_not_matter(editor: httpx.Client) -> None:
    assert editor.get("/api/media?page=002").json()["page"] == 2


def test_the_first_of_two_equal_parameters_counts(editor: httpx.Client) -> None:
    page = editor.get("/api/media?page=2&page=3&type=series&type=movie").json()

    assert (page["page"], page["total"]) == (2, 22)


def test_unknown_parameters_do_not_matter(editor: httpx.Client) -> None:
    assert editor.get("/api/media?per_page=1&x").json()["per_page"] == 20


def test_everybody_sees_the_own_library_only(
    viewer: httpx.Client, editor: httpx.Client, admin: httpx.Client
) -> None:
    libraries = [{item["id"] for item in pages(client)} for client in (viewer, editor, admin)]

    assert [len(library) for library in libraries] == [7, 69, 23]
    assert len(set.union(*libraries)) == 99


def test_an_item_is_shown_as_in_the_listing(editor: httpx.Client) -> None:
    listed = editor.get("/api/media").json()["items"][3]

    answer = editor.get(f"/api/media/{listed['id']}")

    assert answer.status_code == 200
    assert answer.json() == listed


def test_an_item_has_its_keys_in_order_and_its_time_in_utc(editor: httpx.Client) -> None:
    item = editor.get("/api/media").json()["items"][0]

    assert list(item) == ["id", "type", "title", "artist", "genre", "year", "minutes", "added_at"]
    assert item["added_at"].endswith("Z")
    assert datetime.fromisoformat(item["added_at"]).utcoffset() is not None


def test_json_is_written_as_flask_writes_it(editor: httpx.Client) -> None:
    answer = editor.get("/api/media?page=5")

    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["vary"] == "Cookie"
    assert answer.content == (b'{"items":[],"page":5,"per_page":20,"pages":4,"total":69}\n')


def test_somebody_elses_item_is_not_there(editor: httpx.Client, admin: httpx.Client) -> None:
    theirs = admin.get("/api/media").json()["items"][0]["id"]

    refused(editor.get(f"/api/media/{theirs}"), 404, "not_found", "There is nothing here.")


@pytest.mark.parametrize("media_id", ["0", "100000", "2147483648", "9" * 19, "9" * 40])
def test_an_unknown_number_is_not_there(editor: httpx.Client, media_id: str) -> None:
    for answer in (editor.get(f"/api/media/{media_id}"), editor.delete(f"/api/media/{media_id}")):
        refused(answer, 404, "not_found", "There is nothing here.")


@pytest.mark.parametrize("media_id", ["abc", "-1", "1.0", "1e3", "+1", "0x1", "%20"])
def test_what_is_no_number_is_not_there(editor: httpx.Client, media_id: str) -> None:
    refused(editor.get(f"/api/media/{media_id}"), 404, "not_found", "There is nothing here.")


def test_a_deleted_item_is_gone(editor: httpx.Client) -> None:
    media_id = editor.get("/api/media").json()["items"][0]["id"]

    answer = editor.delete(f"/api/media/{media_id}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert editor.get(f"/api/media/{media_id}").status_code == 404
    assert editor.get("/api/media").json()["total"] == 68


def test_a_delete_is_in_the_database_when_the_answer_arrives(
    stack: Stack, editor: httpx.Client
) -> None:
    media_id = editor.get("/api/media").json()["items"][0]["id"]

    editor.delete(f"/api/media/{media_id}")

    assert stack.database.ask("SELECT id FROM media WHERE id = :id", id=media_id) == []


def test_the_second_delete_finds_nothing(editor: httpx.Client) -> None:
    media_id = editor.get("/api/media").json()["items"][0]["id"]

    assert editor.delete(f"/api/media/{media_id}").status_code == 204
    refused(editor.delete(f"/api/media/{media_id}"), 404, "not_found", "There is nothing here.")


def test_nobody_deletes_what_is_somebody_elses(editor: httpx.Client, admin: httpx.Client) -> None:
    theirs = editor.get("/api/media").json()["items"][0]["id"]

    assert admin.delete(f"/api/media/{theirs}").status_code == 404
    assert editor.get(f"/api/media/{theirs}").status_code == 200


def test_a_viewer_deletes_nothing(viewer: httpx.Client) -> None:
    own = viewer.get("/api/media").json()["items"][0]["id"]

    for media_id in (own, 1, 100000):
        answer = viewer.delete(f"/api/media/{media_id}")
        refused(answer, 403, "forbidden", "Your role does not allow this.")
    assert viewer.get("/api/media").json()["total"] == 7


def test_a_trailing_slash_is_another_path(editor: httpx.Client) -> None:
    for path in ("/api/media/", "/api/media/1/", "/api/settings/"):
        refused(editor.get(path), 404, "not_found", "There is nothing here.")


def test_a_wrong_method_is_refused(editor: httpx.Client) -> None:
    for method, path in (
        ("POST", "/api/media"),
        ("PUT", "/api/media/1"),
        ("POST", "/api/settings"),
    ):
        answer = editor.request(method, path)
        refused(answer, 405, "method_not_allowed", "This method is not allowed here.")
