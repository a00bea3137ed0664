"""A real `mongod` as long as we live: started, made writable, watched and stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from pymongo.errors import ConfigurationError

from api.embedded import keeper
from api.embedded.binary import find_mongod
from api.embedded.directory import DataDirectory, not_writable
from api.embedded.lock import DirectoryLock, Holder, uri_of
from api.embedded.ports import free_port
from api.embedded.post_mortem import port_was_taken, refusal_for, too_old
from api.embedded.replica_set import SET_NAME, make_writable
from api.failure import Refusal

PORT_ATTEMPTS = 5
POLL_SECONDS = 0.01
# What mongod may see of our environment: no setting, no secret.
PASSED_ON = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "TZ")


class LocalMongod:
    """A one-member replica set on 127.0.0.1 and a free port, with its data under a directory.

    `start` returns when it can be written, `stop` when it has ended; as a context manager it does
    both. However this process ends, its mongod ends within about two seconds (see `keeper`).
    No authentication: who may open a loopback port on this machine may read it, so it is for
    development and tests.
    """

    def __init__(
        self,
        data_directory: Path,
        *,
        cache_gigabytes: float = 0.25,
        ready_within_seconds: float = 60.0,
    ) -> None:
        """`cache_gigabytes`: the storage engine's cache, at least 0.25."""
        self._directory = DataDirectory(data_directory)
        self._cache_gigabytes = cache_gigabytes
        self._ready_within_seconds = ready_within_seconds
        self._owner = os.getpid()
        self._port = 0
        self._pid = 0
        self._binary = Path()
        self._lock: DirectoryLock | None = None
        self._keeper: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def uri(self) -> str:
        """Its address, for drivers; known once started."""
        return uri_of(self._port)

    @property
    def port(self) -> int:
        """The port on 127.0.0.1; known once started."""
        return self._port

    @property
    def pid(self) -> int:
        """The process id of mongod; known once started."""
        return self._pid

    @property
    def log(self) -> Path:
        """The file that mongod logs to; those of the last starts stand beside it."""
        return self._directory.log

    def failure(self) -> Refusal | None:
        """Why it no longer runs; None while it does, and before `start` and after `stop`."""
        code = None if self._keeper is None else self._keeper.poll()
        return None if code is None else refusal_for(code, self._directory, self._binary)

    def start(self) -> None:
        """Until it can be written. Raises `Refusal` with one line when that cannot be."""
        self._owner = os.getpid()
        self._binary = find_mongod()
        self._directory.prepare()
        try:
            self._lock = DirectoryLock.acquire(self._directory.root)
        except OSError as error:
            raise not_writable(self._directory.root, error) from error
        try:
            self._start_on_some_port(self._lock)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Until it has ended and the directory is free again; may be called more than once.

        A forked child of the process that started it stops nothing.
        """
        if os.getpid() != self._owner:
            return
        try:
            self._end_keeper()
        finally:
            if self._lock is not None:
                self._lock.release()
                self._lock = None

    def _start_on_some_port(self, lock: DirectoryLock) -> None:
        give_up_at = time.monotonic() + self._ready_within_seconds
        # The former port first: then the stored replica set needs no change.
        preferred = 0 if lock.former is None else lock.former.port
        for _ in range(PORT_ATTEMPTS):
            self._port = free_port(preferred)
            preferred = 0
            if self._port and self._try_port(lock, give_up_at):
                lock.write(Holder(os.getpid(), self._port))
                return
            self._end_keeper()
        raise Refusal(
            f"no free port for the local MongoDB: {PORT_ATTEMPTS} attempts on 127.0.0.1 found the "
            "port taken by another process; end what listens on so many, and try again"
        )

    def _try_port(self, lock: DirectoryLock, give_up_at: float) -> bool:
        """False when another process took the port meanwhile."""
        try:
            lock.write(Holder(os.getpid(), 0))
            self._directory.rotate_logs()
            self._spawn(lock)
        except OSError as error:
            raise not_writable(self._directory.root, error) from error
        try:
            self._wait_for_listener(give_up_at)
            if make_writable(self._port, pid=self._pid, give_up_at=give_up_at, check=self._check):
                return True
        except ConfigurationError as error:
            raise too_old(self._binary) from error
        except Refusal:
            code = None if self._keeper is None else self._keeper.poll()
            if code is not None and port_was_taken(code, self._directory.log):
                return False
            raise
        raise self._too_slow()

    def _spawn(self, lock: DirectoryLock) -> None:
        with self._directory.output.open("wb") as output:
            self._keeper = subprocess.Popen(  # noqa: S603 - our own file and a mongod we found
                [sys.executable, "-I", "-S", keeper.__file__, str(os.getpid()), *self._command()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                pass_fds=[lock.descriptor],
                env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
                # Ctrl-C at the terminal is for us; we stop mongod when we have finished.
                start_new_session=True,
            )
        assert self._keeper.stdout is not None  # noqa: S101 - asked for above
        self._pid = int(self._keeper.stdout.readline() or 0)

    def _command(self) -> list[str]:
        options = {
            "--dbpath": self._directory.data,
            "--logpath": self._directory.log,
            "--bind_ip": "127.0.0.1",
            "--port": self._port,
            "--replSet": SET_NAME,
            "--oplogSize": 512,
            # A linearizable read, as the revocation feed's, waits for the next flush: 100 ms by
            # default, with each start of a gateway and each turn of the feed.
            "--journalCommitInterval": 5,
            "--wiredTigerCacheSizeGB": self._cache_gigabytes,
            # A slow command is logged with the values it asked for: personal data. Never.
            "--slowms": 2_000_000_000,
        }
        parameters = {
            "diagnosticDataCollectionEnabled": "false",
            # There is no other member to hand over to.
            "shutdownTimeoutMillisForSignaledShutdown": 0,
            # What a killed process had begun is let go soon; no request of ours takes so long.
            "transactionLifetimeLimitSeconds": 20,
        }
        command = [str(self._binary), "--quiet", "--nounixsocket"]
        for option, value in options.items():
            command += [option, str(value)]
        for name, setting in parameters.items():
            command += ["--setParameter", f"{name}={setting}"]
        return command

    def _wait_for_listener(self, give_up_at: float) -> None:
        while time.monotonic() < give_up_at:
            self._check()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(POLL_SECONDS)
        raise self._too_slow()

    def _check(self) -> None:
        failure = self.failure()
        if failure is not None:
            raise failure

    def _too_slow(self) -> Refusal:
        return Refusal(
            f"the local MongoDB was not ready within {self._ready_within_seconds:g} seconds: "
            f"read {self._directory.log}, and try again"
        )

    def _end_keeper(self) -> None:
        process = self._keeper
        if process is None:
            return
        assert process.stdin is not None  # noqa: S101 - a pipe since `_spawn`
        assert process.stdout is not None  # noqa: S101 - likewise
        with process.stdout, contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(keeper.STOP_WORD)
        try:
            code = process.wait(keeper.ASKED_SECONDS + 5)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        self._keeper = None
        if (
            code < 0 and self._pid
        ):  # The keeper was killed; where the kernel does not follow suit, we do.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
