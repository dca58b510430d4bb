# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The flags of RLDS: where an episode begins, ends and is over, reward and discount."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from octo_ros.data.rlds.episode import RecordedEpisode

FLAGS = ('is_first', 'is_last', 'is_terminal', 'reward', 'discount')


def flag_problems(episode: RecordedEpisode) -> Iterator[tuple[str, str]]:
    """Code and sentence of every flag that breaks a rule of RLDS.

    A flag that the dataset does not declare breaks none: Octo reads none of them.
    """
    last = episode.steps - 1
    for key, place, name in (('is_first', 0, 'first'), ('is_last', last, 'last')):
        if episode.has(key):
            at = np.flatnonzero(episode.array(key)).tolist()
            if at != [place]:
                yield key, (f'{episode.place}: {key} is set {_where(at)}, not at the {name} step.')
    if episode.has('is_terminal'):
        at = np.flatnonzero(episode.array('is_terminal')).tolist()
        if at and at != [last]:
            text = f'{episode.place}: is_terminal is set {_where(at)}, not only at the last step.'
            yield 'is_terminal', text
    if episode.has('reward') and not np.isfinite(episode.array('reward')).all():
        yield 'reward', f'{episode.place}: a reward is not finite.'
    if episode.has('discount'):
        values = episode.array('discount')
        if not ((values >= 0) & (values <= 1)).all():
            yield 'discount', f'{episode.place}: a discount does not lie in 0 .. 1.'


def _where(steps: list[int]) -> str:
    if not steps:
        return 'nowhere'
    shown = ', '.join(map(str, steps[:4]))
    return f'at step {shown}' + (f' and {len(steps) - 4} more' if len(steps) > 4 else '')
