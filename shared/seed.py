"""The demo seed: three users, their libraries and the settings.

    python -m shared.seed

Deterministic apart from the salt of the password hash, and safe to run again, also from two
processes at once: what is there already is left alone.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from shared.catalogue import ARTISTS
from shared.engines import create_sync_engine, safe_url
from shared.errors import SettingError
from shared.models import Kind, Media, Role, Setting, SettingKind, User
from shared.passwords import hash_password
from shared.settings import Settings

__all__ = ["DEMO_PASSWORD", "LIBRARY_SIZES", "SETTING_COUNT", "SeedReport", "main", "seed"]

DEMO_PASSWORD = "encore-demo"  # noqa: S105 - the demo's published password

LIBRARY_SIZES = {Role.EDITOR: 69, Role.ADMIN: 23, Role.VIEWER: 7}
"""How many items each demo user owns; together they are the whole catalogue."""

_DISPLAY_NAMES = {Role.EDITOR: "Editor", Role.ADMIN: "Administrator", Role.VIEWER: "Viewer"}
_OPENED = datetime(2025, 2, 1, 18, 30, tzinfo=UTC)
# Two items arrive together each time, so that listings must break ties.
_BATCH = 2
_BETWEEN_BATCHES = timedelta(hours=58)


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What one run of the seed added."""

    users: int
    media: int
    settings: int


def seed(engine: Engine, *, password_hash: str | None = None) -> SeedReport:
    """Add what is missing of the demo data; the tables must exist.

    Args:
        engine: Where to.
        password_hash: A ready hash of `DEMO_PASSWORD`, for callers that seed often.

    Returns:
        How many rows were added; zeros when everything was there.
    """
    users = media = 0
    shelf = list(_catalogue())
    for role, size in LIBRARY_SIZES.items():
        items, shelf = shelf[:size], shelf[size:]
        with Session(engine) as session:
            if session.scalar(select(User.id).where(User.username == role.value)) is not None:
                continue
            password_hash = password_hash or hash_password(DEMO_PASSWORD)
            session.add(
                User(
                    username=role.value,
                    password_hash=password_hash,
                    role=role,
                    display_name=_DISPLAY_NAMES[role],
                    created_at=_OPENED,
                    media=[Media(**item) for item in items],
                )
            )
            if _committed(session):
                users += 1
                media += size
    return SeedReport(users=users, media=media, settings=_seed_settings(engine))


def _seed_settings(engine: Engine) -> int:
    added = 0
    with Session(engine) as session:
        present = set(session.scalars(select(Setting.key)))
    for setting in _settings():
        if setting.key in present:
            continue
        with Session(engine) as session:
            session.add(setting)
            added += _committed(session)
    return added


def _committed(session: Session) -> bool:
    """Commit one user with the whole library, or one setting; False when another run was first."""
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        return False
    return True


def _catalogue() -> Iterator[dict[str, Any]]:
    """Yield the items, one title of each band in turn, oldest first."""
    position = 0
    for turn, titles in enumerate(zip(*(artist.titles for artist in ARTISTS), strict=True)):
        for artist, title in zip(ARTISTS, titles, strict=True):
            is_series = turn % 3 == 2  # noqa: PLR2004 - every third title
            yield {
                "title": title,
                "kind": Kind.SERIES if is_series else Kind.MOVIE,
                "artist": artist.name,
                "genre": artist.genre,
                "year": artist.since + turn % 7,
                "minutes": (180 + position * 7 % 240) if is_series else 3 + position * 5 % 88,
                "added_at": _OPENED + position // _BATCH * _BETWEEN_BATCHES,
            }
            position += 1


def _settings() -> list[Setting]:
    text, integer = SettingKind.TEXT, SettingKind.INTEGER
    boolean, choice = SettingKind.BOOLEAN, SettingKind.CHOICE
    qualities = ["480p", "720p", "1080p", "2160p"]
    rows: list[tuple[str, SettingKind, Any, str, dict[str, Any]]] = [
        ("site_name", text, "Encore", "The name at the top of every page.", {}),
        ("welcome_message", text, "Good to see you again.", "Greets people at home.", {}),
        ("maintenance_notice", text, "", "Shown on every page while it is not empty.", {}),
        ("recent_count", integer, 6, "Newest titles at home.", {"minimum": 1, "maximum": 12}),
        (
            "poster_style",
            choice,
            "mixed",
            "How posters are drawn.",
            {"choices": ["mixed", "rings", "stripes", "tiles"]},
        ),
        (
            "stream_quality",
            choice,
            "1080p",
            "Quality a player starts with.",
            {"choices": qualities},
        ),
        ("autoplay", boolean, True, "Start the next title by itself.", {}),
        ("registration_open", boolean, False, "Let people make their own account.", {}),
        (
            "keep_deleted_days",
            integer,
            30,
            "Days until a deleted file leaves the disk.",
            {"minimum": 0, "maximum": 365},
        ),
        (
            "max_upload_mb",
            integer,
            2048,
            "Largest upload, in megabytes.",
            {"minimum": 1, "maximum": 16384},
        ),
    ]
    return [
        Setting(
            key=key,
            kind=kind,
            value=default,
            default_value=default,
            description=description,
            choices=rules.get("choices"),
            minimum=rules.get("minimum"),
            maximum=rules.get("maximum"),
            updated_at=_OPENED,
            updated_by=None,
        )
        for key, kind, default, description, rules in rows
    ]


SETTING_COUNT = len(_settings())
"""How many settings the seed knows."""


def main() -> int:
    """Seed the database of the environment; say what was added.

    Returns:
        Exit code: 0 done, 2 bad settings or no database, with one line on stderr.
    """
    try:
        settings = Settings.from_environ()
        engine = create_sync_engine(settings.database_url)
    except SettingError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's output
        return 2
    try:
        report = seed(engine)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        print(f"{safe_url(settings.database_url)}: {reason}", file=sys.stderr)  # noqa: T201 - a command's output
        return 2
    finally:
        engine.dispose()
    print(f"added {report.users} users, {report.media} media, {report.settings} settings")  # noqa: T201 - a command's output
    return 0


if __name__ == "__main__":
    sys.exit(main())
