"""How a rotation job tells of itself: a line that counts up, a summary, and what is left."""

from __future__ import annotations

from typing import TextIO, assert_never

from auth.keys import Purpose
from resolvers.jobs.rotation_steps import Obstacle, RotationEnd, RotationProgress, RotationStep


class Report:
    """Of one job. `faults` are clauses of a refusal, none when the job is complete."""

    def __init__(self, name: str, purpose: Purpose, version: int, progress: TextIO) -> None:
        self._name = name
        self._key = f"{purpose} key {version}"
        self._progress = progress
        self._moves = False
        self.summary = ""
        self.faults: list[str] = []

    def show(self, step: RotationStep) -> None:
        match step:
            case RotationProgress():
                # On a terminal one line counts up; a log gets the summary only.
                if self._progress.isatty() and step.total:
                    self._progress.write(f"\r{self._name}: {step.moved:,} of {step.total:,}")
                    self._progress.flush()
                    self._moves = True
            case RotationEnd():
                if self._moves:
                    self._progress.write("\n")
                self.summary = f"{self._name}: {step.moved:,} moved to {self._key}"
                self.faults = self._faults(step)
            case _:
                assert_never(step)

    def _faults(self, end: RotationEnd) -> list[str]:
        faults = [
            f"{self._name} need master key {version}, which the key set does not hold: restore a "
            "key file that has it and run 'onecard keys rewrap' again"
            for version in end.missing_versions
        ]
        faults += [
            f"{count:,} {self._name} {_reason(obstacle)} (one is {end.example})"
            for obstacle, count in end.left.items()
            if not (obstacle is Obstacle.KEY_MISSING and end.missing_versions)
        ]
        if end.newer:
            faults.append(
                f"{end.newer:,} {self._name} are under a newer key than {self._key}: run this with "
                "the newest key file"
            )
        if not end.complete and not faults:
            faults.append(
                f"{end.older:,} {self._name} were written under an older key meanwhile: restart "
                "every process with this key file and run 'onecard keys rewrap' again"
            )
        return faults


def _reason(obstacle: Obstacle) -> str:
    match obstacle:
        case Obstacle.KEY_MISSING:
            return "have no holder key: restore it from a backup, or remove them"
        case Obstacle.UNREADABLE:
            return "have a value that does not open or is missing: restore it from a backup"
        case Obstacle.TAKEN:
            return "have a number that another document was given meanwhile: correct one of them"
