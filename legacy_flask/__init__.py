"""Encore, the monolith: a self-hosted music-video library.

gunicorn "legacy_flask:create_app()"
"""

import logging

from flask import Flask

from legacy_flask.auth.access import init_access
from legacy_flask.auth.views import blueprint as auth
from legacy_flask.database import db
from legacy_flask.errors import init_errors
from legacy_flask.health.views import blueprint as health
from legacy_flask.home.views import blueprint as home
from legacy_flask.media.api import blueprint as media_api
from legacy_flask.media.views import blueprint as media
from legacy_flask.settings.api import blueprint as settings_api
from legacy_flask.settings.views import blueprint as settings_pages
from legacy_flask.templating import init_templating
from shared.settings import Settings

__all__ = ["create_app"]


def create_app(settings: Settings | None = None) -> Flask:
    """Build the app; without settings they come from the environment."""
    settings = settings or Settings.from_environ()
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.secret_key(),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.session_cookie_secure,
        MAX_CONTENT_LENGTH=1024 * 1024,
        WTF_CSRF_TIME_LIMIT=3600,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # only the default provider has it
    # All loggers of the monolith are children of this one.
    logging.getLogger(__name__).setLevel(settings.log_level)

    db.init_app(app, settings)
    # First who it is, then whether the form is genuine: a stranger hears 401, not 400.
    init_access(app)
    init_errors(app)
    init_templating(app)

    for blueprint in (auth, home, media, media_api, settings_pages, settings_api, health):
        app.register_blueprint(blueprint)
    return app
