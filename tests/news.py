"""What a holder hears of what has happened: the projection run, and the inbox read over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from auth.tokens import SubjectKind
from resolvers.gateway import Gateway
from resolvers.notices.projecting import project_events
from tests.cases import minted
from tests.factories import Person
from tests.filing import Desk
from tests.inboxes import nodes_of, read_notices, stored_unread
from tests.serving import Serving


@dataclass
class News:
    """One holder's. `heard` are the notices that were there at the last look."""

    serving: Serving
    gateway: Gateway
    person: Person
    heard: set[str] = field(default_factory=set)

    @property
    def desk(self) -> Desk:
        """The holder, with a token that is good at once, however far the clock was moved."""
        return minted(self.serving, SubjectKind.HOLDER, self.person.holder_id)

    async def fresh(self) -> list[tuple[str, str]]:
        """Kind and record of what came since the last look, oldest first."""
        nodes = await self.standing()
        new = [node for node in reversed(nodes) if node["id"] not in self.heard]
        self.heard |= {node["id"] for node in nodes}
        return [(node["kind"], node["about"]["id"]) for node in new]

    async def standing(self) -> list[dict[str, Any]]:
        """All that holds, newest first; the inbox counts what is there."""
        await project_events(self.gateway, self.serving.clock())
        shown = await read_notices(self.desk.app, "first: 100")
        counted = await stored_unread(self.serving, self.person)
        assert (shown["unreadCount"], shown["unreadCount"]) == counted
        return nodes_of(shown)

    async def kinds(self) -> list[str]:
        return [node["kind"] for node in await self.standing()]
