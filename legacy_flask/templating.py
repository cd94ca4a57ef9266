"""What every page needs: the site's name, the notice, times in words."""

from datetime import datetime
from typing import Any

from flask import Flask, g
from sqlalchemy import select

from legacy_flask.database import db
from shared.models import Setting


def site_settings() -> dict[str, Any]:
    """All settings, read once per request."""
    if "site_settings" not in g:
        g.site_settings = dict(db.session.execute(select(Setting.key, Setting.value)).all())
    return g.site_settings


def iso(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def day(value: datetime) -> str:
    return f"{value.day} {value:%B %Y}"


def runtime(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02d} min"


def init_templating(app: Flask) -> None:
    app.jinja_env.filters.update(iso=iso, day=day, runtime=runtime)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(lambda: {"site_settings": site_settings})
