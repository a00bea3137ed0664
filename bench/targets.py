"""What the figures must show, and whether they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.figures import Figures, Spread
from bench.servers import SERVERS, Kind

OURS = "onecard"
By = Mapping[tuple[str, str], Figures]


@dataclass(frozen=True)
class Verdict:
    """`found` as it is written; `holds` is None where the servers that it takes were not asked."""

    wanted: str
    found: str
    holds: bool


def verdicts(figures: By) -> list[Verdict]:
    """Of the targets whose servers and operations were measured."""
    return [
        *_home(figures),
        *_against(figures, "list50", "the fastest peer", _fastest(figures, "list50"), 2.5),
        *_against(figures, "list500", "plain Strawberry", "strawberry", 3.0),
        *_against(figures, "list500", "Mercurius", "mercurius", 1.0),
    ]


def claimed(figures: By, operation: str) -> Sequence[str]:
    """The servers that answered fewer requests in every single round."""
    return [
        one.server
        for one in figures.values()
        if one.operation == operation and one.server != OURS and one.ours_to_this.low > 1
    ]


def _home(figures: By) -> list[Verdict]:
    ours, fastest = figures.get(("home", OURS)), _fastest(figures, "home")
    if ours is None:
        return []
    told = _against(figures, "home", "the fastest peer", fastest, 2.0)
    told += _against(figures, "home", "the endpoint by hand", "handwritten", 0.75)
    if fastest is None:
        return told
    peer = figures["home", fastest]
    share = ours.server_cpu_ms.median / peer.server_cpu_ms.median
    told.append(
        Verdict(
            f"home: at most 0.5 of the server CPU of the fastest peer ({SERVERS[fastest].title})",
            f"{share:.2f} ({ours.server_cpu_ms.median:.2f} ms)",
            share <= 0.5,
        )
    )
    best = min(figures["home", one].p99_ms.median for one in _peers(figures, "home"))
    told.append(
        Verdict(
            f"home: p99 no worse than any peer's, {best:.1f} ms",
            f"{ours.p99_ms.median:.1f} ms",
            ours.p99_ms.median <= best,
        )
    )
    return told


def _against(
    figures: By, operation: str, whom: str, server: str | None, wanted: float
) -> list[Verdict]:
    if server is None or (operation, server) not in figures or (operation, OURS) not in figures:
        return []
    ratio: Spread = figures[operation, server].ours_to_this
    name = SERVERS[server].title
    named = whom if whom == name.lower() else f"{whom} ({name})"
    return [
        Verdict(
            f"{operation}: at least {wanted:g} × the requests/s of {named}",
            f"{ratio.told()} ×",
            ratio.median >= wanted,
        )
    ]


def _peers(figures: By, operation: str) -> list[str]:
    return [
        one.server
        for one in figures.values()
        if one.operation == operation and SERVERS[one.server].kind is Kind.PEER
    ]


def _fastest(figures: By, operation: str) -> str | None:
    peers = _peers(figures, operation)
    return max(peers, key=lambda one: figures[operation, one].per_second.median, default=None)
