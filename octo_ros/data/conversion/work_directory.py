# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a conversion works until its dataset is complete; what it leaves is taken up again."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from types import TracebackType

from octo_ros.data.conversion.converted_episode import SIDECAR
from octo_ros.errors import DatasetError

FINGERPRINT = 'fingerprint'
LOCK = 'lock'


class WorkDirectory:
    """A hidden directory beside the dataset; use it in a `with` statement.

    Leaving the statement normally removes it. Leaving it by an exception keeps the episodes that
    are finished, if there are any, for the next run of the same request.

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

    @property
    def parts(self) -> Path:
        """For the results of the jobs."""
        return self.path / 'episodes'

    @property
    def dataset(self) -> Path:
        """For the dataset while it is put together."""
        return self.path / 'dataset'

    def __enter__(self) -> WorkDirectory:
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            msg = (
                f'Another conversion is writing {self.path.parent}; wait for it, or choose '
                'another --name.'
            )
            raise DatasetError(msg) from None
        try:
            self._take_up()
        except BaseException:
            os.close(self._lock)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self.dataset, ignore_errors=True)  # it can be put together again
        finished = len(self.finished())
        if error is None or not finished:
            self.clear()
        else:
            self._say(f'{finished} finished episode(s) are kept: the same command goes on there.')
        os.close(self._lock)

    def finished(self) -> set[int]:
        """Indices of the jobs whose results are complete."""
        return {int(path.parent.name) for path in self.parts.glob(f'*/{SIDECAR}')}

    def clear(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.path, ignore_errors=True)
        parent = self.path.parent
        if parent.is_dir() and not any(parent.iterdir()):
            parent.rmdir()

    def _take_up(self) -> None:
        mark = self.path / FINGERPRINT
        if not mark.exists() or mark.read_text() != self.fingerprint:
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


def sweep(target: Path, completed: Collection[str]) -> None:
    """Remove what a run left that was killed between its dataset's appearance and its own end.

    Args:
        target: The dataset.
        completed: Fingerprints of the conversions that it is made of.
    """
    path = _place(target)
    mark = path / FINGERPRINT
    if mark.exists() and mark.read_text() in completed:
        shutil.rmtree(path, ignore_errors=True)


def _place(target: Path) -> Path:
    return target.parent / f'.{target.name}.work'
