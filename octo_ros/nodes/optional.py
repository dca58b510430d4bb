# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Messages of robot drivers, needed only where such a robot is."""

from __future__ import annotations

import importlib
from typing import Any

from octo_ros.errors import RosError


def optional(module: str, name: str) -> Any:  # noqa: ANN401 - a generated class
    """A generated class of a package that need not be installed.

    Args:
        module: Like `franka_msgs.msg`.
        name: Of the class.

    Raises:
        RosError: The package is not installed; the message names it.
    """
    package = module.split('.', maxsplit=1)[0]
    try:
        return getattr(importlib.import_module(module), name)
    except ImportError:
        msg = f"This robot's driver needs the package {package}: install it, or give sim:=true."
        raise RosError(msg) from None
