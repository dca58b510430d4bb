# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What differs between two trees of values, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SHOWN = 5
ABSENT = 'nothing'


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """One sentence part per value that differs: `cameras.image_wrist.height is 128, now 64`."""
    before, now = _flat('', old), _flat('', new)
    return [
        f'{key} is {before.get(key, ABSENT)}, now {now.get(key, ABSENT)}'
        for key in (*before, *(key for key in now if key not in before))
        if before.get(key, ABSENT) != now.get(key, ABSENT)
    ]


def in_words(found: list[str]) -> str:
    """The first few, and how many more."""
    more = len(found) - SHOWN
    return '; '.join(found[:SHOWN]) + (f'; and {more} more' if more > 0 else '')


def _flat(prefix: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    if isinstance(value, Mapping) and value:
        return {
            key: leaf
            for name, below in value.items()
            for key, leaf in _flat(f'{prefix}.{name}' if prefix else str(name), below).items()
        }
    return {prefix: value}
