"""The store on SQLite and on MariaDB."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.engine import URL

from gateway.cutover import store
from gateway.cutover.snapshot import Flag
from gateway.cutover.stages import Stage
from gateway.errors import StageError
from gateway.routing.route import LONGEST_KEY
from gateway.state import schema
from gateway.state.engine import connect
from tests.support.routes import route

pytestmark = pytest.mark.services


def test_an_empty_store_is_at_revision_0(state: URL) -> None:
    with connect(state) as connection:
        assert store.revision(connection) == 0
        assert not store.load(connection).flags
        assert store.history(connection, limit=5) == []
        assert store.routes(connection) == []


def test_a_change_raises_the_revision_and_is_kept_with_who_and_why(state: URL) -> None:
    with connect(state) as connection:
        change = store.set_stage(
            connection, route("GET /x/{}"), Stage.PORTED, by="ann@host", reason=" first "
        )
    with connect(state) as connection:
        snapshot = store.load(connection)
        history = store.history(connection, limit=5)
    assert snapshot.revision == 1
    assert snapshot.flags == {"GET /x/{}": Flag(Stage.PORTED)}
    assert history == [change]
    assert (change.before, change.after) == ("legacy", "ported")
    assert (change.actor, change.reason) == ("ann@host", "first")
    assert change.at.endswith("+00:00")


def test_the_newest_change_comes_first_and_one_route_can_be_asked_for(state: URL) -> None:
    one, other = route("GET /one"), route("GET /other")
    with connect(state) as connection:
        for target, stage in ((one, Stage.PORTED), (other, Stage.PORTED), (one, Stage.LEGACY)):
            store.set_stage(connection, target, stage, by="a", reason="r")
        all_changes = store.history(connection, limit=2)
        of_one = store.history(connection, limit=9, key=one.key)
    assert [change.revision for change in all_changes] == [3, 2]
    assert [change.after for change in of_one] == ["legacy", "ported"]


def test_paths_that_differ_in_case_or_accents_are_different_routes(state: URL) -> None:
    keys = ["GET /a", "GET /A", "GET /é", "GET /e"]
    with connect(state) as connection:
        for key in keys:
            store.set_stage(connection, route(key), Stage.PORTED, by="a", reason="r")
        assert set(store.load(connection).flags) == set(keys)


def test_the_longest_key_fits(state: URL) -> None:
    key = "GET /" + "ü" * (LONGEST_KEY - 5)
    with connect(state) as connection:
        store.set_stage(connection, route(key), Stage.PORTED, by="a" * 300, reason="r")
        store.publish(connection, [route(key)])
        assert set(store.load(connection).flags) == {key}


@pytest.mark.parametrize(
    ("changes", "reason", "said"),
    [
        ({"opaque": "its converter runs code"}, "r", "only be served by legacy: its converter"),
        ({"ported": False}, "r", "has no ported handler"),
        ({}, "  ", "a change needs a reason"),
    ],
)
def test_what_cannot_be_moved_is_refused_and_leaves_no_trace(
    state: URL, changes: dict[str, Any], reason: str, said: str
) -> None:
    with pytest.raises(StageError, match=said), connect(state) as connection:
        store.set_stage(connection, route(**changes), Stage.PORTED, by="a", reason=reason)
    with connect(state) as connection:
        assert store.revision(connection) == 0
        assert store.history(connection, limit=1) == []


def test_any_route_can_go_back_to_legacy(state: URL) -> None:
    gone = route(ported=False, opaque="so")
    with connect(state) as connection:
        assert store.set_stage(connection, gone, Stage.LEGACY, by="a", reason="r").revision == 1


def test_a_change_is_all_or_nothing(state: URL) -> None:
    def change_and_crash() -> None:
        with connect(state) as connection:
            store.set_stage(connection, route(), Stage.PORTED, by="a", reason="r")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        change_and_crash()
    with connect(state) as connection:
        assert store.revision(connection) == 0
        assert not store.load(connection).flags


def test_twenty_operators_at_once_make_twenty_revisions(state: URL) -> None:
    def change(number: int) -> int:
        with connect(state) as connection:
            stage = Stage.PORTED if number % 2 else Stage.LEGACY
            return store.set_stage(connection, route(), stage, by="a", reason=str(number)).revision

    with ThreadPoolExecutor(8) as pool:
        revisions = sorted(pool.map(change, range(20)))
    assert revisions == list(range(1, 21))
    with connect(state) as connection:
        history = store.history(connection, limit=50)
    assert [entry.revision for entry in history] == list(range(20, 0, -1))
    # Each change began where the one before it had ended.
    assert all(newer.before == older.after for newer, older in pairwise(history))


def test_a_stage_of_a_newer_version_reads_as_legacy(
    state: URL, caplog: pytest.LogCaptureFixture
) -> None:
    with connect(state) as connection:
        store.set_stage(connection, route(), Stage.PORTED, by="a", reason="r")
        connection.execute(update(schema.flag).values(stage="someday"))
        with caplog.at_level(logging.WARNING):
            assert store.load(connection).flags == {"GET /x": Flag(Stage.LEGACY)}
    assert "'someday'" in caplog.text


def test_the_route_table_is_published_once_and_again_when_it_differs(state: URL) -> None:
    table = [
        route("GET /b", opaque="so", ported=False),
        route("GET /a", legacy=False, free=True),
    ]
    with connect(state) as connection:
        assert store.publish(connection, table)
        assert not store.publish(connection, table)
        assert [found.key for found in store.routes(connection)] == ["GET /b", "GET /a"]
        assert store.routes(connection)[0].opaque == "so"
        assert store.routes(connection)[1].free
        assert store.publish(connection, table[:1])
        assert [found.key for found in store.routes(connection)] == ["GET /b"]
        assert store.publish(connection, [])
        assert store.routes(connection) == []


def test_workers_that_start_at_once_publish_one_table(state: URL) -> None:
    table = [route(f"GET /{number}") for number in range(50)]

    def publish(_: int) -> bool:
        with connect(state) as connection:
            return store.publish(connection, table)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(publish, range(8))) == 1
    with connect(state) as connection:
        assert len(store.routes(connection)) == 50


def test_the_actor_is_the_user_at_this_host() -> None:
    user, _, host = store.actor().partition("@")
    assert user
    assert host
