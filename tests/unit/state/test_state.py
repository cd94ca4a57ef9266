"""Where the state lies, and how it comes to the revision this version needs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import URL

from gateway.errors import ConfigurationError, StateOutdated, StateUnreachable
from gateway.state import schema
from gateway.state.engine import connect
from gateway.state.schema import HEAD, VERSION_TABLE
from gateway.state.upgrade import current, ensure, upgrade
from gateway.state.url import async_url, is_embedded, parse_state_url, shown, sync_url

MIGRATIONS = Path(schema.__file__).with_name("migrations")


@pytest.mark.parametrize(
    ("text_", "for_sync", "for_async"),
    [
        ("sqlite:///x.db", "sqlite+pysqlite:///x.db", "sqlite+aiosqlite:///x.db"),
        ("sqlite+aiosqlite:///x.db", "sqlite+pysqlite:///x.db", "sqlite+aiosqlite:///x.db"),
        ("mysql://u@h/d", "mysql+pymysql://u@h/d", "mysql+aiomysql://u@h/d"),
        ("mysql+pymysql://u@h/d", "mysql+pymysql://u@h/d", "mysql+aiomysql://u@h/d"),
        ("mysql+asyncmy://u@h/d", "mysql+pymysql://u@h/d", "mysql+asyncmy://u@h/d"),
        ("mariadb://u@h/d?a=b", "mariadb+pymysql://u@h/d?a=b", "mariadb+aiomysql://u@h/d?a=b"),
    ],
)
def test_both_drivers_come_from_one_url(text_: str, for_sync: str, for_async: str) -> None:
    url = parse_state_url(text_)
    assert str(sync_url(url)) == for_sync
    assert str(async_url(url)) == for_async


@pytest.mark.parametrize("bad", ["", "nonsense", "oracle://u:hush@h/d", "mysql://u:hush@h:port/d"])
def test_any_other_url_is_refused_without_its_password(bad: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        parse_state_url(bad)
    assert "hush" not in str(error.value)
    assert "\n" not in str(error.value)


def test_a_shown_url_has_no_password() -> None:
    assert shown(parse_state_url("mysql://u:hush@h/d")) == "mysql://u:***@h/d"


@pytest.mark.services
def test_upgrading_makes_the_tables_that_the_code_describes(empty_state: URL) -> None:
    assert upgrade(empty_state) is None
    with connect(empty_state) as connection:
        assert current(connection) == HEAD
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": VERSION_TABLE,
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or name != VERSION_TABLE,
            },
        )
        assert compare_metadata(context, schema.metadata) == []


@pytest.mark.services
def test_upgrading_twice_changes_nothing(state: URL) -> None:
    with connect(state) as connection:
        connection.execute(schema.meta.update().values(revision=7))
    assert upgrade(state) == HEAD
    with connect(state) as connection:
        assert connection.execute(text("SELECT revision FROM strangler_meta")).scalar() == 7


@pytest.mark.services
def test_the_state_may_share_a_database_with_an_application(empty_state: URL) -> None:
    with connect(empty_state) as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('theirs')"))
    upgrade(empty_state)
    with connect(empty_state) as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
        assert list(found) == ["theirs"]


def test_an_embedded_state_is_made_with_its_folder(tmp_path: Path) -> None:
    url = parse_state_url(f"sqlite:///{tmp_path / 'a' / 'b' / 'state.db'}")
    assert is_embedded(url)
    ensure(url)
    ensure(url)
    with connect(url) as connection:
        assert current(connection) == HEAD


def test_workers_that_start_at_once_make_one_embedded_state(tmp_path: Path) -> None:
    url = parse_state_url(f"sqlite:///{tmp_path / 'state.db'}")
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: ensure(url), range(6)))
    with connect(url) as connection:
        assert connection.execute(text("SELECT count(*) FROM strangler_meta")).scalar() == 1


def test_any_other_state_is_its_operators_to_upgrade(
    empty_state: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_embedded(empty_state):
        monkeypatch.setattr("gateway.state.upgrade.is_embedded", lambda _: False)
    with pytest.raises(StateOutdated, match="run strangler db upgrade"):
        ensure(empty_state)


@pytest.mark.services
def test_a_newer_state_is_never_touched(state: URL) -> None:
    with connect(state) as connection:
        connection.execute(
            text("UPDATE strangler_alembic_version SET version_num = 'gateway_9999'")
        )
    with pytest.raises(StateOutdated, match="newer than this version's"):
        ensure(state)


def test_a_database_that_does_not_answer_is_one_line_without_a_password() -> None:
    with pytest.raises(StateUnreachable) as error:
        ensure(parse_state_url("mysql://u:hush@127.0.0.1:1/x"))
    assert "hush" not in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(b"something else entirely, and long enough to be read")
    with pytest.raises(StateUnreachable, match="not a database"):
        ensure(parse_state_url(f"sqlite:///{tmp_path / 'state.db'}"))


def test_the_code_needs_the_newest_migration_and_its_branch_is_the_gateways() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [HEAD]
    assert script.get_base() is not None
    assert script.get_revision(HEAD).branch_labels == {"gateway"}


def test_alembics_own_command_can_downgrade_and_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    url = f"sqlite:///{tmp_path / 'state.db'}"
    monkeypatch.setenv("STRANGLER_STATE_URL", url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    command.upgrade(config, "gateway@head")
    command.downgrade(config, "gateway@base")
    with connect(parse_state_url(url)) as connection:
        assert current(connection) is None
