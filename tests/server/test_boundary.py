"""What the gateway itself answers, adds and refuses, byte for byte on the wire."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from tests.support.servers import (
    Answer,
    Server,
    ask,
    converse,
    eventually,
    split_answers,
    strangler_serve,
    talk,
)

TOKEN = "token-of-the-tests"
BEARER = (("Authorization", f"Bearer {TOKEN}"),)
SOUND = "tests.Sound_id-1"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("boundary")
    environment = {"STRANGLER_ADMIN_TOKEN": TOKEN}
    with strangler_serve("boundary:app", home=home, environment=environment) as started:
        yield started


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A gateway with another configuration: no headers, no token, nobody trusted."""
    home = tmp_path_factory.mktemp("plain")
    environment = {
        "STRANGLER_HEADERS_SERVED_BY": "false",
        "STRANGLER_HEADERS_REQUEST_ID": "false",
        "STRANGLER_TRUSTED_PROXIES": "10.0.0.1",
    }
    with strangler_serve("boundary:app", home=home, environment=environment) as started:
        yield started


def get(server: Server, target: str, *headers: tuple[str, str]) -> Answer:
    return ask(server.port, "GET", target, headers=headers)


def request(method: str, target: str, *headers: str) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")


# Failures


def test_an_exception_in_a_ported_handler_is_a_problem_with_the_id_that_is_in_the_log(
    server: Server,
) -> None:
    answer = get(server, "/ported/broken", ("X-Request-Id", SOUND))
    assert answer.status == 500
    assert answer.get("content-type") == "application/problem+json"
    assert answer.get("x-served-by") == "ported"
    assert answer.get("x-request-id") == SOUND
    assert answer.get("cache-control") == "no-store"
    problem = json.loads(answer.body)
    assert problem["status"] == 500
    assert problem["request_id"] == SOUND
    assert b"secret" not in answer.body
    line = f"request {SOUND} failed"
    log = eventually(lambda: server.process.output.partition(line)[2], "the failure is in the log")
    assert "RuntimeError: ported secret" in log


def test_an_exception_in_legacy_is_legacys_own_500(server: Server) -> None:
    answer = get(server, "/legacy/broken")
    assert answer.status == 500
    assert answer.get("content-type") == "text/html; charset=utf-8"
    assert answer.get("x-served-by") == "legacy"
    assert b"<h1>Internal Server Error</h1>" in answer.body


@pytest.mark.parametrize("target", ["/ported/cut", "/ported/cut?length=50", "/legacy/cut"])
def test_an_exception_after_the_head_cuts_the_connection(server: Server, target: str) -> None:
    # The second request would be answered if the connection stayed open.
    received = talk(server.port, request("GET", target) + request("GET", "/ported/page"))
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert received.count(b"HTTP/1.1 ") == 1
    assert b"begun\n" in received
    assert b"secret" not in received
    assert not received.endswith(b"0\r\n\r\n"), "a cut response must not look whole"


def test_the_worker_goes_on_after_every_failure(server: Server) -> None:
    before = json.loads(get(server, "/ported/page").body)["pid"]
    for target in ("/ported/broken", "/legacy/broken"):
        assert get(server, target).status == 500
    talk(server.port, request("GET", "/ported/cut"))
    assert json.loads(get(server, "/ported/page").body)["pid"] == before


# The gateway's own pages


def test_healthz_says_alive_to_everybody(server: Server, plain: Server) -> None:
    for answer in (get(plain, "/_strangler/healthz"), get(server, "/_strangler/healthz", *BEARER)):
        assert (answer.status, json.loads(answer.body)) == (200, {"status": "alive"})
        assert answer.get("cache-control") == "no-store"
    assert get(server, "/_strangler/healthz").get("x-served-by") == "gateway"


