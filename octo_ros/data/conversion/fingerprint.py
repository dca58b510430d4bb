# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the result of a conversion depends on, so that work is never taken over by mistake."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
from pydantic import TypeAdapter

import octo_ros
from octo_ros.embodiment import Embodiment
from octo_ros.errors import BagError
from octo_ros.robots.model import load_robot_model
from octo_ros.robots.urdf import to_urdf

if TYPE_CHECKING:
    from octo_ros.data.conversion.request import ConversionRequest

# What reads, decodes, resizes or computes: another version may give other bytes. A package may
# have several distributions or, from a system's packages, none; its module tells what really runs.
MODULES = ('numpy', 'PIL', 'lz4')
DISTRIBUTIONS = ('rosbags', 'backports.zstd')


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
        """Look at a bag.

        Raises:
            BagError: A file's name is no text.
        """
        return cls(str(path), tuple(_files(path)))


def check_text(*paths: Path) -> None:
    """Check that paths can be written into a dataset.

    Raises:
        BagError: One is no text.
    """
    for path in paths:
        try:
            str(path).encode()
        except UnicodeEncodeError:
            msg = f'{str(path)!r} is not UTF-8, so a dataset cannot name it; rename it.'
            raise BagError(msg) from None


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
        'model': model_digest(request),
        'code': code_version(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def model_digest(request: ConversionRequest) -> str:
    """Of the geometry that poses are computed with; empty if they come from a topic.

    Raises:
        ConfigError: The robot's model is unreadable or does not fit its contract.
    """
    if request.topics.pose is not None:
        return ''
    robot = request.embodiment
    return hashlib.sha256(to_urdf(load_robot_model(robot), robot).encode()).hexdigest()


@cache
def code_version() -> str:
    """Of this package's own code and of the libraries that make an episode."""
    digest = hashlib.sha256()
    root = Path(octo_ros.__file__).parent
    for path in sorted(root.rglob('*.py')):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    for name, number in library_versions().items():
        digest.update(f'{name} {number}'.encode())
    return digest.hexdigest()


def library_versions() -> dict[str, str]:
    """Library to its version, of all that make an episode besides this package."""
    versions = {name: str(import_module(name).__version__) for name in MODULES}
    versions |= {name: _version(name) for name in DISTRIBUTIONS}
    # Its pictures depend on the codecs that it was built with, too.
    versions['cv2'] = cv2.getBuildInformation()
    return versions


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return 'unknown'


def _files(path: Path) -> Iterator[tuple[str, int, int]]:
    files = [path] if path.is_file() else sorted(p for p in path.rglob('*') if p.is_file())
    for file in files:
        check_text(file)
        status = file.stat()
        yield file.relative_to(path.parent).as_posix(), status.st_size, status.st_mtime_ns
