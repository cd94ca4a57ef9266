"""The demo seed: what it adds, that it adds it once, and that two runs do not collide."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from shared import seed as seeding
from shared.catalogue import ARTISTS
from shared.engines import create_sync_engine
from shared.models import Base, Kind, Media, Role, Setting, User
from shared.passwords import check_password
from shared.seed import DEMO_PASSWORD, SETTING_COUNT, SeedReport, main, seed


def everything(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(table.select())]
            for table in Base.metadata.sorted_tables
        }


def test_the_seed_makes_three_users_and_their_libraries(engine: Engine, demo_hash: str) -> None:
    report = seed(engine, password_hash=demo_hash)

    assert report == SeedReport(users=3, media=99, settings=SETTING_COUNT)
    with Session(engine) as session:
        sizes = dict(
            session.execute(
                select(User.username, func.count(Media.id)).join(User.media).group_by(User.id)
            ).all()
        )
        roles = dict(session.execute(select(User.username, User.role)).all())
        kinds = set(session.scalars(select(Media.kind)))
    assert sizes == {"viewer": 7, "editor": 69, "admin": 23}
    assert roles == {"viewer": Role.VIEWER, "editor": Role.EDITOR, "admin": Role.ADMIN}
    assert kinds == set(Kind)


def test_the_second_run_changes_nothing(engine: Engine, demo_hash: str) -> None:
    seed(engine, password_hash=demo_hash)
    before = everything(engine)

    assert seed(engine, password_hash="another") == SeedReport(users=0, media=0, settings=0)
    assert everything(engine) == before


def test_what_people_changed_stays_changed(engine: Engine, demo_hash: str) -> None:
    seed(engine, password_hash=demo_hash)
    with Session(engine) as session:
        session.delete(session.scalars(select(Media)).first())
        session.delete(session.get_one(Setting, "autoplay"))
        session.get_one(Setting, "site_name").value = "Ours"
        session.commit()

    assert seed(engine, password_hash=demo_hash) == SeedReport(users=0, media=0, settings=1)
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Media)) == 98
        assert session.get_one(Setting, "site_name").value == "Ours"


def test_two_databases_get_the_same_seed(tmp_path: Path, demo_hash: str) -> None:
    contents = []
    for name in ("one", "two"):
        engine = create_sync_engine(f"sqlite:///{tmp_path}/{name}.db")
        Base.metadata.create_all(engine)
        seed(engine, password_hash=demo_hash)
        contents.append(everything(engine))
        engine.dispose()

    assert contents[0] == contents[1]


def test_runs_at_the_same_time_add_everything_once(engine: Engine, demo_hash: str) -> None:
    barrier = threading.Barrier(4)
    reports: list[SeedReport] = []

    def run() -> None:
        barrier.wait()
        reports.append(seed(engine, password_hash=demo_hash))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(report.users for report in reports) == 3
    assert sum(report.media for report in reports) == 99
    assert sum(report.settings for report in reports) == SETTING_COUNT
    assert [len(everything(engine)[name]) for name in ("users", "media")] == [3, 99]


def test_the_password_is_the_published_one(engine: Engine) -> None:
    seed(engine)

    with Session(engine) as session:
        hashes = session.scalars(select(User.password_hash)).all()
    assert all(check_password(each, DEMO_PASSWORD) for each in set(hashes))


def test_no_title_is_there_twice() -> None:
    titles = [title for artist in ARTISTS for title in artist.titles]

    assert len(titles) == len(set(titles)) == 99


def test_the_command_says_what_it_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/encore.db"
    engine = create_sync_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setattr(seeding, "hash_password", lambda password: f"hash of {password}")

    assert main() == 0
    assert capsys.readouterr().out == "added 3 users, 99 media, 10 settings\n"


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("mysql://u:geheim@127.0.0.1:1/d", "mysql://u:***@127.0.0.1:1/d: "),
        ("nosql://u:geheim@h/d", "DATABASE_URL: "),
    ],
)
def test_the_command_fails_with_one_line(
    url: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    assert main() == 2
    said = capsys.readouterr().err
    assert said.startswith(line)
    assert said.count("\n") == 1
    assert "geheim" not in said


def test_a_database_without_tables_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")

    assert main() == 2
    assert "no such table" in capsys.readouterr().err
