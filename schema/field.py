"""How a field is declared: description, access rule, and which document fields it reads.

Every field of the graph goes through `guarded`; one that does not fails at start and in a test.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import strawberry
from strawberry.schema_directive import Location

from auth.permissions import Permission
from resolvers.rules.roster import RosterFilter, TaskFilter
from resolvers.rules.tallies import Tally
from resolvers.selection import ListOrder

strawberry.enum(Permission, description="What a caller must be allowed to do; see docs/access.md.")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="access",
    description="Who may use the field: callers with at least one of these permissions.",
)
class Access:
    any_of: list[Permission]


@strawberry.schema_directive(
    locations=[Location.INPUT_FIELD_DEFINITION, Location.ARGUMENT_DEFINITION],
    name="personal",
    description=(
        "Carries personal data or a secret: never put it into a URL. "
        "Over GET it is refused with PERSONAL_DATA_IN_URL."
    ),
)
class Personal:
    pass


READS = "reads"
EDGE = "edge"
RULE_EDGES = "rule_edges"
OPENS = "opens"
WHERE = "where"
WANTED = "wanted"
SORTED = "sorted"
SHOWS = "shows"
TALLIES = "tallies"
COUNTS = "counts"
NUMBERS = "numbers"

Where = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""From a field's arguments, as given, to a filter of the rows that it follows."""
Wanted = Callable[[Mapping[str, Any]], RosterFilter | TaskFilter]
"""The same where the filter hangs on the clock or on keys. May raise RequestError."""
Numbers = Callable[[Mapping[str, Any]], tuple[str, ...]]
"""From a field's arguments to the work permit numbers that its rows are looked for by."""
Sorted = Callable[[Mapping[str, Any]], ListOrder]
"""From a field's arguments to the order of its list."""


def guarded(
    *any_of: Permission,
    description: str,
    reads: Sequence[str] = (),
    edge: str | None = None,
    rule_edges: Sequence[str] = (),
    opens: bool = False,
    where: Where | None = None,
    wanted: Wanted | None = None,
    sorted_by: Sorted | None = None,
    shows: Sequence[str] = (),
    tallies: Sequence[Tally] = (),
    counts: tuple[str, Wanted] | None = None,
    numbers: Numbers | None = None,
    **options: Any,
) -> Any:
    """A field with its rule.

    `reads` are document paths that the resolver needs; `edge` the relation that it follows, `where`
    and `wanted` what narrows its rows, `sorted_by` their order; `rule_edges` relations of which a
    rule needs all rows; `opens`: it shows a sealed text of the record, for which the holder's key
    is read. `shows`: it shows an employer, by duty and in full, what the audit trail calls so.
    `tallies` and `counts` are numbers of rows that it needs instead of rows, the latter of a
    relation with a filter; `numbers` those by which the rows of `edge` are looked for.
    """
    if not any_of:
        raise ValueError("a field needs an access rule")
    metadata = {
        READS: tuple(reads),
        EDGE: edge,
        RULE_EDGES: tuple(rule_edges),
        OPENS: opens,
        WHERE: where,
        WANTED: wanted,
        SORTED: sorted_by,
        SHOWS: tuple(shows),
        TALLIES: tuple(tallies),
        COUNTS: counts,
        NUMBERS: numbers,
    }
    return strawberry.field(
        description=description,
        directives=[Access(any_of=list(any_of))],
        metadata=metadata,
        **options,
    )


def field_for(*any_of: Permission) -> Callable[..., Any]:
    """`guarded` with the rule given once for a whole type."""

    def declare(description: str, **options: Any) -> Any:
        return guarded(*any_of, description=description, **options)

    return declare


def personal(description: str, **options: Any) -> Any:
    """An input field that carries personal data or a secret."""
    return strawberry.field(description=description, directives=[Personal()], **options)


holder_field = field_for(Permission.HOLDER_READ)
person_field = field_for(Permission.HOLDER_READ, Permission.CASE_READ)
"""Of a holder's record: the holder, and an officer with a case of his."""
record_field = field_for(Permission.HOLDER_READ, Permission.EMPLOYER_READ, Permission.CASE_READ)
"""Of a permit and what it names: its sponsor too."""
shared_field = field_for(
    Permission.IDENTITY_REVEAL, Permission.EMPLOYER_SHARED_READ, Permission.SHARE_CODE_CHECK
)
"""Of what a holder shows in the clear: for the holder a reveal, for others by what lets them ask
for a shared record at all."""
application_field = field_for(
    Permission.APPLICATION_READ, Permission.EMPLOYER_APPLICATION_READ, Permission.CASE_READ
)
public_field = field_for(Permission.ANYONE)
