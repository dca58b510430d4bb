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
    """What salvaged bags lost."""
    damaged = [bag for bag in measured.facts.bags if bag.losses]
    damaged.sort(key=lambda bag: -bag.losses.unreadable_bytes)
    if damaged:
        yield Finding(
            Severity.WARNING,
            'bag_damaged',
            tuple(PurePath(bag.path).name for bag in damaged),
            f'{sum(bag.losses.lost_messages for bag in damaged)} messages and '
            f'{sum(bag.losses.unreadable_bytes for bag in damaged)} bytes of damaged bags are '
            f'lost. {damaged[0].losses.sentences[0]}',
            remedy='The rest was converted. Check the episodes near the damage; the table of '
            'topics tells all of it.',
        )
