# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the result of a conversion depends on, so that work is never taken over by mistake."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

import octo_ros
from octo_ros.embodiment import Embodiment

if TYPE_CHECKING:
    from octo_ros.data.conversion.request import ConversionRequest

# What reads, decodes, resizes or encodes: another version may give other bytes.
LIBRARIES = ('numpy', 'opencv-python-headless', 'pillow', 'rosbags', 'pin')


@dataclass(frozen=True)
class BagIdentity:
    """The files of a bag, as far as they can be told apart without being read.

    Attributes:
        path: As it was given.
        files: Name, size [bytes] and time of the last change [ns] of each file.
    """

    path: str
    files: tuple[tuple[str, int, int], ...]

    @classmethod
    def of(cls, path: Path) -> BagIdentity:
        """Look at a bag."""
        return cls(str(path), tuple(_files(path)))


def fingerprint(request: ConversionRequest) -> str:
    """Of everything that an episode's result depends on, as hexadecimal digits.

    The split, the number of workers and the like are left out: they do not change an episode.
    """
    parts: dict[str, Any] = {
        'bags': [asdict(BagIdentity.of(path)) for path in request.bags],
        'embodiment': TypeAdapter(Embodiment).dump_python(request.embodiment, mode='json'),
        'rate': request.rate,
        'action_source': request.action_source,
        'instruction': request.instruction,
        'topics': asdict(request.topics),
        'salvage': request.salvage,
        'skip_failed': request.skip_failed,
        'append': request.append,
        'code': code_version(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def code_version() -> str:
    """Of this package's own code and of the libraries that make an episode."""
    digest = hashlib.sha256()
    root = Path(octo_ros.__file__).parent
    for path in sorted(root.rglob('*.py')):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    for name in LIBRARIES:
        digest.update(f'{name} {_version(name)}'.encode())
    return digest.hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return 'unknown'


def _files(path: Path) -> Iterator[tuple[str, int, int]]:
    files = [path] if path.is_file() else sorted(p for p in path.rglob('*') if p.is_file())
    for file in files:
        status = file.stat()
        yield file.relative_to(path.parent).as_posix(), status.st_size, status.st_mtime_ns
