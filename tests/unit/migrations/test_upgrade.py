"""The migrations make exactly the models, on every backend."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import inspect, text

from migrations.upgrade import HEAD, DatabaseDownError, alembic_config, main, upgrade
from shared.engines import create_sync_engine
from shared.models import Base
from tests.support.databases import BACKENDS, empty_database


@pytest.fixture(params=BACKENDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database(request.param, tmp_path) as url:
        yield url


def tables(url: str) -> set[str]:
    engine = create_sync_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def run(url: str, statement: str) -> None:
    engine = create_sync_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_an_upgrade_makes_the_tables_and_a_second_one_nothing(url: str) -> None:
    for _ in range(2):
        upgrade(url)
        assert tables(url) == set(Base.metadata.tables) | {"alembic_version"}


def test_autogenerate_finds_no_difference(url: str) -> None:
    upgrade(url)

    command.check(alembic_config(url))


def test_autogenerate_would_find_a_difference(url: str) -> None:
    upgrade(url)
    run(url, "ALTER TABLE media ADD COLUMN stray INTEGER")

    with pytest.raises(CommandError, match="stray"):
        command.check(alembic_config(url))


def test_the_gateways_own_tables_are_left_alone(url: str) -> None:
    run(url, "CREATE TABLE strangler_flag (id INTEGER)")
    upgrade(url)

    command.check(alembic_config(url))


def test_the_way_down_leads_back_to_nothing(url: str) -> None:
    upgrade(url)
    command.downgrade(alembic_config(url), "app@base")

    assert tables(url) == {"alembic_version"}


def test_indexes_and_keys_have_the_models_names(url: str) -> None:
    upgrade(url)
    engine = create_sync_engine(url)
    inspector = inspect(engine)
    indexes = {index["name"] for index in inspector.get_indexes("media")}
    keys = {key["name"] for key in inspector.get_foreign_keys("media")}
    checks = {
        check["name"]
        for table in ("users", "media", "settings")
        for check in inspector.get_check_constraints(table)
    }
    engine.dispose()

    assert {index.name for index in Base.metadata.tables["media"].indexes} <= indexes
    assert keys == {"fk_media_owner_id_users"}
    assert {"ck_users_role", "ck_media_kind", "ck_settings_kind"} <= checks


def test_the_branch_has_one_head() -> None:
    scripts = ScriptDirectory.from_config(alembic_config("sqlite:///unused.db"))

    assert len(scripts.get_heads()) == 1
    assert scripts.get_revision(HEAD) is not None


def test_the_sql_can_be_written_instead(capsys: pytest.CaptureFixture[str]) -> None:
    command.upgrade(alembic_config("mysql://h/encore"), HEAD, sql=True)

    written = capsys.readouterr().out
    assert "CREATE TABLE media" in written
    assert "utf8mb4_bin" in written


def test_a_database_that_does_not_answer_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://app:geheim@127.0.0.1:1/encore?passwd=geheim")

    assert main() == 2
    said = capsys.readouterr().err
    assert said.startswith("mysql://app:***@127.0.0.1:1/encore does not answer: ")
    assert said.count("\n") == 1
    assert "geheim" not in said


def test_a_folder_in_place_of_the_file_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}")

    assert main() == 2
    assert "does not answer" in capsys.readouterr().err


def test_a_wrong_setting_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "nosql://h/d")

    assert main() == 2
    assert capsys.readouterr().err.startswith("DATABASE_URL: ")


def test_the_command_upgrades(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    assert main() == 0
    assert "media" in tables(url)


def test_a_failing_migration_is_no_missing_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/encore.db"
    run(url, "CREATE TABLE users (id INTEGER)")

    with pytest.raises(Exception, match="already exists") as caught:
        upgrade(url)

    assert not isinstance(caught.value, DatabaseDownError)
