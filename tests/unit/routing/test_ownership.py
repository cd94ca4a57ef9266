"""Who owns a path: random tables, random flags, random requests, against Flask itself.

The rules that the oracle applies, in the order in which it does:

1. Flask's own map, bound as Flask binds it, says what legacy would do.
2. ``OPTIONS`` that Flask answers by itself, and a method that a path has not, speak for the
   whole path: legacy answers while one method of that path is legacy's.
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
from werkzeug.routing import Rule

from gateway.cutover.decide import Decision, Target, decide
from gateway.cutover.snapshot import Flag, Snapshot
from gateway.cutover.stages import Stage
from gateway.routing.build import Routing, build
from gateway.routing.legacy_rules import read_legacy
from tests.unit.routing.oracle import Answer, Oracle
from tests.unit.routing.worlds import (
    Built,
    World,
    examples,
    flask_app,
    ported_endpoints,
    requests,
    worlds,
)

NOTHING_SET = Snapshot()


class Gate:
    """The gateway's own answer for one world."""

    def __init__(self, world: World) -> None:
        self.built: Built = flask_app(world)
        legacy = read_legacy(self.built.app)
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


@examples(600)
@given(world=worlds(), data=st.data())
def test_the_stack_the_rules_name_serves(world: World, data: st.DataObject) -> None:
    gate = Gate(world)
    snapshot = gate.draw_flags(data)
    oracle = Oracle(gate.built, world, gate.moved(snapshot))
    for method, path in data.draw(requests(world)):
        expected = oracle.expect(method, path)
        event(expected.target)
        assert gate.answer(method, path, snapshot) == expected, (method, path)
