# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bags of which a part could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING

from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured


def check_losses(measured: Measured) -> Iterator[Finding]:
    """What a salvaged bag lost."""
    for bag in measured.facts.bags:
        if bag.losses:
            yield Finding(
                Severity.WARNING,
                'bag_damaged',
                (PurePath(bag.path).name,),
                f'{bag.losses.lost_messages} messages and {bag.losses.unreadable_bytes} bytes of '
                f'a damaged bag are lost. {" ".join(bag.losses.sentences)}',
                remedy='The rest was converted. Check the episodes near the damage.',
            )
