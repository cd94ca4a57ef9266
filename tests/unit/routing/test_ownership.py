"""Who owns a path: random tables, random flags, random requests, against Flask itself.

The rules that the oracle applies, in the order in which it does:

1. Flask's own map, bound as Flask binds it, says what legacy would do.
2. ``OPTIONS`` that Flask answers by itself, and a method that a path has not, speak for the
   whole path: legacy answers while one legacy route with a claim on the path has not moved.
3. A ported route without a twin takes what it outranks in one Werkzeug map of everything, if
   its stage is ``ported``.
4. A legacy rule's request goes to the twin (same method, same template by position) if the
   stage is ``ported`` and there is one; to legacy otherwise. ``HEAD`` is its ``GET``'s.
5. A redirect of Flask's is legacy's.
6. What no legacy rule takes, because a converter refused it, goes to that rule's twin if the
   stage is ``ported``.
7. Everything else is legacy's.
"""

from __future__ import annotations

from hypothesis import event, given
from hypothesis import strategies as st
from werkzeug.exceptions import NotFound

from gateway.cutover.decide import Decision, Target, decide
from gateway.cutover.snapshot import Flag, Snapshot
from gateway.cutover.stages import Stage
from gateway.routing.build import Routing, build
from tests.unit.routing.drawing import examples, requests, worlds
from tests.unit.routing.oracle import Answer, Oracle
from tests.unit.routing.worlds import Built, World, flask_app, ported_endpoints, read

NOTHING_SET = Snapshot()


class Gate:
    """The gateway's own answer for one world."""

    def __init__(self, world: World) -> None:
        self.built: Built = flask_app(world)
        legacy = read(self.built.app)
        self.routing: Routing = build(legacy, ported_endpoints(world.ported))

    def draw_flags(self, data: st.DataObject) -> Snapshot:
        stages = st.sampled_from([Stage.PORTED] * 5 + [Stage.LEGACY, None])
        drawn = {route.key: data.draw(stages, route.key) for route in self.routing.table}
        return Snapshot(1, {key: Flag(stage) for key, stage in drawn.items() if stage})

    def decide(self, method: str, path: str, snapshot: Snapshot) -> Decision:
        return decide(self.routing.matcher.match(method, path), snapshot)

    def answer(self, method: str, path: str, snapshot: Snapshot) -> Answer:
        decision = self.decide(method, path, snapshot)
        if decision.target is Target.GATEWAY:
            return Answer("gateway")
        if decision.target is Target.LEGACY:
            return Answer("legacy")
        assert decision.route is not None
        handler = self.routing.handler(decision.route, method.upper())
        return Answer("ported", handler, decision.params)

    def moved(self, snapshot: Snapshot) -> frozenset[str]:
        """The keys of the routes at ``ported``: set to it, or so from the start."""
        flags = snapshot.flags
        return frozenset(
            route.key
            for route in self.routing.table
            if (flags[route.key].stage is Stage.PORTED if route.key in flags else route.free)
        )


@examples(500)
@given(world=worlds(), data=st.data())
def test_the_stack_the_rules_name_serves(world: World, data: st.DataObject) -> None:
    gate = Gate(world)
    snapshot = gate.draw_flags(data)
    oracle = Oracle(gate.built, world, gate.moved(snapshot))
    for method, path in data.draw(requests(world)):
        expected = oracle.expect(method, path)
        event(expected.target)
        assert gate.answer(method, path, snapshot) == expected, (method, path)


@examples(100)
@given(world=worlds(), data=st.data())
def test_nothing_at_stage_legacy_is_ported(world: World, data: st.DataObject) -> None:
    gate = Gate(world)
    everything = Snapshot(1, {route.key: Flag(Stage.LEGACY) for route in gate.routing.table})
    for method, path in data.draw(requests(world)):
        assert gate.decide(method, path, everything).target is Target.LEGACY


@examples(100)
@given(world=worlds(), data=st.data())
def test_on_day_one_whatever_flask_has_is_flasks(world: World, data: st.DataObject) -> None:
    gate = Gate(world)
    oracle = Oracle(gate.built, world, frozenset())
    for method, path in data.draw(requests(world)):
        if not isinstance(oracle.ask_flask(method, path), NotFound):
            assert gate.decide(method, path, NOTHING_SET).target is Target.LEGACY


@examples(100)
@given(world=worlds(), data=st.data())
def test_other_spellings_of_a_request_reach_the_same_route(
    world: World, data: st.DataObject
) -> None:
    gate = Gate(world)
    snapshot = gate.draw_flags(data)
    for method, path in data.draw(requests(world)):
        usual = gate.decide(method, path, snapshot)
        for spelled in (method.lower(), method.upper(), method.title()):
            assert gate.decide(spelled, path, snapshot) == usual
        if path:
            assert gate.decide(method, f"//{path}", snapshot) == usual
        head, get = (gate.decide(verb, path, snapshot) for verb in ("HEAD", "GET"))
        assert head == get


@examples(100)
@given(world=worlds(), data=st.data())
def test_an_opaque_route_is_legacys_whatever_is_set(world: World, data: st.DataObject) -> None:
    gate = Gate(world)
    everything = Snapshot(1, {route.key: Flag(Stage.PORTED) for route in gate.routing.table})
    for method, path in data.draw(requests(world)):
        decision = gate.decide(method, path, everything)
        if decision.route is not None and decision.route.opaque is not None:
            assert decision.target is Target.LEGACY
        owner = gate.routing.matcher.match(method, path).owner
        if owner is not None and owner.opaque is not None and decision.target is Target.PORTED:
            # Only another route, with a flag of its own, can have taken it.
            assert decision.route is not None
            assert decision.route.key != owner.key
            assert not decision.route.legacy
