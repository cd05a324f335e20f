"""A file to which one process at a time appends whole lines, each on the disk before anything else happens to it."""

import errno
import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scripts.provenance.errors import Problem

log = logging.getLogger(__name__)

SYNC_SECONDS = 0.5


class Appended:
    """The file at `path`; what the disk refuses is a Problem. Its owner calls it under a lock of its own."""

    def __init__(self, path: Path):
        self.path = path
        self._fd: int | None = None
        self._size = 0  # bytes that were read or written
        self._synced = time.monotonic()

    def read(self) -> bytes:
        """All of it; nothing where there is no file."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            data = b""
        self._size = len(data)
        return data

    def own(self) -> bool:
        """Keeps other processes from writing until this one ends; whether one wrote since the last look.

        A Problem when another process writes.
        """
        with self.told():
            return self._fd is None and os.fstat(self._writer()).st_size != self._size

    def append(self, line: bytes) -> None:
        """Writes the line at once; only a power cut within SYNC_SECONDS can lose it."""
        with self.told():
            writer = self._writer()
            written = os.write(writer, line)
            if written != len(line):
                os.ftruncate(writer, os.fstat(writer).st_size - written)  # half a line would spoil the next one
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._size += written

    def cut(self, size: int) -> None:
        """Leaves so many bytes."""
        with self.told():
            os.ftruncate(self._writer(), size)
            self._size = size

    def sync(self, after: float = 0.0) -> None:
        """Puts on the disk what was appended, if that was last done `after` seconds ago."""
        if self._fd is not None and time.monotonic() - self._synced >= after:
            with self.told():
                os.fsync(self._fd)
            self._synced = time.monotonic()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Makes what the disk refuses a Problem."""
        try:
            yield
        except OSError as error:
            raise Problem(
                f"{self.path} cannot be written ({error.strerror}). All answers before are kept. "
                "Make room and run the same command again: only the rest is asked."
            ) from error

    def __del__(self) -> None:
        if self._fd is not None:
            with suppress(OSError):
                os.fsync(self._fd)
            os.close(self._fd)

    def _writer(self) -> int:
        if self._fd is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(fd)
                raise Problem(
                    f"Another process writes {self.path}. Wait until it has ended or stop it, and run the same command "
                    "again: its answers are not paid twice."
                ) from None
            except OSError as error:  # some network file systems know no locks; Snakemake's own then has to do
                log.debug("%s: no lock (%s)", self.path, error.strerror)
            if os.fstat(fd).st_mode & 0o077:  # copied, or written by hand
                with suppress(PermissionError):
                    os.fchmod(fd, 0o600)
            self._fd = fd
        return self._fd
