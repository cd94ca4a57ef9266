"""What an operator should know about the two route tables before moving anything."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.routing.build import PortedEndpoint, Routing

__all__ = ["Finding", "check"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One observation: the route it is about, and what it means."""

    route: str
    text: str


def check(routing: Routing, ported: tuple[PortedEndpoint, ...]) -> list[Finding]:
    """List what stands between a route and its cutover.

    Args:
        routing: both tables as one.
        ported: the ported handlers it was built from.
    """
    findings = [
        Finding(route.id, f"can only be served by legacy: {route.opaque}")
        for route in routing.table
        if route.opaque is not None
    ]
    for key, rivals in routing.overlaps.items():
        named = ", ".join(rivals[:3]) + (f" and {len(rivals) - 3} more" if len(rivals) > 3 else "")  # noqa: PLR2004 - what a line holds
        findings.append(
            Finding(
                routing.table[key].id,
                f"has no legacy twin but overlaps {named or 'the legacy application'}: "
                "it starts at legacy, and wins only where it is the more specific of the two",
            )
        )
    by_index = {endpoint.index: endpoint for endpoint in ported}
    for index in routing.repeated:
        endpoint = by_index[index]
        findings.append(
            Finding(
                f"{'/'.join(sorted(endpoint.methods))} {endpoint.template.text}",
                f"is declared twice; the handler {endpoint.name} is never reached",
            )
        )
    return findings
