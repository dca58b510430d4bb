# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How `config.json` describes a part of the network: {module, name, args, kwargs}."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from octo_ros.config import config_dataclass
from octo_ros.errors import ConfigError

Shapes = Mapping[str, tuple[int, ...]]


@config_dataclass
class ModuleSpec:
    """A class of the original and the arguments that it was made with.

    Attributes:
        module: Where the class is.
        name: Its name.
        args: Fixed: none.
        kwargs: Arguments; those left out take the class's defaults.
    """

    module: str
    name: str
    args: tuple[()] = ()
    kwargs: dict[str, Any]

    def check_name(self, where: str, known: Iterable[str]) -> None:
        """Refuse a class that octo_ros does not have.

        Raises:
            ConfigError: The name is not among the known ones.
        """
        if self.name not in known:
            msg = f'{where} is a {self.module}:{self.name}; supported: {", ".join(known)}.'
            raise ConfigError(msg)


def matching(patterns: Iterable[str], keys: Iterable[str]) -> tuple[str, ...]:
    """Keys at whose start any of the regular expressions matches, sorted."""
    return tuple(sorted(key for key in keys if any(re.match(p, key) for p in patterns)))


def keys_of(example: Shapes, part: str) -> tuple[str, ...]:
    """Keys of the example batch's arrays directly in `observation` or `task`."""
    parents = (path.rpartition('/') for path in example)
    return tuple(key for parent, _, key in parents if parent == part)


def shape_of(example: Shapes, path: str, ndim: int) -> tuple[int, ...]:
    """Shape of an array of the example batch.

    Raises:
        ConfigError: It is missing or has another number of axes.
    """
    shape = example.get(path, ())
    if len(shape) != ndim:
        found = f'is {shape}' if shape else 'is missing'
        msg = f'{path} of the example batch {found}; it must have {ndim} axes.'
        raise ConfigError(msg)
    return shape
