# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a conversion works until its dataset is complete; what it leaves is taken up again."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from octo_ros.data.conversion.converted_episode import SIDECAR
from octo_ros.errors import DatasetError

FINGERPRINT = 'fingerprint'
LOCK = 'lock'


class WorkDirectory:
    """A hidden directory beside the dataset; use it in a `with` statement.

    While the statement lasts no other process can enter it for the same dataset. Leaving it
    normally removes the directory. Leaving it by an exception keeps the episodes that are
    finished, if there are any, for the next run of the same request; those of another request
    stay until `take_up`.

    Args:
        target: Where the dataset will lie.
        fingerprint: Of the request; what another one left is thrown away.
        say: Told in a sentence when something is.

    Raises:
        DatasetError: On entering: another process is at work there.
    """

    def __init__(self, target: Path, fingerprint: str, say: Callable[[str], None]) -> None:
        self.path = _place(target)
        self.fingerprint = fingerprint
        self._say = say
        self._taken_up = False
        above = (self.path.parent, *self.path.parent.parents)
        self._new = [folder for folder in above if not os.path.lexists(folder)]

    @property
    def parts(self) -> Path:
        """For the results of the jobs."""
        return self.path / 'episodes'

    @property
    def dataset(self) -> Path:
        """For the dataset while it is put together."""
        return self.path / 'dataset'

    def __enter__(self) -> WorkDirectory:
        self._lock = self._locked()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self.dataset, ignore_errors=True)  # it can be put together again
        finished = len(self.finished())
        if not finished or (error is None and self._taken_up):
            self.clear()
        elif self._taken_up or self._mark() == self.fingerprint:
            self._say(f'{finished} finished episode(s) are kept: the same command goes on there.')
        os.close(self._lock)

    def sweep(self, completed: Collection[str]) -> None:
        """Remove what a run left that was killed between its dataset's appearance and its own end.

        Args:
            completed: Fingerprints of the conversions that the dataset is made of.
        """
        if self._mark() in completed:
            (self.path / FINGERPRINT).unlink()
            shutil.rmtree(self.parts, ignore_errors=True)

    def take_up(self) -> None:
        """Make it this request's: keep what was left of the same one, throw away all else."""
        mark = self.path / FINGERPRINT
        if self._mark() != self.fingerprint:
            count = len(self.finished())
            mark.unlink(missing_ok=True)  # first: a crash here leaves nothing under a wrong mark
            shutil.rmtree(self.parts, ignore_errors=True)
            if count:
                self._say(
                    f'Starting anew: the {count} episodes that an interrupted run left in '
                    f'{self.path} are of another request, other bags or another version.'
                )
        mark.write_text(self.fingerprint)
        self.parts.mkdir(exist_ok=True)
        self._taken_up = True

    def finished(self) -> set[int]:
        """Indices of the jobs whose results are complete."""
        return {int(path.parent.name) for path in self.parts.glob(f'*/{SIDECAR}')}

    def clear(self) -> None:
        """Remove everything, and folders above it that were made for it and hold nothing else."""
        shutil.rmtree(self.path, ignore_errors=True)
        for folder in dict.fromkeys((self.path.parent, *self._new)):
            if not folder.is_dir() or any(folder.iterdir()):
                return
            folder.rmdir()

    def _mark(self) -> str | None:
        try:
            return (self.path / FINGERPRINT).read_text()
        except FileNotFoundError:
            return None

    def _locked(self) -> int:
        """Handle of the lock."""
        while True:
            try:
                self.path.mkdir(parents=True, exist_ok=True)
            except FileNotFoundError as error:  # in /proc, for one
                msg = f'{self.path.parent} cannot be made: {error.strerror}.'
                raise DatasetError(msg) from None
            with suppress(FileNotFoundError):  # another run has just cleared the directory
                lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(lock)
                    msg = (
                        f'Another conversion is writing {self.path.parent}; wait for it, or '
                        'choose another --name.'
                    )
                    raise DatasetError(msg) from None
                if self._stands(lock):
                    return lock
                os.close(lock)

    def _stands(self, lock: int) -> bool:
        """Whether a handle is of the file that others would lock."""
        try:
            return os.path.samestat(os.fstat(lock), (self.path / LOCK).stat())
        except FileNotFoundError:
            return False


def _place(target: Path) -> Path:
    return target.parent / f'.{target.name}.work'
