# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Apache Beam, which only conversions past one machine need."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from octo_ros.errors import ConfigError


def beam_module(name: str = '') -> Any:  # noqa: ANN401 - an optional package without types
    """A module of Apache Beam: `io.filesystems`, or the package itself.

    Raises:
        ConfigError: It is not installed.
    """
    try:
        return import_module(f'apache_beam.{name}' if name else 'apache_beam')
    except ModuleNotFoundError as error:
        msg = (
            'Apache Beam is not installed, which --runner and outputs like gs://bucket need: '
            "pip install 'octo_ros[beam]'."
        )
        raise ConfigError(msg) from error
