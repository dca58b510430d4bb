# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Message classes by name, and their full definitions as bags store them."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

from octo_ros.errors import RosError

SEPARATOR = '=' * 80


def message_class(type_name: str) -> Any:  # noqa: ANN401 - a generated message class
    """The Python class of a type such as `sensor_msgs/msg/Image`.

    Raises:
        RosError: The package is not installed.
    """
    package, kind, name = type_name.split('/')
    try:
        return getattr(importlib.import_module(f'{package}.{kind}'), name)
    except (ImportError, AttributeError):
        msg = f'Message type {type_name} is unknown: install {package}, or leave its topic out.'
        raise RosError(msg) from None


def message_definition(type_name: str) -> str:
    """The definition of a type and of all types that it uses, as rosbag2 writes them."""
    texts: list[str] = []
    done: set[str] = set()
    queue = [type_name]
    while queue:
        current = queue.pop(0)
        if current in done:
            continue
        done.add(current)
        text = _text(current)
        package, _, short = current.split('/')
        texts.append(text if not texts else f'{SEPARATOR}\nMSG: {package}/{short}\n{text}')
        queue += _used(text, package)
    return '\n'.join(texts)


def _text(type_name: str) -> str:
    from ament_index_python.packages import PackageNotFoundError, get_package_share_directory

    package, kind, name = type_name.split('/')
    try:
        path = Path(get_package_share_directory(package)) / kind / f'{name}.msg'
        return path.read_text()
    except (PackageNotFoundError, LookupError, OSError):
        msg = f'The definition of {type_name} is not installed: install {package}.'
        raise RosError(msg) from None


def _used(text: str, package: str) -> list[str]:
    found = []
    for line in text.splitlines():
        match = re.match(r'\s*([A-Za-z][\w/]*)', line)
        if not match:
            continue
        name = match.group(1)
        if '/' in name:
            parts = name.split('/')
            found.append(f'{parts[0]}/msg/{parts[-1]}')
        elif name[0].isupper():
            found.append(f'{package}/msg/{name}')
    return found
