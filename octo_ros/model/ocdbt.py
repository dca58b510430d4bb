# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Weights in the database (OCDBT) that newer versions of orbax write; read with orbax's own help.

Orbax, and JAX with it, is needed for nothing else, so it is no dependency of this package.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.errors import CheckpointError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CONVERT = (
    'Convert it once, on any machine: "pip install orbax-checkpoint", then "python -c \'from '
    'octo_ros.model import resave_octo; resave_octo("{directory}", "NEW_DIRECTORY", '
    'step={step})\'"; or keep orbax-checkpoint installed, and it is read directly.'
)


def iterate_ocdbt(folder: Path) -> Iterator[tuple[str, NDArray]]:
    """Read the arrays of `<step>/default`.

    Args:
        folder: It holds `manifest.ocdbt`.

    Yields:
        Keys joined by '/', and the array. All are in memory from the start; each is given up when
        its turn is over.

    Raises:
        CheckpointError: Orbax is not installed, the database is damaged, or it holds something
            else than arrays.
    """
    try:
        import jax  # type: ignore[import-not-found]
        import orbax.checkpoint  # type: ignore[import-not-found]
    except ImportError:
        directory, step = folder.parent.parent, folder.parent.name
        msg = (
            f"{folder} is in orbax's OCDBT layout, which only orbax can read, and it is not "
            f'installed. {_CONVERT.format(directory=directory, step=step)}'
        )
        raise CheckpointError(msg) from None
    try:
        checkpointer = orbax.checkpoint.PyTreeCheckpointer()
        found = checkpointer.metadata(folder.absolute())
        found = getattr(found, 'item_metadata', found)  # since orbax 0.7
        tree = getattr(found, 'tree', found)
        arguments = jax.tree.map(
            lambda _: orbax.checkpoint.RestoreArgs(restore_type=np.ndarray), tree
        )
        restored = checkpointer.restore(folder.absolute(), restore_args=arguments)
    except Exception as error:  # of orbax, tensorstore and JAX: their own and Python's
        reason = next(iter(str(error).strip().splitlines()), '') or type(error).__name__
        msg = f'{folder} is damaged: orbax cannot read it ({reason:.300}).'
        raise CheckpointError(msg) from None
    arrays = dict(_flat('', restored, folder))
    del restored
    for name in list(arrays):
        yield name, arrays.pop(name)


def _flat(parent: str, node: Any, folder: Path) -> Iterator[tuple[str, NDArray]]:  # noqa: ANN401
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _flat(f'{parent}/{key}' if parent else str(key), value, folder)
    elif isinstance(node, np.ndarray) and node.dtype.kind in 'fiub':
        yield parent, node
    elif isinstance(node, np.ndarray) and node.dtype.name == 'bfloat16':
        yield parent, node.astype(np.float32)
    else:
        msg = f'{folder} holds no array at {parent or "its root"}, but a {type(node).__name__}.'
        raise CheckpointError(msg)
