from __future__ import annotations

import asyncio

from gateway.edge.exchange import Exchange
from gateway.settings import HeaderSettings
from gateway.types import Message


def sent_through(exchange_headers: HeaderSettings, *legacy: tuple[bytes, bytes]) -> Message:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def run() -> None:
        exchange = Exchange(send, exchange_headers, "an-id-of-some-length")
        exchange.served_by = "legacy"
        assert not exchange.started
        await exchange.send({"type": "http.response.start", "status": 200, "headers": legacy})
        assert exchange.started
        assert not exchange.complete
        await exchange.send({"type": "http.response.body", "body": b"a", "more_body": True})
        assert not exchange.complete
        await exchange.send({"type": "http.response.body", "body": b""})
        assert exchange.complete

    asyncio.run(run())
    assert [message.get("body") for message in sent[1:]] == [b"a", b""]
    return sent[0]


def test_both_headers_are_added_and_the_rest_is_left_alone() -> None:
    start = sent_through(HeaderSettings(), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"))
    assert start["headers"] == [
        (b"set-cookie", b"a=1"),
        (b"set-cookie", b"b=2"),
        (b"x-served-by", b"legacy"),
        (b"x-request-id", b"an-id-of-some-length"),
    ]


def test_each_can_be_switched_off() -> None:
    start = sent_through(HeaderSettings(served_by=False, request_id=False), (b"a", b"b"))
    assert start["headers"] == [(b"a", b"b")]


def test_a_request_id_of_legacy_stays_and_its_served_by_goes() -> None:
    start = sent_through(HeaderSettings(), (b"X-Request-ID", b"theirs"), (b"X-Served-By", b"cdn"))
    assert start["headers"] == [(b"X-Request-ID", b"theirs"), (b"x-served-by", b"legacy")]


def test_switched_off_a_served_by_of_legacy_stays() -> None:
    start = sent_through(HeaderSettings(served_by=False), (b"x-served-by", b"cdn"))
    assert (b"x-served-by", b"cdn") in start["headers"]
