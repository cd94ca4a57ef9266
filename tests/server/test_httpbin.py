"""httpbin, which the gateway has never seen, answers behind it as it does under gunicorn."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.server.httpbin_cases import CASES, DIFFERENCES, Case, get
from tests.support.servers import (
    Answer,
    Server,
    ask,
    gunicorn_serve,
    split_answers,
    strangler_serve,
    talk,
)

SIGNATURES = {"x-served-by", "x-request-id"}
ENVIRONMENT = {"PYTHONHASHSEED": "0"}  # Flask writes Allow in the order of a set


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("gateway")
    with strangler_serve("--legacy", "httpbin:app", home=home, environment=ENVIRONMENT) as server:
        yield server


@pytest.fixture(scope="module")
def gunicorn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("gunicorn")
    with gunicorn_serve("httpbin:app", home=home, environment=ENVIRONMENT) as server:
        yield server


def run(server: Server, case: Case) -> Answer:
    return ask(server.port, case.method, case.target, headers=case.headers, body=case.body)


def comparable(answer: Answer) -> Counter[tuple[str, str]]:
    """All headers but what the two sign with; of a date only that it is there."""
    return Counter(
        (name, "" if name == "date" else value)
        for name, value in answer.headers
        if name not in SIGNATURES and (name, value) != ("server", "gunicorn")
    )


def differences(ours: Answer, theirs: Answer) -> set[str]:
    """Name what differs: ``status``, ``body``, and headers by their name."""
    first, second = comparable(ours), comparable(theirs)
    found = {name for name, _ in (first - second) + (second - first)}
    found |= {"status"} if ours.status != theirs.status else set()
    return found | ({"body"} if ours.body != theirs.body else set())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_request_is_answered_as_under_gunicorn(
    gateway: Server, gunicorn: Server, case: Case
) -> None:
    _, tolerated = DIFFERENCES.get(case, ("", frozenset[str]()))
    ours, theirs = run(gateway, case), run(gunicorn, case)
    assert differences(ours, theirs) == tolerated, f"gateway: {ours}\ngunicorn: {theirs}"


def test_every_tolerated_difference_belongs_to_a_case() -> None:
    assert set(DIFFERENCES) <= set(CASES)


@pytest.mark.parametrize(
    "case",
    [get("/get"), get("/nowhere"), get("/status/204"), Case("OPTIONS", "/get"), get("/redirect/0")],
    ids=str,
)
def test_the_gateway_signs_with_two_headers(gateway: Server, case: Case) -> None:
    sent = (*case.headers, ("X-Request-Id", "tests.sound-id_1"))
    answer = run(gateway, Case(case.method, case.target, sent))
    assert answer.all("x-served-by") == ["legacy"]
    assert answer.all("x-request-id") == ["tests.sound-id_1"]


def test_headers_of_these_names_from_legacy_stay_single(gateway: Server) -> None:
    target = "/response-headers?X-Served-By=me&X-Request-Id=mine-alone"
    answer = run(gateway, get(target, X_Request_Id="from-the-client"))
    assert answer.all("x-served-by") == ["legacy"]
    assert answer.all("x-request-id") == ["mine-alone"]


@pytest.mark.parametrize(
    ("target", "pattern"),
    [
        ("/uuid", rb'\{\n  "uuid": "[0-9a-f-]{36}"\n\}\n'),
        ("/cache", rb'\{\n  "args": \{\}.+\}\n'),
        ("/bytes/64", rb".{64}"),
        ("/digest-auth/auth/user/pass", rb""),
    ],
)
def test_random_content_has_the_shape_it_has_under_gunicorn(
    gateway: Server, gunicorn: Server, target: str, pattern: bytes
) -> None:
    ours, theirs = run(gateway, get(target)), run(gunicorn, get(target))
    shapes = [
        (answer.status, sorted(name for name, _ in comparable(answer).elements()))
        for answer in (ours, theirs)
    ]
    assert shapes[0] == shapes[1]
    assert re.fullmatch(pattern, ours.body, re.DOTALL)
    assert re.fullmatch(pattern, theirs.body, re.DOTALL)


def test_one_connection_carries_responses_of_every_kind(gateway: Server, gunicorn: Server) -> None:
    lines = [
        "GET /get",
        "HEAD /image/png",
        "GET /stream/3",
        "GET /status/204",
        "HEAD /stream/3",
        "GET /status/304",
        "POST /post",
        "GET /redirect/1",
        "GET /bytes/100000?seed=1",
    ]
    requests = [f"{line} HTTP/1.1\r\nHost: localhost\r\n\r\n" for line in lines]
    requests.append("GET /ip HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    data = "".join(requests).encode()
    methods = [request.partition(" ")[0] for request in requests]
    ours, rest = split_answers(talk(gateway.port, data), *methods)
    theirs, _ = split_answers(talk(gunicorn.port, data), *methods)
    assert rest == b""
    found = [differences(*pair) for pair in zip(ours, theirs, strict=True)]
    # Only gunicorn says keep-alive, which HTTP/1.1 implies.
    assert found == [{"connection"}] * len(lines) + [set()]


@pytest.mark.xfail(strict=True, reason="uvicorn's httptools protocol sends chunks to HTTP/1.0 too")
def test_an_http_1_0_client_gets_the_whole_stream(gateway: Server, gunicorn: Server) -> None:
    data = b"GET /stream/3 HTTP/1.0\r\nHost: localhost\r\n\r\n"
    ours, theirs = (talk(server.port, data) for server in (gateway, gunicorn))
    assert ours.partition(b"\r\n\r\n")[2] == theirs.partition(b"\r\n\r\n")[2]
