"""JSON bodies, read as Flask's `request.get_json()` reads them.

FastAPI would parse a body before any dependency runs, and so answer "malformed" to a stranger who
is to hear "log in first". Here it is read after the cookie was verified and before the database is
asked (a slow sender must not hold a connection), and parsed only when everything else is allowed.
"""

import json
from typing import Annotated, Any, Final

from fastapi import Depends, Request

from fastapi_app.errors import BadRequestError, PayloadTooLargeError, UnsupportedMediaTypeError
from fastapi_app.security import SignedIn, signed_in

__all__ = ["JsonBody", "ReceivedBody", "received_body"]

_LARGEST: Final = 1024 * 1024


class JsonBody:
    """A received body that is not yet parsed.

    Args:
        content_type: The `Content-Type` header.
        content: The bytes.
    """

    def __init__(self, content_type: str, content: bytes) -> None:
        self._mime_type = content_type.partition(";")[0].strip().lower()
        self._content = content

    def parsed(self) -> Any:  # noqa: ANN401 - any JSON value
        """Return the JSON value.

        Raises:
            UnsupportedMediaTypeError: Not sent as JSON.
            BadRequestError: Not JSON.
        """
        if self._mime_type != "application/json" and not (
            self._mime_type.startswith("application/") and self._mime_type.endswith("+json")
        ):
            raise UnsupportedMediaTypeError(
                "Did not attempt to load JSON data because the request Content-Type was not"
                " 'application/json'."
            )
        try:
            return json.loads(self._content)
        except (ValueError, RecursionError):
            raise BadRequestError from None


async def received_body(
    request: Request,
    _proof: Annotated[SignedIn, Depends(signed_in)],
) -> JsonBody:
    """Read the whole body.

    Raises:
        UnauthorizedError: Nobody is logged in; nothing was read.
        PayloadTooLargeError: More than 1 MiB; reading stopped there.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > _LARGEST:
        raise PayloadTooLargeError
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > _LARGEST:
            raise PayloadTooLargeError
    return JsonBody(request.headers.get("content-type", ""), bytes(content))


ReceivedBody = Annotated[JsonBody, Depends(received_body)]
