# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Files of a directory to and from wherever Apache Beam can write: gs://, s3://, hdfs://."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from octo_ros.data.conversion.beam_module import beam_module

CHUNK = 1024 * 1024


def is_remote(place: str) -> bool:
    """Whether a place is a URL rather than a path."""
    return '://' in place


def upload(directory: Path, target: str, last: str) -> None:
    """Move the files of a directory to a place.

    Args:
        directory: Local; gone afterwards.
        target: Path or URL.
        last: File that tells readers that all are there; it appears whole.
    """
    files = sorted((p for p in directory.rglob('*') if p.is_file()), key=lambda p: p.name == last)
    systems = file_systems()
    for path in files:
        name = f'{target}/{path.relative_to(directory).as_posix()}'
        if not is_remote(name):
            Path(name).parent.mkdir(parents=True, exist_ok=True)
        partial = f'{name}.partial'
        with path.open('rb') as source, systems.create(partial, compression_type=_plain()) as sink:
            shutil.copyfileobj(source, sink, CHUNK)
        remove(name)
        systems.rename([partial], [name])
    shutil.rmtree(directory)


def download(source: str, directory: Path, last: str) -> None:
    """Copy the files of a place into a directory; nothing if `last` is not among them."""
    systems = file_systems()
    found = [match.path for match in systems.match([f'{source}/*'])[0].metadata_list]
    names = sorted((path.rsplit('/', 1)[1] for path in found), key=lambda name: name == last)
    if last not in names:
        return
    directory.mkdir(parents=True, exist_ok=True)
    for name in names:
        with (
            systems.open(f'{source}/{name}', compression_type=_plain()) as file,
            (directory / name).open('wb') as sink,
        ):
            shutil.copyfileobj(file, sink, CHUNK)


def read_if_there(path: str) -> bytes | None:
    """A small file; None if there is none."""
    systems = file_systems()
    if not systems.exists(path):
        return None
    with systems.open(path, compression_type=_plain()) as file:
        return bytes(file.read())


def remove(path: str) -> None:
    """Remove a file or a directory with all that is in it, if it is there."""
    systems = file_systems()
    if systems.exists(path):
        systems.delete([path])


def file_systems() -> Any:  # noqa: ANN401 - an optional package without types
    """Apache Beam's file systems.

    Raises:
        ConfigError: It is not installed.
    """
    return beam_module('io.filesystems').FileSystems


def _plain() -> Any:  # noqa: ANN401 - an optional package without types
    return beam_module('io.filesystem').CompressionTypes.UNCOMPRESSED
