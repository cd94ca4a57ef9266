"""Every refusal, and every fault, in the monolith's format and words."""

import httpx
import pytest
from fastapi import FastAPI, HTTPException

import legacy_flask.errors
from fastapi_app.errors import (
    _TEXTS,
    ApiError,
    BadRequestError,
    CsrfFailedError,
    ForbiddenError,
    NotFoundError,
    PayloadTooLargeError,
    UnauthorizedError,
    UnsupportedMediaTypeError,
    exception_handlers,
)
from tests.support.asgi import running

ERRORS: list[Exception] = [
    BadRequestError(),
    CsrfFailedError("The CSRF token is missing."),
    UnauthorizedError(),
    ForbiddenError(),
    NotFoundError("No such song."),
    PayloadTooLargeError(),
    UnsupportedMediaTypeError(),
    HTTPException(404),
    HTTPException(409, "Twice."),
    HTTPException(418),
    ZeroDivisionError("secret detail"),
]


@pytest.fixture(scope="module")
def app() -> FastAPI:
    app = FastAPI(exception_handlers=exception_handlers)

    @app.get("/raise/{number}")
    async def fail(number: int, limit: int = 0) -> None:
        raise ERRORS[number]

    return app


def ask(app: FastAPI, path: str) -> tuple[int, dict[str, str]]:
    with (
        running(app) as transport,
        httpx.Client(transport=transport, base_url="http://encore.test") as client,
    ):
        answer = client.get(path)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["vary"] == "Cookie"
    assert list(answer.json()) == ["error"]
    return answer.status_code, answer.json()["error"]


@pytest.mark.parametrize(
    ("number", "status", "code", "message"),
    [
        (0, 400, "bad_request", "The request could not be understood."),
        (1, 400, "csrf_failed", "The CSRF token is missing."),
        (2, 401, "unauthorized", "Log in first."),
        (3, 403, "forbidden", "Your role does not allow this."),
        (4, 404, "not_found", "No such song."),
        (5, 413, "payload_too_large", "The request is too large."),
        (6, 415, "unsupported_media_type", "The body must be JSON, sent as application/json."),
        (7, 404, "not_found", "There is nothing here."),
        (8, 409, "error", "Twice."),
        (9, 418, "error", "I'm a Teapot"),
        (10, 500, "internal_error", "Something went wrong on our side."),
    ],
)
def test_an_error_has_one_format(
    app: FastAPI, number: int, status: int, code: str, message: str
) -> None:
    assert ask(app, f"/raise/{number}") == (status, {"code": code, "message": message})


def test_a_strange_path_is_not_there(app: FastAPI) -> None:
    assert ask(app, "/raise/x?limit=y")[0] == 404


def test_a_strange_parameter_is_a_bad_request(app: FastAPI) -> None:
    status, error = ask(app, "/raise/0?limit=y")

    assert (status, error["code"]) == (400, "bad_request")
    assert error["message"].startswith("limit: Input should be a valid integer")


def test_an_error_knows_its_status() -> None:
    assert issubclass(CsrfFailedError, BadRequestError)
    assert all(isinstance(error, ApiError) for error in ERRORS[:7])


def test_both_stacks_use_the_same_words() -> None:
    theirs = legacy_flask.errors
    assert {
        status: (theirs.CODES[status], theirs.MESSAGES[status]) for status in theirs.CODES
    } == _TEXTS
