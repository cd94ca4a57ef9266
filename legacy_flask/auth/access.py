"""Who is asking: Flask-Login, CSRF, and a door that is closed unless it is named here."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFProtect

from legacy_flask.database import db
from shared.models import MAX_ID, Role, User

P = ParamSpec("P")
R = TypeVar("R")

PUBLIC_ENDPOINTS = {"auth.login", "health.api_health", "static"}

login_manager = LoginManager()
csrf = CSRFProtect()


@dataclass(frozen=True)
class SessionUser:
    """The user of this request, apart from the database session."""

    id: int
    username: str
    display_name: str
    role: Role

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return str(self.id)

    @property
    def can_edit(self) -> bool:
        return self.role in {Role.EDITOR, Role.ADMIN}

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN


def as_session_user(user: User) -> SessionUser:
    return SessionUser(user.id, user.username, user.display_name, user.role)


@login_manager.user_loader
def load_user(user_id: str) -> SessionUser | None:
    if not (user_id.isascii() and user_id.isdigit()) or int(user_id) > MAX_ID:
        return None
    user = db.session.get(User, int(user_id))
    return None if user is None else as_session_user(user)


def init_access(app: Flask) -> None:
    login_manager.init_app(app)
    app.before_request(require_login)
    csrf.init_app(app)


def require_login() -> ResponseReturnValue | None:
    if request.endpoint is None or request.endpoint in PUBLIC_ENDPOINTS:
        return None
    if current_user.is_authenticated:
        return None
    if request.path.startswith("/api/"):
        abort(401)
    if request.method != "GET":
        return redirect(url_for("auth.login"))
    return redirect(url_for("auth.login", next=request.full_path.rstrip("?")))


def role_required(*roles: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if current_user.role not in roles:
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return decorate


editor_required: Any = role_required(Role.EDITOR, Role.ADMIN)
admin_required: Any = role_required(Role.ADMIN)


def safe_next(target: str | None) -> str:
    """Only paths of this site: browsers read `//host`, `/\\host` and tabs as another one."""
    home = url_for("home.index")
    if not target or not target.startswith("/") or target.startswith("//"):
        return home
    if "\\" in target or not target.isprintable():
        return home
    try:
        parts = urlsplit(target)
    except ValueError:
        return home
    return home if parts.scheme or parts.netloc else target
