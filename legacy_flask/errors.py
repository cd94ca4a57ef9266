"""Errors as pages, and as JSON under /api/."""

from flask import Flask, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, default_exceptions

CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    500: "internal_error",
    503: "unavailable",
}

MESSAGES = {
    400: "The request could not be understood.",
    401: "Log in first.",
    403: "Your role does not allow this.",
    404: "There is nothing here.",
    405: "This method is not allowed here.",
    413: "The request is too large.",
    415: "The body must be JSON, sent as application/json.",
    500: "Something went wrong on our side.",
    503: "The service is not available right now.",
}

TITLES = {
    400: "That did not work",
    403: "Not for your role",
    404: "Nothing on this shelf",
    405: "Wrong door",
    413: "Too much at once",
    500: "The record skipped",
}


def init_errors(app: Flask) -> None:
    app.register_error_handler(HTTPException, show_error)


def show_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:  # noqa: PLR2004 - redirects are exceptions too
        return error
    message = describe(error, status)
    headers = [
        (name, value)
        for name, value in error.get_headers(request.environ)
        if name.lower() not in {"content-type", "content-length"}
    ]
    if request.path.startswith("/api/"):
        code = "csrf_failed" if isinstance(error, CSRFError) else CODES.get(status, "error")
        return jsonify({"error": {"code": code, "message": message}}), status, headers
    if status >= 500:  # noqa: PLR2004 - the usual page asks the database for the user
        template = current_app.jinja_env.get_template("broken.html")
        return template.render(title=TITLES[500], message=message), status, headers
    title = TITLES.get(status, "That did not work")
    page = render_template("error.html", status=status, title=title, message=message)
    return page, status, headers


def describe(error: HTTPException, status: int) -> str:
    """Our own words, unless the place that raised it had something to say."""
    plain = default_exceptions.get(status)
    if plain is not None and error.description == plain.description:
        return MESSAGES.get(status, error.name)
    return error.description or MESSAGES.get(status, error.name)
