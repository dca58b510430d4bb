# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The directory that a demo fills: made anew every time, without ever deleting foreign files."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

MARK = '.octo_ros_demo'
NAMES = {MARK, 'bag', 'dataset', 'logs', 'demo.mp4', 'report.html', 'summary.json'}


@dataclass(frozen=True)
class DemoOutput:
    """Where the parts of a demo lie.

    Attributes:
        directory: The directory that holds them all.
    """

    directory: Path

    @property
    def bag(self) -> Path:
        """Recorded bag."""
        return self.directory / 'bag'

    @property
    def dataset(self) -> Path:
        """Directory of RLDS datasets."""
        return self.directory / 'dataset'

    @property
    def logs(self) -> Path:
        """One log per process."""
        return self.directory / 'logs'

    @property
    def video(self) -> Path:
        """Film."""
        return self.directory / 'demo.mp4'

    @property
    def report(self) -> Path:
        """One-page report."""
        return self.directory / 'report.html'

    @property
    def summary(self) -> Path:
        """The report's figures for programs."""
        return self.directory / 'summary.json'

    @classmethod
    def renewed(cls, directory: Path) -> DemoOutput:
        """Make the directory, or empty the one that an earlier demo has left.

        Raises:
            ConfigError: Something lies there that no demo has made; nothing is touched then.
        """
        if directory.is_dir():
            cls._check_ours(directory)
            for path in directory.iterdir():
                if path.name != MARK:  # it goes last, so that an interrupted cleaning can go on
                    _remove(path)
        elif directory.exists():
            msg = f'{directory} is a file: give --output a directory to fill.'
            raise ConfigError(msg)
        try:
            directory.mkdir(parents=True, exist_ok=True)
            (directory / MARK).touch()
        except OSError as error:
            msg = f'{directory} cannot be made ({error.strerror}): give another --output.'
            raise ConfigError(msg) from None
        return cls(directory)

    @staticmethod
    def _check_ours(directory: Path) -> None:
        found = {path.name for path in directory.iterdir()}
        if MARK in found:
            # Hidden names are the partial files of a demo that was killed.
            found = {name for name in found - NAMES if not name.endswith('.partial.mp4')}
        if found:
            shown = ', '.join(sorted(found)[:3]) + (', …' if len(found) > 3 else '')
            msg = (
                f'{directory} holds files that no demo has made ({shown}): '
                'give --output an empty or a new directory.'
            )
            raise ConfigError(msg)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
