"""One response on its way out: how far it is, and the headers the gateway adds."""

from __future__ import annotations

from gateway.settings import HeaderSettings
from gateway.types import Message, Send

__all__ = ["Exchange"]

_SERVED_BY = b"x-served-by"
_REQUEST_ID = b"x-request-id"


class Exchange:
    """Wraps a request's ``send``: the one place that knows whether a response has begun.

    Args:
        send: the server's.
        headers: which headers to add.
        request_id: the request's.
    """

    __slots__ = ("_headers", "_request_id", "_send", "complete", "served_by", "started")

    def __init__(self, send: Send, headers: HeaderSettings, request_id: str) -> None:
        self._send = send
        self._headers = headers
        self._request_id = request_id
        self.served_by = "gateway"
        self.started = False
        self.complete = False

    async def send(self, message: Message) -> None:
        """Pass a message on; the response's head gets the gateway's headers."""
        kind = message["type"]
        if kind == "http.response.start":
            message = {**message, "headers": self._with_ours(list(message.get("headers", ())))}
            self.started = True
        elif kind == "http.response.body" and not message.get("more_body", False):
            self.complete = True
        await self._send(message)

    def _with_ours(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        if self._headers.served_by:
            # Two answers to "who served this" are none: a legacy header of this name goes.
            headers = [pair for pair in headers if pair[0].lower() != _SERVED_BY]
            headers.append((_SERVED_BY, self.served_by.encode("ascii")))
        if self._headers.request_id and all(name.lower() != _REQUEST_ID for name, _ in headers):
            headers.append((_REQUEST_ID, self._request_id.encode("ascii")))
        return headers
