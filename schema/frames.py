"""Where an exception came from, without what it said: types and frames, no message, no locals."""

from dataclasses import dataclass
from types import TracebackType

MAX_FRAMES = 20
MAX_CAUSES = 5


@dataclass(frozen=True)
class ErrorTrace:
    """`frames` are `module:line function`, the innermost last; `caused_by` are type names."""

    error_type: str
    caused_by: list[str]
    frames: list[str]


def trace_of(error: BaseException) -> ErrorTrace:
    """Bounded: the innermost 20 frames of the error and the types of its nearest five causes."""
    chain = _chain(error)
    return ErrorTrace(
        error_type=_type_name(error),
        caused_by=[_type_name(cause) for cause in chain[1:]],
        frames=_frames(_deepest_traceback(chain)),
    )


def _type_name(error: BaseException) -> str:
    kind = type(error)
    return f"{kind.__module__}.{kind.__qualname__}"


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and len(chain) <= MAX_CAUSES and current not in chain:
        chain.append(current)
        current = current.__cause__ or current.__context__
    return chain


def _deepest_traceback(chain: list[BaseException]) -> TracebackType | None:
    """The root cause's, which is where it began; the error's own if that was never raised."""
    for error in reversed(chain):
        if error.__traceback__ is not None:
            return error.__traceback__
    return None


def _frames(traceback: TracebackType | None) -> list[str]:
    frames: list[str] = []
    while traceback is not None:
        # The module's name, not the file's path: a path tells about the machine.
        module = traceback.tb_frame.f_globals.get("__name__", "?")
        frames.append(f"{module}:{traceback.tb_lineno} {traceback.tb_frame.f_code.co_name}")
        traceback = traceback.tb_next
    return frames[-MAX_FRAMES:]
