# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One decoded message of a bag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class BagMessage:
    """One message.

    Attributes:
        topic: Its topic.
        received_ns: When it arrived at the recorder [ns].
        stamp_ns: When it was measured: header stamp, else `received_ns`.
        value: The message itself; field names as in its definition.
    """

    topic: str
    received_ns: int
    stamp_ns: int
    value: Any
