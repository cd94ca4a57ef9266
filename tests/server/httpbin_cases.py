"""Requests to httpbin, and every difference between gateway and gunicorn that is tolerated."""

from __future__ import annotations

import json
from dataclasses import dataclass

__all__ = ["CASES", "DIFFERENCES", "Case", "get"]

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
BOUNDARY = "----strangler"
_TITLE = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="title"\r\n\r\nBühne\r\n'
_FILE = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a b.bin"\r\n'
    "Content-Type: application/octet-stream\r\n\r\n"
)
UPLOAD = b"".join(
    (_TITLE.encode(), _FILE.encode(), bytes(range(256)) * 300, f"\r\n--{BOUNDARY}--\r\n".encode())
)
CHUNKED = b"5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Case:
    """One request, as it goes over the wire."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def __str__(self) -> str:
        given = ",".join(f"{name}={value}" for name, value in self.headers)
        body = self.body[:16].decode("ascii", "backslashreplace")
        return " ".join(part for part in (self.method, self.target, given, body) if part)


def get(target: str, **headers: str) -> Case:
    return Case("GET", target, named(headers))


def send(method: str, target: str, kind: str, body: bytes, **headers: str) -> Case:
    return Case(method, target, (("Content-Type", kind), *named(headers)), body)


def named(headers: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name.replace("_", "-"), value) for name, value in headers.items())


LOWER_CASE = [Case("get", "/get"), Case("delete", "/delete")]
RAW_BYTES = [get("/anything/é"), get("/get?q=é")]
NO_PATH = get("anything")
BAD_LENGTH = get("/get", Content_Length="abc")
CONNECT = Case("CONNECT", "localhost:80")
CHUNKED_UPLOAD = send("POST", "/post", "text/plain", CHUNKED, Transfer_Encoding="chunked")
UNDERSCORES = [
    Case("GET", "/get?show_env=1", (("X_Forwarded_For", "6.6.6.6"),)),
    Case("GET", "/headers", (("X_Under", "1"), ("X-Under", "2"))),
]
HIGH_STATUS = get("/status/777")
PROXY_AUTHENTICATE = get("/status/407")
OWN_SERVER = get("/response-headers?Server=mine&Content-Type=text/plain%3B%20charset%3Dlatin-1")
HOP_BY_HOP = get("/response-headers?Keep-Alive=5&Upgrade=x")
UNSENDABLE_NAME = get("/response-headers?X%20A=1")
UNSENDABLE_VALUE = get("/response-headers?X-Uni=%E2%82%AC")
DATED = [
    get("/static/favicon.ico"),
    get("/static/favicon.ico", Range="bytes=0-9"),
    Case("HEAD", "/static/favicon.ico"),
    get("/response-headers?Date=Sat,%2001%20Jan%202000%2000:00:00%20GMT"),
]

CASES = [
    # Methods, and what a path has not
    get("/get"),
    get("/get", X_Odd="ä ö \xff", X_Empty="", X_Request_Id="not-sound!"),
    Case("GET", "/headers", (("X-Twice", "a"), ("X-Twice", "b"), ("Cookie", "a=1"))),
    *[Case("HEAD", path) for path in ("/get", "/stream/3", "/status/404", "/gzip", "/redirect/1")],
    Case("OPTIONS", "/get"),
    Case("OPTIONS", "/post", named({"Origin": "http://a.test"})),
    Case("OPTIONS", "/anything", named({"Access-Control-Request-Headers": "X-One, X-Two"})),
    Case("OPTIONS", "/nowhere"),
    Case("OPTIONS", "*"),
    Case("TRACE", "/anything/traced"),
    *[Case(method, "/get") for method in ("POST", "DELETE", "PURGE")],
    Case("GET", "/post"),
    *LOWER_CASE,
    CONNECT,
    # Query strings
    get("/get?a=1&a=2&b=&c"),
    get("/get?q=%C3%A9t%C3%A9&%E2%82%AC=%F0%9F%8E%AD"),
    get("/get?raw=%FF%FE&plus=a+b%2Bc&semi=a;b&amp=%26"),
    get("/get?url=http://a.test/?b=c%23d&q=[1]{2}|3^`"),
    get("/get?"),
    # What proxies say, and what only looks like it
    get("/anything?show_env=1", X_Forwarded_For="10.1.2.3", X_Forwarded_Proto="https"),
    get("/absolute-redirect/2", X_Forwarded_Proto="https"),
    get("/redirect/2?absolute=true", X_Forwarded_Host="a.test", X_Forwarded_Prefix="/p"),
    get("/absolute-redirect/2", Host="exa mple/.."),
    get("/get", Host=""),
    get("/get", Script_Name="/evil"),
    *UNDERSCORES,
    # Bodies
    send("POST", "/post", FORM, b"a=1&a=2&name=B%C3%BChne&empty="),
    send("POST", "/post", FORM, b""),
    send("PUT", "/put", JSON, json.dumps({"title": "Bühne", "n": [1, None]}).encode()),
    send("PATCH", "/patch", JSON, b'{"broken": '),
    send("DELETE", "/delete", JSON, b'{"why": "because"}'),
    send("POST", "/post", "application/octet-stream", bytes(range(256)) * 1200),
    send("POST", "/post", f"multipart/form-data; boundary={BOUNDARY}", UPLOAD),
    send("POST", "/anything/a", "text/plain; charset=utf-8", "Bühne".encode()),
    send("POST", "/post", FORM, b"a=1", Expect="100-continue"),
    send("GET", "/anything", "text/plain", b"a body on GET"),
    Case("POST", "/post", named({"Content-Length": "0"})),
    CHUNKED_UPLOAD,
    BAD_LENGTH,
    # Status codes
    *[get(f"/status/{code}") for code in (200, 201, 202, 204, 205, 226, 299)],
    *[get(f"/status/{code}") for code in (300, 301, 302, 303, 304, 305, 307, 308)],
    *[get(f"/status/{code}") for code in (400, 401, 402, 404, 406, 410, 418, 429, 451)],
    *[get(f"/status/{code}") for code in (500, 501, 502, 503, 504, 599, "200,200", "soon")],
    PROXY_AUTHENTICATE,
    HIGH_STATUS,
    Case("POST", "/status/204"),
    Case("HEAD", "/status/304"),
    get("/deny"),
    get("/robots.txt"),
    # Redirects
    get("/redirect/1"),
    get("/redirect/3?absolute=true", Host="encore.test:8080"),
    get("/relative-redirect/2"),
    get("/absolute-redirect/2", Host="encore.test"),
    get("/redirect-to?url=https%3A%2F%2Fa.test%2F%3Fq%3D%C3%A9&status_code=307"),
    get("/redirect-to?url=/a%0d%0aX-A:b"),
    get("/redirect-to"),
    send("POST", "/redirect-to?url=/get&status_code=303", FORM, b"x=y"),
    get("/redirect/0"),
    get("/links/3"),
    get("/links/3/1"),
    # Cookies
    get("/cookies", Cookie="a=1; b=two; c=%C3%A9"),
    Case("GET", "/cookies", (("Cookie", "a=1"), ("Cookie", "b=2"))),
    get("/cookies/set/name/value%20with%20spaces"),
    get("/cookies/set?one=1&two=2&three=%C3%A9"),
    get("/cookies/delete?one=&two=", Cookie="one=1; two=2"),
    # Authorisation
    get("/basic-auth/user/pass"),
    get("/basic-auth/user/pass", Authorization="Basic dXNlcjpwYXNz"),
    get("/basic-auth/user/pass", Authorization="Basic !!!"),
    get("/hidden-basic-auth/user/pass"),
    get("/bearer"),
    get("/bearer", Authorization="Bearer abc.def"),
    # Encodings, forms of content, images
    get("/gzip", Accept_Encoding="gzip"),
    get("/deflate", Accept_Encoding="deflate"),
    get("/brotli", Accept_Encoding="br"),
    *[get(path) for path in ("/encoding/utf8", "/html", "/xml", "/json", "/base64/QsO8aG5l")],
    *[get(f"/image/{kind}") for kind in ("png", "jpeg", "webp", "svg")],
    Case("HEAD", "/image/png"),
    get("/image", Accept="image/webp"),
    get("/image", Accept="text/plain"),
    get("/image"),
    get("/ip"),
    get("/user-agent", User_Agent="tests/1"),
    # Streams and ranges
    get("/stream/0"),
    get("/stream/20"),
    get("/bytes/5000?seed=7"),
    get("/stream-bytes/70000?seed=7&chunk_size=1000"),
    get("/drip?numbytes=5&duration=0.1&code=203"),
    get("/range/1024"),
    get("/range/1024", Range="bytes=100-199"),
    get("/range/1024", Range="bytes=-24"),
    get("/range/1024", Range="bytes=5000-"),
    get("/range/0"),
    Case("HEAD", "/range/1024"),
    get("/delay/0"),
    # Caches
    get("/etag/abc"),
    get("/etag/abc", If_None_Match='"abc"'),
    get("/etag/abc", If_None_Match="*"),
    get("/etag/abc", If_Match='"other"'),
    get("/cache", If_Modified_Since="Sat, 01 Jan 2000 00:00:00 GMT"),
    get("/cache/60"),
    *DATED,
    # Its own headers
    get("/response-headers?X-One=1&X-Two=a&X-Two=b&Set-Cookie=a%3D1&Set-Cookie=b%3D2"),
    get("/response-headers?X-Uni=%C3%A9"),
    get("/response-headers?X-A=b%0d%0aX-C:d"),
    Case("POST", "/response-headers?ETag=%22x%22"),
    OWN_SERVER,
    HOP_BY_HOP,
    UNSENDABLE_NAME,
    UNSENDABLE_VALUE,
    # Pages that FastAPI would have, and pages nobody has
    *[get(path) for path in ("/", "/docs", "/redoc", "/openapi.json", "/spec.json", "/legacy")],
    get("/forms/post"),
    get("/nowhere/at/all"),
    get("/nowhere?%C3%A9"),
    # Odd paths
    *[get(path) for path in ("/get/", "/anything/", "//get", "/.//get", "/../get", "/%2fget")],
    *[get(path) for path in ("/%67et", "/GET", "/status/200%20", "/get?a=b#fragment")],
    get("/anything/a%2Fb%2fc"),
    get("/anything/a//b"),
    get("/anything/%C3%A9%20%E2%82%AC"),
    get("/anything/%FF%FE"),
    get("/anything/%00"),
    get("/anything/%0d%0aX-A:b"),
    get("/anything/100%25"),
    get("/anything/a;b=c,d@e!$&'()*+"),
    get("/static/../core.py"),
    get("/static/%2e%2e/core.py"),
    get("/redirect/-1"),
    get("/redirect/99999999999999999999"),
    get("http://other.test/get?a=b"),
    get("https://other.test:99/redirect/2?absolute=true"),
    NO_PATH,
    *RAW_BYTES,
]

_OWN_WORDS = frozenset({"content-type", "content-length", "body"})
_CORS = frozenset({"access-control-allow-origin", "access-control-allow-credentials"})
_REFUSED = "no application sees this request: each server words its own 400, gunicorn undated"

DIFFERENCES: dict[Case, tuple[str, frozenset[str]]] = {
    **dict.fromkeys(
        [*LOWER_CASE, *RAW_BYTES, NO_PATH, BAD_LENGTH], (_REFUSED, _OWN_WORDS | {"date"})
    ),
    CONNECT: (
        "uvicorn's parser refuses CONNECT with 400, gunicorn lets the application say 404",
        _OWN_WORDS | _CORS | {"status"},
    ),
    CHUNKED_UPLOAD: (
        "httpbin itself answers 501 to chunked bodies unless the server is called gunicorn/",
        _OWN_WORDS | {"status"},
    ),
    HIGH_STATUS: (
        "uvicorn knows no status above 599: the gateway answers 500",
        _OWN_WORDS | _CORS | {"status", "cache-control"},
    ),
    **dict.fromkeys(
        [UNSENDABLE_NAME, UNSENDABLE_VALUE],
        (
            "HTTP cannot carry this header: each server words its own 500, gunicorn undated",
            _OWN_WORDS | {"cache-control", "date"},
        ),
    ),
    OWN_SERVER: ("gunicorn puts its own Server in its place", frozenset({"server"})),
}
"""Why a case differs, and in what: ``status``, ``body`` or a header's name.

A case that differs in less than is tolerated fails as well, so that the table only shrinks. Reason
phrases are not compared: ASGI has none.
"""
