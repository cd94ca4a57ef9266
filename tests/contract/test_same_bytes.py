"""Whatever the contract cases forgot to say: port and monolith answer byte for byte alike."""

from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from shared.settings import Settings
from tests.contract.stacks import Stack, start_legacy, start_port
from tests.support.databases import SeededDatabase

COMPARED_HEADERS = ("content-type", "content-length", "vary", "set-cookie", "cache-control")


@pytest.fixture(scope="module")
def both(
    settings: Settings, shared_database: SeededDatabase, login: httpx.BaseTransport
) -> Iterator[tuple[Stack, Stack]]:
    shared_database.restore()
    with start_legacy(settings) as legacy, start_port(settings) as port:
        yield (
            Stack("legacy", settings, shared_database, legacy, login),
            Stack("port", settings, shared_database, port, login),
        )


def picture(stack: Stack, who: str | None, method: str, path: str) -> dict[str, object]:
    with stack.client(who) as client:
        answer = client.request(method, path)
    seen: dict[str, object] = {name: answer.headers.get(name) for name in COMPARED_HEADERS}
    return seen | {"status": answer.status_code, "content": answer.content}


@pytest.mark.parametrize("who", [None, "viewer", "editor", "admin"])
def test_every_read_is_the_same(both: tuple[Stack, Stack], who: str | None) -> None:
    legacy, port = both
    paths = [f"/api/media?page={page}" for page in range(6)]
    paths += [f"/api/media?type={kind}" for kind in ("movie", "series", "film")]
    paths += [f"/api/media/{number}" for number in (0, 1, 35, 69, 70, 92, 93, 99, 100)]
    paths += ["/api/settings", "/api/settings/site_name", "/api/settings/nothing", "/api/nothing"]

    for path in paths:
        assert picture(port, who, "GET", path) == picture(legacy, who, "GET", path), path


@given(
    query=st.text(st.characters(codec="utf-8"), max_size=12), name=st.sampled_from(["page", "type"])
)
@example(query="1&page=2", name="page")
@example(query="+", name="page")
@example(query=";page=2", name="page")
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_query_is_understood_alike(both: tuple[Stack, Stack], query: str, name: str) -> None:
    legacy, port = both
    path = str(httpx.URL("/api/media", params={name: query}))

    assert picture(port, "editor", "GET", path) == picture(legacy, "editor", "GET", path)
