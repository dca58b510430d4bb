# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Who attends to whom.

The sequence is [task groups], then per timestep [observation groups, repeated task groups,
readouts]. With t' ≤ t on timesteps, and the task before all of them: task → task; observation →
task, observations at t'; readout → task, observations at t', its own group at t'. Inside a
timestep attention is full. On top of these rules a group's mask hides its tokens from every query.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from octo_ros.model.batch import TokenGroup


def attention_mask(
    prefix: Sequence[TokenGroup], timesteps: Sequence[TokenGroup], *, correct: bool
) -> Tensor:
    """Which key columns each query row may see.

    Args:
        prefix: Task groups, tokens (B, n, D).
        timesteps: Groups of a timestep, tokens (B, W, n, D).
        correct: False reproduces v1.0, see `_labels`.

    Returns:
        bool, shape (B, 1, N, N); the one axis is for the heads. A row without any visible key is
        possible.
    """
    window = timesteps[0].mask.shape[1]
    device = timesteps[0].mask.device
    step_labels = _labels([group.mask.shape[2] for group in timesteps], correct)
    n_prefix = len(prefix)
    labels = _labels([group.mask.shape[1] for group in prefix], correct)
    times = [-1] * len(labels)
    for t in range(window):
        labels += [n_prefix + label for label in step_labels]
        times += [t] * len(step_labels)
    label = torch.tensor(labels, device=device)
    time = torch.tensor(times, device=device)
    rules = _rules(n_prefix, [group.name for group in timesteps]).to(device)
    allowed = rules[label[:, None], label[None, :]] & (time[None, :] <= time[:, None])  # (N, N)
    visible = [group.mask for group in prefix]
    visible.append(torch.cat([group.mask for group in timesteps], dim=2).flatten(1))
    return allowed & torch.cat(visible, dim=1)[:, None, None, :]


def _labels(sizes: Sequence[int], correct: bool) -> list[int]:
    """Group number of each token.

    The code that made the v1.0 checkpoints looked groups up on the wrong side of their borders:
    the first token of each group but the first counts as a member of the group before it. They
    were trained so.
    """
    labels = [number for number, size in enumerate(sizes) for _ in range(size)]
    if not correct:
        for start in itertools.accumulate(sizes[:-1]):
            labels[start] -= 1
    return labels


def _rules(n_prefix: int, names: Sequence[str]) -> Tensor:
    """Query group × key group → may attend, timesteps aside; bool, shape (G, G)."""
    n = n_prefix + len(names)
    rules = torch.zeros(n, n, dtype=torch.bool)
    rules[:, :n_prefix] = True
    for key, name in enumerate(names, start=n_prefix):
        if name.startswith('readout_'):
            rules[key, key] = True
        else:
            rules[n_prefix:, key] = True
    return rules
