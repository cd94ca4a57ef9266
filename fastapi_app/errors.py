"""Errors, in the monolith's one JSON format.

    {"error": {"code": "not_found", "message": "There is nothing here."}}

    ApiError
    ├── BadRequestError            400 bad_request
    │   └── CsrfFailedError        400 csrf_failed
    ├── UnauthorizedError          401 unauthorized
    ├── ForbiddenError             403 forbidden
    ├── NotFoundError              404 not_found
    ├── PayloadTooLargeError       413 payload_too_large
    └── UnsupportedMediaTypeError  415 unsupported_media_type

Words are part of the contract: a client may show them.
"""

import logging
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any, ClassVar, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from fastapi_app.responses import LegacyJSONResponse

__all__ = [
    "ApiError",
    "BadRequestError",
    "CsrfFailedError",
    "ForbiddenError",
    "NotFoundError",
    "PayloadTooLargeError",
    "UnauthorizedError",
    "UnsupportedMediaTypeError",
    "exception_handlers",
    "install",
]

logger = logging.getLogger(__name__)

_TEXTS: Final[Mapping[int, tuple[str, str]]] = {
    400: ("bad_request", "The request could not be understood."),
    401: ("unauthorized", "Log in first."),
    403: ("forbidden", "Your role does not allow this."),
    404: ("not_found", "There is nothing here."),
    405: ("method_not_allowed", "This method is not allowed here."),
    413: ("payload_too_large", "The request is too large."),
    415: ("unsupported_media_type", "The body must be JSON, sent as application/json."),
    500: ("internal_error", "Something went wrong on our side."),
    503: ("unavailable", "The service is not available right now."),
}


class ApiError(Exception):
    """A refusal that the client hears about.

    Args:
        message: What to say; the status's usual words otherwise.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"

    def __init__(self, message: str | None = None) -> None:
        self.message = message or _TEXTS[self.status][1]
        super().__init__(self.message)


class BadRequestError(ApiError):
    """A value in the request is not allowed."""

    status = 400
    code = "bad_request"


class CsrfFailedError(BadRequestError):
    """An unsafe request without proof that our own page sent it."""

    code = "csrf_failed"


class UnauthorizedError(ApiError):
    """Nobody is logged in."""

    status = 401
    code = "unauthorized"


class ForbiddenError(ApiError):
    """The user's role does not allow it."""

    status = 403
    code = "forbidden"


class NotFoundError(ApiError):
    """It does not exist, or not for this user."""

    status = 404
    code = "not_found"


class PayloadTooLargeError(ApiError):
    """The body is larger than the monolith takes."""

    status = 413
    code = "payload_too_large"


class UnsupportedMediaTypeError(ApiError):
    """The body is not sent as JSON."""

    status = 415
    code = "unsupported_media_type"


def error_response(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Build the one error format."""
    return LegacyJSONResponse(
        {"error": {"code": code, "message": message}},
        status_code=status,
        headers={**(headers or {}), "Vary": "Cookie"},
    )


async def _api_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, ApiError):
        raise error
    return error_response(error.status, error.code, error.message)


async def _http_exception(_request: Request, error: Exception) -> Response:
    """Whatever FastAPI and Starlette raise themselves: unknown paths, wrong methods."""
    if not isinstance(error, HTTPException):
        raise error
    status = error.status_code
    code, words = _TEXTS.get(status, ("error", HTTPStatus(status).phrase))
    said = error.detail
    message = said if said and said != HTTPStatus(status).phrase else words
    return error_response(status, code, message, error.headers)


async def _invalid_request(_request: Request, error: Exception) -> Response:
    """FastAPI would say 422; the monolith says 404 for a strange path, 400 for all else."""
    if not isinstance(error, RequestValidationError):
        raise error
    failures = error.errors()
    if any(failure["loc"][:1] == ("path",) for failure in failures):
        return error_response(404, *_TEXTS[404])
    first = failures[0]
    place = ".".join(str(part) for part in first["loc"][1:])
    return error_response(400, _TEXTS[400][0], f"{place}: {first['msg']}.")


async def _no_connection(_request: Request, _error: Exception) -> Response:
    """All connections are busy: say so at once, so that the client tries again later."""
    logger.warning("no database connection became free in time")
    return error_response(503, *_TEXTS[503], {"Retry-After": "1"})


async def _unforeseen(_request: Request, _error: Exception) -> Response:
    return error_response(500, *_TEXTS[500])


exception_handlers: dict[
    int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]
] = {
    ApiError: _api_error,
    HTTPException: _http_exception,
    RequestValidationError: _invalid_request,
    PoolTimeoutError: _no_connection,
    Exception: _unforeseen,
}
"""For `FastAPI(exception_handlers=…)`."""


def install(app: FastAPI) -> None:
    """Add the handlers to an app that exists already."""
    for kind, handler in exception_handlers.items():
        app.add_exception_handler(kind, handler)
