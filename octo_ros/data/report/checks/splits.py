# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The splits that Octo's loader looks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured

READ = ('train', 'val')
FEW_EPISODES = 11  # with fewer, the 5 % that Octo takes for validation are none


def check_splits(measured: Measured) -> Iterator[Finding]:
    """`train` and `val` must be there; other names are never read."""
    splits = {name: count for name, count in measured.facts.split_episodes.items() if count}
    if 'train' not in splits:
        yield Finding(
            Severity.ERROR,
            'no_train_split',
            (),
            'There is no episode in the split train.',
            'at least 1',
            'Convert more bags.',
        )
    if 'val' not in splits:
        few = splits.get('train', 0) < FEW_EPISODES
        yield Finding(
            Severity.ERROR if few else Severity.WARNING,
            'no_val_split',
            (),
            'There is no episode in the split val; '
            + (
                f'with fewer than {FEW_EPISODES} episodes Octo finds nothing to validate on and '
                'stops.'
                if few
                else 'Octo takes the last 5 % of train instead.'
            ),
            'at least 1',
            'Convert with --val.',
        )
    ignored = tuple(name for name in splits if name not in READ)
    if ignored:
        yield Finding(
            Severity.WARNING,
            'split_ignored',
            ignored,
            f'Octo reads the splits {" and ".join(READ)} only.',
            remedy='Rename the split.',
        )
