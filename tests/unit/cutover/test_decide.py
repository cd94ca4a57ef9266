"""Every line of the precedence, on routes made by hand."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from gateway.cutover.decide import Target, decide, stage_of
from gateway.cutover.snapshot import EMPTY, Flag, Snapshot
from gateway.cutover.stages import Stage, parse_stage
from gateway.errors import StageError
from gateway.routing.matcher import NOBODY, Match
from tests.support.routes import route


def ported(*keys: str) -> Snapshot:
    return Snapshot(1, MappingProxyType({key: Flag(Stage.PORTED) for key in keys}))


def test_a_route_starts_at_legacy_and_a_free_one_at_ported() -> None:
    assert stage_of(route(), EMPTY) is Stage.LEGACY
    assert stage_of(route(free=True), EMPTY) is Stage.PORTED
    assert decide(Match(route()), EMPTY).target is Target.LEGACY


def test_the_flag_moves_it_and_the_parameters_go_along() -> None:
    decision = decide(Match(route(), ("7",)), ported("GET /x"))
    assert decision.target is Target.PORTED
    assert decision.params == ("7",)
    assert decision.stage is Stage.PORTED


def test_a_flag_on_a_free_route_can_take_it_back() -> None:
    flags = Snapshot(1, MappingProxyType({"GET /x": Flag(Stage.LEGACY)}))
    assert decide(Match(port=route(free=True, legacy=False)), flags).target is Target.LEGACY


def test_an_opaque_route_is_never_moved() -> None:
    decision = decide(Match(route(opaque="its converter runs code")), ported("GET /x"))
    assert decision.target is Target.LEGACY
    assert decision.reason == "its converter runs code"
    assert stage_of(route(opaque="so"), ported("GET /x")) is Stage.LEGACY


def test_a_flag_without_a_handler_in_this_build_stays_with_legacy() -> None:
    decision = decide(Match(route(ported=False)), ported("GET /x"))
    assert decision.target is Target.LEGACY
    assert "no ported handler" in decision.reason


def test_a_path_nobody_knows_is_legacys_to_answer() -> None:
    decision = decide(NOBODY, EMPTY)
    assert (decision.target, decision.route) == (Target.LEGACY, None)


def test_a_port_without_a_twin_takes_the_path_only_at_ported() -> None:
    owner, port = route("GET /{}"), route("GET /new", legacy=False)
    match = Match(owner, ("new",), port, ())
    assert decide(match, EMPTY).route == owner
    assert decide(match, ported("GET /new")).route == port
    waiting = decide(Match(port=port), EMPTY)
    assert (waiting.route, waiting.target) == (port, Target.LEGACY)


def test_a_waiting_port_leaves_the_path_to_its_owner_wherever_that_is() -> None:
    owner, port = route("GET /{}"), route("GET /new", legacy=False)
    decision = decide(Match(owner, ("new",), port, ()), ported("GET /{}"))
    assert (decision.route, decision.params) == (owner, ("new",))
    assert decision.target is Target.PORTED


class TestWholePath:
    get, post = route("GET /x"), route("POST /x")

    def test_it_is_legacys_while_one_method_is(self) -> None:
        match = Match(siblings=(self.get, self.post))
        assert decide(match, EMPTY).target is Target.LEGACY
        assert decide(match, ported("GET /x")).target is Target.LEGACY

    def test_the_gateway_answers_once_every_method_is_ported(self) -> None:
        decision = decide(Match(siblings=(self.get, self.post)), ported("GET /x", "POST /x"))
        assert decision.target is Target.GATEWAY
        assert decision.allow == ("GET", "HEAD", "OPTIONS", "POST")

    def test_without_get_there_is_no_head(self) -> None:
        assert decide(Match(siblings=(self.post,)), ported("POST /x")).allow == ("OPTIONS", "POST")

    def test_a_waiting_port_does_not_hold_it_back_and_is_not_named(self) -> None:
        port = route("PUT /x", legacy=False)
        decision = decide(Match(siblings=(self.get, port)), ported("GET /x"))
        assert decision.allow == ("GET", "HEAD", "OPTIONS")

    def test_an_opaque_method_holds_it_back(self) -> None:
        opaque = route("POST /x", opaque="so")
        match = Match(siblings=(self.get, opaque))
        assert decide(match, ported("GET /x", "POST /x")).target is Target.LEGACY

    def test_a_ported_options_handler_waits_for_the_path_and_its_own_flag(self) -> None:
        options = route("OPTIONS /x")
        match = Match(options, siblings=(self.get,))
        assert decide(match, ported("OPTIONS /x")).target is Target.LEGACY
        assert decide(match, ported("GET /x")).target is Target.GATEWAY
        assert decide(match, ported("GET /x", "OPTIONS /x")).route == options


class TestWithoutLegacy:
    def test_everything_is_ported_whatever_the_flags_say(self) -> None:
        flags = Snapshot(1, MappingProxyType({"GET /x": Flag(Stage.LEGACY)}))
        port = route(legacy=False, free=True)
        decision = decide(Match(port=port, port_params=("1",)), flags, has_legacy=False)
        assert (decision.route, decision.target) == (port, Target.PORTED)
        assert decision.params == ("1",)

    def test_what_nobody_knows_is_fastapis_to_answer(self) -> None:
        decision = decide(NOBODY, EMPTY, has_legacy=False)
        assert (decision.route, decision.target) == (None, Target.PORTED)


def test_a_stage_is_read_in_any_case() -> None:
    assert parse_stage(" Ported ") is Stage.PORTED


def test_an_unknown_stage_names_those_there_are() -> None:
    with pytest.raises(StageError, match=r"'portd' \(did you mean ported\?\); allowed: legacy"):
        parse_stage("portd")
