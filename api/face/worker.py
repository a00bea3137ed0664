"""One worker process: `python -m api.face.worker`. Has a job done whenever one stands at its input,
until that ends, as it does when the gateway dies.

Each job is read, done and answered by a child of its own, which has the models from here and ends
with its answer: the system clears the memory of an ended process, so nothing of a picture stays,
whatever the libraries keep of it. Memory and time of a child are bounded by the system, it opens no
file, and it has no network to speak of: whatever a picture does to a decoder ends here.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import select
import signal
import sys
from io import RawIOBase
from typing import Final, NoReturn

from api.face.judging import Fault, Verdict, enrol, judge
from api.face.messages import LENGTH, Job, decode_job, encode_verdict
from api.face.models import Models, ModelsMissing
from api.face.quality import QualityFault

MAX_MEMORY_BYTES: Final = 1_500_000_000
"""Of address space: libraries and models reserve some 800 MB of it and use 150."""
MAX_JOB_SECONDS: Final = 30
"""Of processor time: a burst takes two, and the gateway gives up long before."""
NICENESS: Final = 10
"""Whoever looks at a card comes first: the gateway's own process shares the machine."""
READY: Final = b"R"
_END: Final = 3
"""How a child ends that found no job."""
_PR_SET_PDEATHSIG: Final = 1


def main() -> int:
    # The gateway's own end decides, not a Ctrl-C that reaches the whole group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # First of all: loading libraries and models takes a second of a core.
    os.setpriority(os.PRIO_PROCESS, 0, max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))
    try:
        models = Models.load()
    except ModelsMissing as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    models.warm()
    gc.freeze()  # what children share is not written to
    os.write(sys.stdout.fileno(), READY)
    while True:
        select.select([sys.stdin.fileno()], [], [])
        ours, child = os.getpid(), os.fork()
        if child == 0:
            _be_a_child(models, ours)
        _, status = os.waitpid(child, 0)
        if status:
            return 0 if os.waitstatus_to_exitcode(status) == _END else 1


def _be_a_child(models: Models, parent: int) -> NoReturn:
    """Does one job and ends, without anything that Python does at an end."""
    code = 1
    try:
        _end_with(parent)
        resource.setrlimit(resource.RLIMIT_CPU, (MAX_JOB_SECONDS, MAX_JOB_SECONDS))
        job = _next_job(os.fdopen(sys.stdin.fileno(), "rb", buffering=0, closefd=False))
        if job is not None:
            os.write(sys.stdout.fileno(), encode_verdict(_verdict(models, job)))
        code = _END if job is None else 0
    finally:
        os._exit(code)


def _end_with(parent: int) -> None:
    """Killed with the worker, where the system can (Linux); elsewhere its bounds have to do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


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
