"""What the tables promise on every backend."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError, InvalidRequestError, StatementError
from sqlalchemy.orm import Session

from shared.models import Base, Kind, Media, Role, Setting, SettingKind, User, utc_now


def user(username: str = "mara", **values: object) -> User:
    return User(
        **{"username": username, "password_hash": "x", "role": Role.EDITOR, "display_name": "M"}
        | values
    )


def media(**values: object) -> Media:
    return Media(
        **{
            "title": "Hum",
            "kind": Kind.MOVIE,
            "artist": "Static Meadow",
            "genre": "Shoegaze",
            "year": 2016,
            "minutes": 4,
        }
        | values
    )


def test_times_come_back_as_the_same_moment_in_utc(engine: Engine) -> None:
    moment = datetime(2025, 7, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    with Session(engine) as session:
        session.add(user(created_at=moment))
        session.commit()
        stored = session.scalars(select(User.created_at)).one()
        raw = str(session.scalar(text("SELECT created_at FROM users")))

    assert stored == moment
    assert stored.tzinfo is UTC
    assert raw.startswith("2025-07-01 10:00:00.123456")


def test_a_naive_time_is_refused(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(user(created_at=datetime(2025, 7, 1)))  # noqa: DTZ001 - the fault itself
        with pytest.raises(StatementError, match="naive datetime"):
            session.commit()


def test_now_is_in_whole_seconds_of_utc() -> None:
    assert (utc_now().microsecond, utc_now().tzinfo) == (0, UTC)


def test_relationships_are_never_loaded_by_accident(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(user(media=[media()]))
        session.commit()
        session.expunge_all()

        with pytest.raises(InvalidRequestError, match="raise_on_sql"):
            _ = session.scalars(select(Media)).one().owner
        with pytest.raises(InvalidRequestError, match="raise_on_sql"):
            _ = session.scalars(select(User)).one().media


def test_user_names_are_unique_and_exact(engine: Engine) -> None:
    with Session(engine) as session:
        session.add_all([user("mara"), user("Mara"), user("marà")])
        session.commit()
        assert session.scalars(select(User.username).where(User.username == "MARA")).all() == []

        session.add(user("mara"))
        with pytest.raises(IntegrityError):
            session.commit()


def test_setting_keys_are_exact(engine: Engine) -> None:
    rules = {"kind": SettingKind.TEXT, "default_value": "", "description": ""}
    with Session(engine) as session:
        session.add_all(
            [Setting(key="name", value=1, **rules), Setting(key="NAME", value=2, **rules)]
        )
        session.commit()
        assert session.get_one(Setting, "NAME").value == 2


@pytest.mark.parametrize(
    "value", ["Ü “x” 🎬", "\ud83d", "", 0, -5, 2**70, True, False, None, [1, {}]]
)
def test_any_json_value_survives_the_column(engine: Engine, value: object) -> None:
    with Session(engine) as session:
        session.add(
            Setting(key="k", value=value, default_value="", kind=SettingKind.TEXT, description="")
        )
        session.commit()
        session.expire_all()
        stored = session.get_one(Setting, "k").value

    assert stored == value
    assert type(stored) is type(value)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE users SET role = 'root'",
        "UPDATE media SET kind = 'song'",
        "UPDATE media SET owner_id = 100000",
        "UPDATE users SET username = NULL",
    ],
)
def test_the_database_itself_refuses_nonsense(engine: Engine, statement: str) -> None:
    with Session(engine) as session:
        session.add(user(media=[media()]))
        session.commit()
    # MariaDB calls a broken CHECK an operational error.
    with pytest.raises(Exception, match=r"(?i)constraint|null"), engine.begin() as connection:
        connection.execute(text(statement))


def test_a_users_library_goes_with_the_user(engine: Engine) -> None:
    with Session(engine) as session:
        session.add_all([user("mara", media=[media(), media()]), user("ilja", media=[media()])])
        session.commit()
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM users WHERE username = 'mara'"))
        assert connection.scalar(text("SELECT COUNT(*) FROM media")) == 1


def test_a_listing_is_read_in_index_order(engine: Engine) -> None:
    """Neither listing may sort: the index is the order."""
    newest = (Media.added_at.desc(), Media.id.desc())
    for condition in (Media.owner_id == 1, (Media.owner_id == 1) & (Media.kind == Kind.MOVIE)):
        statement = select(Media.id).where(condition).order_by(*newest).limit(20)
        query = str(statement.compile(engine, compile_kwargs={"literal_binds": True}))
        prefix = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
        with engine.connect() as connection:
            plan = str(connection.execute(text(prefix + query)).all())
        assert "ix_media_owner_id" in plan
        assert "TEMP B-TREE" not in plan
        assert "filesort" not in plan


def test_every_constraint_has_a_name_that_migrations_can_use() -> None:
    for table in Base.metadata.sorted_tables:
        for constraint in table.constraints:
            assert str(constraint.name).startswith(("pk_", "fk_", "uq_", "ck_")), constraint
