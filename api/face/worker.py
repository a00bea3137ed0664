"""One worker process: `python -m api.face.worker`. Reads jobs from standard input and writes
verdicts to standard output until its input ends, as it does when the gateway dies.

Its memory is bounded by the system, it opens no file after its models, and it has no network to
speak of: whatever a picture does to a decoder ends here. After each job nothing of it is left: what
is freed is overwritten at once (`api.face.pool` sets that in its environment), the networks look at
nothing, and its input has no buffer.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from io import RawIOBase
from typing import BinaryIO, Final

from api.face.judging import Fault, Verdict, enrol, judge
from api.face.messages import LENGTH, Job, decode_job, encode_verdict
from api.face.models import Models, ModelsMissing
from api.face.quality import QualityFault

MAX_MEMORY_BYTES: Final = 1_500_000_000
"""Of address space: libraries and models reserve some 800 MB of it and use 150."""
NICENESS: Final = 10
"""Whoever looks at a card comes first: the gateway's own process shares the machine."""
READY: Final = b"R"


def main() -> int:
    # The gateway's own end decides, not a Ctrl-C that reaches the whole group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)  # first of all: loading libraries and models takes a second of a core
    try:
        models = Models.load()
    except ModelsMissing as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Without a buffer, which would keep the end of a picture.
    taken = os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0)
    given = sys.stdout.buffer
    given.write(READY)
    given.flush()
    while _do_next(models, taken, given):
        models.forget()
    return 0


def _do_next(models: Models, taken: RawIOBase, given: BinaryIO) -> bool:
    """Nothing of the job is left in a variable afterwards; False at the end of the input."""
    job = _next_job(taken)
    if job is None:
        return False
    given.write(encode_verdict(_verdict(models, job)))
    given.flush()
    return True


def _next_job(taken: RawIOBase) -> Job | None:
    length = _read(taken, LENGTH.size)
    if len(length) < LENGTH.size:
        return None
    head = json.loads(_read(taken, *LENGTH.unpack(length)))
    return decode_job(head, [_read(taken, size) for size in head["sizes"]])


def _read(taken: RawIOBase, size: int) -> bytes:
    """Fewer at the end of the input."""
    found = bytearray(size)
    view, place = memoryview(found), 0
    while place < size and (count := taken.readinto(view[place:])):
        place += count
    return bytes(view[:place])


def _verdict(models: Models, job: Job) -> Verdict:
    """A picture that a library chokes on is a poor one."""
    try:
        portrait = enrol(models, job.portrait)
        if isinstance(portrait, QualityFault):
            return Verdict(Fault.BAD_PORTRAIT, quality=portrait)
        return judge(models, portrait, job.shots, job.asked) if job.shots else Verdict(None)
    except Exception:  # noqa: BLE001 - nothing of it may be told, and the process goes on
        return Verdict(Fault.POOR_QUALITY, quality=QualityFault.NO_FACE)


if __name__ == "__main__":
    sys.exit(main())
