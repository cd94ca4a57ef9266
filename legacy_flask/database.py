"""One scoped session for the whole app, given back when the request ends."""

from flask import Flask, current_app
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from shared.engines import create_sync_engine
from shared.settings import Settings


class Database:
    """`db.session` anywhere inside a request."""

    def init_app(self, app: Flask, settings: Settings) -> None:
        engine = create_sync_engine(settings.database_url, settings.pool)
        app.extensions["encore_engine"] = engine
        app.extensions["encore_session"] = scoped_session(sessionmaker(engine))
        app.teardown_appcontext(self._remove)

    @property
    def session(self) -> scoped_session[Session]:
        session: scoped_session[Session] = current_app.extensions["encore_session"]
        return session

    def dispose(self, app: Flask) -> None:
        """Close the pool; for tests and for whoever embeds the app and lets it go."""
        app.extensions["encore_engine"].dispose()

    def _remove(self, _error: BaseException | None) -> None:
        self.session.remove()


db = Database()