def test_readyz_gives_details_to_the_admin_token_alone(server: Server, plain: Server) -> None:
    details = json.loads(get(server, "/_strangler/readyz", *BEARER).body)
    assert details.pop("pid") > 0
    assert details == {
        "status": "ready",
        "revision": 0,
        "store": "answers",
        "routes": 8,
        "dispatch": "direct",
        "following": True,
    }
    for other in ("", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer \xff"):
        answer = get(server, "/_strangler/readyz", ("Authorization", other))
        assert (answer.status, json.loads(answer.body)) == (200, {"status": "ready"})
    # Where no token is set, nobody is an admin.
    for other in ("Bearer ", "Bearer None", *[value for _, value in BEARER]):
        answer = get(plain, "/_strangler/readyz", ("Authorization", other))
        assert json.loads(answer.body) == {"status": "ready"}


@pytest.mark.parametrize(
    "target", ["/_strangler", "/_strangler/", "/_strangler/x", "/_strangler/api/x?a=b"]
)
def test_an_unknown_page_of_the_gateway_is_its_own_404(server: Server, target: str) -> None:
    answer = get(server, target)
    assert answer.status == 404
    assert answer.get("content-type") == "application/problem+json"
    assert answer.get("x-served-by") == "gateway"


@pytest.mark.parametrize("target", ["/_stranglerx", "/a/_strangler/healthz"])
def test_a_path_that_only_resembles_the_reserved_one_is_legacys(
    server: Server, target: str
) -> None:
    answer = get(server, target)
    assert (answer.status, answer.get("x-served-by")) == (404, "legacy")


def test_pages_of_the_gateway_answer_get_and_head_only(server: Server) -> None:
    answer = ask(server.port, "POST", "/_strangler/readyz", body=b"x")
    assert (answer.status, answer.get("allow")) == (405, "GET, HEAD")
    received = talk(server.port, request("HEAD", "/_strangler/healthz", "Connection: close"))
    (head,), rest = split_answers(received, "HEAD")
    assert (head.status, head.get("content-length"), rest) == (200, "19", b"")


# Headers


@pytest.mark.parametrize(
    "target", ["/legacy/page", "/ported/page", "/ported/broken", "/_strangler/healthz", "/nowhere"]
)
def test_headers_that_are_switched_off_are_not_there(plain: Server, target: str) -> None:
    answer = get(plain, target)
    assert answer.get("x-served-by") is None
    assert answer.get("x-request-id") is None


@pytest.mark.parametrize("target", ["/legacy/page", "/ported/page", "/_strangler/healthz"])
@pytest.mark.parametrize("given", ["abcdefgh", "A-z_0.9x", "x" * 128])
def test_a_sound_request_id_is_kept(server: Server, target: str, given: str) -> None:
    assert get(server, target, ("X-Request-Id", given)).get("x-request-id") == given


@pytest.mark.parametrize(
    "given",
    ["", "short", "x" * 129, "has space", "semi;colon", "quote\"s'x", "Bühne-12", "a,bcdefgh"],
)
def test_an_unsound_request_id_is_replaced(server: Server, given: str) -> None:
    answer = get(server, "/legacy/page", ("X-Request-Id", given))
    made = answer.get("x-request-id")
    assert made is not None
    assert re.fullmatch(r"[0-9a-f]{32}", made)
    assert json.loads(answer.body)["request_id"] == made


@pytest.mark.parametrize("target", ["/legacy/page", "/ported/page"])
@pytest.mark.parametrize(
    ("given", "scheme"),
    [("https", "https"), ("HTTPS", "https"), ("http, https", "https"), ("javascript", "http")],
)
def test_a_trusted_proxy_is_believed_about_the_scheme(
    server: Server, plain: Server, target: str, given: str, scheme: str
) -> None:
    seen = json.loads(get(server, target, ("X-Forwarded-Proto", given)).body)
    assert (seen["scheme"], seen["url"]) == (scheme, f"{scheme}://localhost{target}")
    unseen = json.loads(get(plain, target, ("X-Forwarded-Proto", given)).body)
    assert (unseen["scheme"], unseen["url"]) == ("http", f"http://localhost{target}")


def test_nobody_is_believed_about_the_host_or_the_client(server: Server) -> None:
    others = [("X-Forwarded-Host", "evil.test"), ("X-Forwarded-For", "6.6.6.6")]
    for target in ("/legacy/page", "/ported/page"):
        assert json.loads(get(server, target, *others).body)["url"] == f"http://localhost{target}"


# Connections


@pytest.mark.parametrize("target", ["/ported/page", "/legacy/page", "/_strangler/readyz"])
def test_head_has_the_length_of_get_and_no_body_and_the_connection_goes_on(
    server: Server, target: str
) -> None:
    data = request("HEAD", target) + request("GET", target)
    data += request("HEAD", target) + request("GET", target, "Connection: close")
    answers, rest = split_answers(talk(server.port, data), "HEAD", "GET", "HEAD", "GET")
    assert rest == b""
    assert [answer.status for answer in answers] == [200] * 4
    lengths = {answer.get("content-length") for answer in answers}
    assert lengths == {str(len(answers[1].body))}
    assert answers[0].body == answers[2].body == b""


def test_head_of_a_redirect_ends_and_the_connection_goes_on(server: Server) -> None:
    data = request("HEAD", "/legacy/moved") + request("GET", "/legacy/page", "Connection: close")
    answers, rest = split_answers(talk(server.port, data), "HEAD", "GET")
    assert [answer.status for answer in answers] == [302, 200]
    assert rest == b""


UPGRADE = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)


@pytest.mark.parametrize(
    ("target", "status"), [("/legacy/page", 400), ("/nowhere", 404), ("/ported/page", 404)]
)
def test_a_websocket_handshake_is_legacys_to_refuse_and_the_connection_goes_on(
    server: Server, target: str, status: int
) -> None:
    before = json.loads(get(server, "/ported/page").body)["pid"]
    shaken, after = converse(
        server.port, request("GET", target, *UPGRADE), request("GET", "/ported/page")
    )
    assert (shaken.status, shaken.get("x-served-by")) == (status, "legacy")
    assert after.get("x-served-by") == "ported"
    assert json.loads(after.body)["pid"] == before


def test_nonsense_is_a_400_and_the_worker_goes_on(server: Server) -> None:
    for nonsense in (b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"HELO there\r\n\r\n"):
        received = talk(server.port, nonsense + b"\r\n\r\n")
        assert received.startswith(b"HTTP/1.1 400 ")
    assert get(server, "/legacy/page").status == 200
