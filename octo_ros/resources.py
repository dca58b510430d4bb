# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the shipped files (config, launch) lie: a source tree or an installed share directory."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from octo_ros.errors import ConfigError


def share_directory() -> Path:
    """The directory that holds `config/` and `launch/`.

    A source checkout wins over an installed package, so that an edit takes effect at once.

    Raises:
        ConfigError: Neither is there.
    """
    checkout = Path(__file__).resolve().parents[1]
    prefixes = [p for p in os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep) if p]
    candidates = [checkout, *(Path(p) / 'share/octo_ros' for p in (*prefixes, sys.prefix))]
    for candidate in candidates:
        if (candidate / 'config/robots').is_dir():
            return candidate
    msg = (
        'No config/robots directory found; looked in '
        + ', '.join(str(c) for c in candidates)
        + '.'
    )
    raise ConfigError(msg)
