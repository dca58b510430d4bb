# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What an exported network is made of, so that a changed or missing file is noticed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from octo_ros.errors import CheckpointError

MANIFEST = 'manifest.json'
FORMAT = 2
Precision = Literal['fp32', 'bf16', 'int8']
PRECISIONS: tuple[Precision, ...] = ('fp32', 'bf16', 'int8')

_AGAIN = 'export the checkpoint again with export_policy'


@dataclass(frozen=True)
class FileRecord:
    """One file: its bytes and their SHA-256."""

    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> FileRecord:
        """Read a file."""
        content = hashlib.sha256()
        with path.open('rb') as stream:
            while block := stream.read(1 << 20):
                content.update(block)
        return cls(path.stat().st_size, content.hexdigest())


@dataclass(frozen=True)
class Manifest:
    """`manifest.json` of an exported network.

    Attributes:
        precision: `bf16` are float32 graphs that are to be run in bfloat16.
        source: Name of the checkpoint, its training step, and the SHA-256 of its weights.
        versions: Of what made the graphs.
        embodiment: Name of the robot for which it was made, if for one.
        files: Every other file of the directory by its relative path.
        format: Of this file.
    """

    precision: Precision
    source: dict[str, Any]
    versions: dict[str, str]
    embodiment: str | None
    files: dict[str, FileRecord]
    format: int = field(default=FORMAT)

    @property
    def digest(self) -> str:
        """SHA-256 of its text, which holds those of all files."""
        return hashlib.sha256(self._text().encode()).hexdigest()

    def write(self, directory: Path) -> None:
        """Write it into its directory."""
        (directory / MANIFEST).write_text(self._text())

    def _text(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True) + '\n'

    @classmethod
    def read(cls, directory: Path) -> Manifest:
        """Read it and compare every file with it.

        Raises:
            CheckpointError: It is missing or damaged, of another format, or a file is missing,
                changed or left over.
        """
        path = directory / MANIFEST
        if not path.is_file():
            msg = f'{directory} has no {MANIFEST}; it must be a directory made by export_policy.'
            raise CheckpointError(msg)
        manifest = cls._parsed(path)
        manifest._compare(directory)
        return manifest

    @classmethod
    def _parsed(cls, path: Path) -> Manifest:
        try:
            content = json.loads(path.read_text())
            number = content['format']
            files = {name: FileRecord(**record) for name, record in content['files'].items()}
            manifest = cls(**{**content, 'files': files})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            msg = f'{path} is damaged ({error!r}); {_AGAIN}.'
            raise CheckpointError(msg) from None
        if number != FORMAT or manifest.precision not in PRECISIONS:
            msg = f'{path} has format {number!r}; this program reads format {FORMAT}; {_AGAIN}.'
            raise CheckpointError(msg)
        return manifest

    def _compare(self, directory: Path) -> None:
        there = {name for name in relative_files(directory) if name != MANIFEST}
        for what, names in (
            ('lacks', self.files.keys() - there),
            ('holds, without being told of,', there - self.files.keys()),
        ):
            if names:
                msg = f'{directory} {what} {", ".join(sorted(names))}; {_AGAIN}.'
                raise CheckpointError(msg)
        for name, record in self.files.items():
            found = FileRecord.of(directory / name)
            if found != record:
                msg = f'{directory / name} is not the file that was exported; {_AGAIN}.'
                raise CheckpointError(msg)


def relative_files(directory: Path) -> list[str]:
    """All files in a directory and below, sorted."""
    return sorted(
        str(path.relative_to(directory)) for path in directory.rglob('*') if path.is_file()
    )
