# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Strict YAML files → frozen dataclasses: what is unknown or out of range is an error."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as pydantic_dataclass
from typing_extensions import dataclass_transform

from octo_ros.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar('T')


@dataclass_transform(frozen_default=True, kw_only_default=True)
def config_dataclass(cls: type[T]) -> type[T]:
    """Make a frozen, keyword-only dataclass that checks its fields' types and ranges."""
    config = ConfigDict(extra='forbid', allow_inf_nan=False)
    decorate: Callable[[type[T]], Any] = pydantic_dataclass(
        frozen=True, kw_only=True, config=config
    )
    return cast('type[T]', decorate(cls))


def parse(cls: type[T], values: Mapping[str, Any], source: str) -> T:
    """Build `cls` from plain values.

    Args:
        cls: A `config_dataclass`.
        values: What a YAML file holds.
        source: Where the values come from, for messages.

    Raises:
        ConfigError: One line per problem: the key's path, what was found, what is allowed.
    """
    try:
        return TypeAdapter(cls).validate_python(values)
    except ValidationError as error:
        lines = [
            f'  {".".join(str(part) for part in problem["loc"]) or "(file)"}: {problem["msg"]}'
            f' (found {problem["input"]!r:.80})'
            for problem in error.errors()
        ]
        msg = f'{source} is not valid:\n' + '\n'.join(lines)
        raise ConfigError(msg) from None


def load_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML mapping.

    Raises:
        ConfigError: The file is missing, is not YAML, or is not a mapping.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding='utf-8'))
    except OSError as error:
        msg = f'Cannot read {path}: {error.strerror}.'
        raise ConfigError(msg) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        msg = f'{path} is not YAML: {error}'
        raise ConfigError(msg) from None
    if not isinstance(values, dict):
        msg = f'{path} must hold a mapping of keys to values.'
        raise ConfigError(msg)
    return values
