"""Who is asking, and whether they may: the port's side of the monolith's login.

A stand-in until the gateway hands over the principal. Endpoints know only the dependencies
`current_user`, `csrf_protected` and `require_role`, so that day changes this file and no other.

They build on each other, and so keep the monolith's order of refusals:

    signed_in       401  cookie only, no database
    current_user    401  the user still exists
    csrf_protected  400  unsafe methods prove their origin
    require_role    403
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fastapi_app.database import SAFE_METHODS
from fastapi_app.errors import CsrfFailedError, ForbiddenError, UnauthorizedError
from fastapi_app.sessions import CsrfError
from fastapi_app.state import port_of
from shared.models import MAX_ID, Role, User

__all__ = [
    "CurrentUser",
    "Principal",
    "SessionDep",
    "SignedIn",
    "csrf_protected",
    "current_user",
    "get_session",
    "require_role",
    "signed_in",
]

_CSRF_HEADERS = ("x-csrftoken", "x-csrf-token")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What the cookie alone proves."""

    user_id: int
    session: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Principal:
    """The user of this request, as the database knows it now."""

    id: int
    username: str
    role: Role


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Open the request's database session; see `Database.session_for`."""
    async with port_of(request).database.session_for(request.method) as session:
        yield session


# scope="function" ends the session, and so commits, before the response is sent. FastAPI's default
# would tell the client "done" first and find out later.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]


async def signed_in(request: Request) -> SignedIn:
    """Return what the session cookie says.

    Raises:
        UnauthorizedError: There is no valid one, or nobody is logged in.
    """
    session = dict(port_of(request).sessions.read(request.headers.getlist("cookie")))
    user_id = session.get("_user_id")
    if not (isinstance(user_id, str) and user_id.isascii() and user_id.isdigit()):
        raise UnauthorizedError
    if len(user_id) > len(str(MAX_ID)) or int(user_id) > MAX_ID:
        raise UnauthorizedError
    return SignedIn(user_id=int(user_id), session=session)


async def current_user(
    proof: Annotated[SignedIn, Depends(signed_in)], session: SessionDep
) -> Principal:
    """Return the user who is logged in.

    Raises:
        UnauthorizedError: Nobody is, or the user is gone.
    """
    found = await session.execute(
        select(User.id, User.username, User.role).where(User.id == proof.user_id)
    )
    row = found.one_or_none()
    if row is None:
        raise UnauthorizedError
    return Principal(*row)


async def csrf_protected(
    request: Request,
    proof: Annotated[SignedIn, Depends(signed_in)],
    user: Annotated[Principal, Depends(current_user)],
) -> Principal:
    """Return the user, once an unsafe request has proved that our own page sent it.

    Raises:
        CsrfFailedError: No valid token in `X-CSRFToken` or `X-CSRF-Token`; over https also no
            `Referer` of this host.
    """
    if request.method in SAFE_METHODS:
        return user
    tokens = (request.headers.get(name) for name in _CSRF_HEADERS)
    try:
        port_of(request).sessions.check_csrf(proof.session, next(filter(None, tokens), None))
    except CsrfError as error:
        raise CsrfFailedError(str(error)) from error
    if request.url.scheme == "https":
        _check_referrer(request)
    return user


CurrentUser = Annotated[Principal, Depends(csrf_protected)]
"""For every endpoint that needs a login; unsafe methods are checked for CSRF on the way."""


def require_role(*roles: Role) -> Callable[[Principal], Awaitable[Principal]]:
    """Make a dependency that lets only these roles pass; it returns the user.

    Raises:
        ForbiddenError: From the dependency, for every other role.
    """

    async def user_with_role(user: CurrentUser) -> Principal:
        if user.role not in roles:
            raise ForbiddenError
        return user

    return user_with_role


def _check_referrer(request: Request) -> None:
    referrer = request.headers.get("referer")
    if not referrer:
        raise CsrfFailedError("The referrer header is missing.")
    host = request.headers.get("host", "").removesuffix(":443")
    try:
        theirs, ours = urlsplit(referrer), urlsplit(f"https://{host}/")
        same = (theirs.scheme, theirs.hostname, theirs.port) == ("https", ours.hostname, ours.port)
    except ValueError:
        same = False
    if not same:
        raise CsrfFailedError("The referrer does not match the host.")
