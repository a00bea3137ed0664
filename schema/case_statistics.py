"""How long cases took against what was promised."""

import strawberry

from auth.permissions import Permission
from resolvers.applications.statistics import CaseStatistic
from resolvers.policy.permit_labels import PROCEDURE_LABELS
from schema.context import Info
from schema.enums import ProcedureKind
from schema.field import field_for
from schema.place import City

_statistic_field = field_for(Permission.CASE_READ)
_DAY_SECONDS = 86_400


@strawberry.type(description="Decided cases of one procedure, city and month.")
class CaseStatisticRow:
    of: strawberry.Private[CaseStatistic]

    @_statistic_field("The procedure.")
    def procedure(self) -> ProcedureKind:
        return self.of.procedure

    @_statistic_field("The procedure in words, in the language of the request.")
    def procedure_label(self, info: Info) -> str:
        return info.context.text(PROCEDURE_LABELS[self.of.procedure], self.of.procedure)

    @_statistic_field("The city.")
    def city(self) -> City:
        return City(of=self.of.city)

    @_statistic_field("The month of the decisions in Asia/Shanghai: `2026-11`.")
    def month(self) -> str:
        return self.of.month

    @_statistic_field("How many were decided.")
    def decided(self) -> int:
        return self.of.decided

    @_statistic_field("How many of them were approved.")
    def approved(self) -> int:
        return self.of.approved

    @_statistic_field("How many were decided within the promise of their review.")
    def within_promise(self) -> int:
        return self.of.kept

    @_statistic_field("Median time from the first filing to the decision, in days.")
    def median_days(self) -> float:
        return round(self.of.median_seconds / _DAY_SECONDS, 3)

    @_statistic_field("The time that nine in ten did not exceed, in days.")
    def p90_days(self) -> float:
        return round(self.of.p90_seconds / _DAY_SECONDS, 3)
