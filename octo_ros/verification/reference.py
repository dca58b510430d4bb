# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Reference arrays on disk: what went into the original network and what came out.

Three `.npz` files. `inputs` holds `observation/…`, `task/…`, `eps/…`, `sample/…` and
`proprio_raw`; `outputs` holds everything that is compared, by name; `train` (which may be absent)
holds `in/…` and `out/…` of one training step. Every subset of the names is allowed.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from octo_ros.errors import VerificationError

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Reference:
    """The arrays of one comparison.

    Attributes:
        inputs: What the original network was given.
        outputs: What it computed from that.
        train: One training step, `in/…` and `out/…`; empty if there is none.
    """

    inputs: Arrays
    outputs: Arrays
    train: Arrays

    @classmethod
    def read(cls, inputs: Path, outputs: Path, train: Path | None = None) -> Reference:
        """Read the files.

        Args:
            inputs: `inputs.npz`.
            outputs: `outputs.npz`.
            train: `train.npz`; None takes the one beside `outputs`, if there is one.

        Raises:
            VerificationError: A file is missing, damaged or something else.
        """
        beside = outputs.parent / 'train.npz'
        if train is None and beside.is_file():
            train = beside
        return cls(
            read_npz(inputs), read_npz(outputs), read_npz(train) if train is not None else {}
        )


def read_npz(path: Path) -> Arrays:
    """Read all arrays of an `.npz`; nothing is ever unpickled.

    Raises:
        VerificationError: The file is missing, damaged, no `.npz`, or holds Python objects.
    """
    try:
        with path.open('rb') as raw:
            if not zipfile.is_zipfile(raw):
                msg = f'{path} is not an .npz file of arrays, as numpy.savez writes it.'
                raise VerificationError(msg)
        with np.load(path, allow_pickle=False) as file:
            return {name: _array(file, name, path) for name in file.files}
    except OSError as error:
        msg = f'Cannot read {path}: {error.strerror or error}.'
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        msg = f'{path} is damaged: {error}.'
    raise VerificationError(msg)


def _array(file: Mapping[str, Any], name: str, path: Path) -> NDArray[Any]:
    try:
        array = file[name]
    except ValueError as error:  # Python objects, or a damaged header
        msg = f'{name} in {path} is not a plain array: {error}'
        raise VerificationError(msg) from None
    if not isinstance(array, np.ndarray):
        msg = f'{name} in {path} is not an array; write the file with numpy.savez.'
        raise VerificationError(msg)
    return array
