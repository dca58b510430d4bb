# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Several robots in one forward pass.

Windows are computed together where their slots have the same tokens (the same cameras, the same
padding): then they are rows of one batch. What does not fit is a batch of its own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from octo_ros.errors import PolicyError
from octo_ros.model.sampling import Sampling, SamplingNoise
from octo_ros.policy.engines.split_block import KeyValues

if TYPE_CHECKING:
    from octo_ros.policy.engines.base import Turn
    from octo_ros.policy.engines.network import Context, SplitNetwork

# A robot that cannot be served gets the reason; the others are served all the same.
Outcome = NDArray[np.float32] | PolicyError


@dataclass(frozen=True)
class Begun:
    """A window of which everything but the newest slot is computed.

    Attributes:
        network: Who goes on.
        x: Tokens of the newest slot, shape (1, n, D).
        context: What they look at.
    """

    network: SplitNetwork
    x: Tensor
    context: Context

    @property
    def kind(self) -> tuple[object, ...]:
        """Equal for windows that can be rows of one batch."""
        shapes = (tensor.shape for before in self.context for tensor in before)
        return (id(self.network), self.x.shape, *shapes)


@torch.inference_mode()
def act_together(turns: Sequence[Turn]) -> list[Outcome]:
    """Normalised actions of each robot, as its engine's `act` gives them."""
    return _run(turns, announce=False)


@torch.inference_mode()
def warm_up(turns: Sequence[Turn]) -> None:
    """Run windows like those to come, so that nothing is compiled or allocated later.

    A robot may be late, so every number of robots is tried. Windows whose slots are all known are
    announced too: others come once per task, not worth the memory of a graph of their own. Every
    engine must have a task; afterwards all is as before.

    Raises:
        PolicyError: A window cannot be computed.
    """
    with contextlib.ExitStack() as stack:
        for turn in turns:
            stack.enter_context(turn.engine.rehearsal())
        known = all(slot is not None for turn in turns for slot in turn.history)
        for number in range(1, len(turns) + 1):
            for announce in (True, False) if known else (False,):
                for outcome in _run(turns[:number], announce=announce):
                    if isinstance(outcome, PolicyError):
                        raise outcome


def _run(turns: Sequence[Turn], *, announce: bool) -> list[Outcome]:
    outcomes: dict[int, Outcome] = {}
    batches: dict[tuple[object, ...], list[tuple[int, Begun]]] = {}
    for number, turn in enumerate(turns):
        try:
            begun = turn.engine.begin(turn.history, turn.newest)
            if begun is None:
                outcomes[number] = turn.engine.act(turn.history, turn.newest, turn.sampling)
            else:
                batches.setdefault(begun.kind, []).append((number, begun))
        except PolicyError as error:
            outcomes[number] = error
    for batch in batches.values():
        numbers = [number for number, _ in batch]
        network, x, context = _batched([begun for _, begun in batch])
        if announce:
            network.announce(x, context)
        tokens = network.newest(x, context)
        samplings = [turns[number].sampling for number in numbers]
        outcomes |= dict(zip(numbers, _heads(network, tokens, samplings), strict=True))
    return [outcomes[number] for number in range(len(turns))]


def _batched(windows: Sequence[Begun]) -> tuple[SplitNetwork, Tensor, Context]:
    first = windows[0]
    if len(windows) == 1:
        return first.network, first.x, first.context
    context = [
        KeyValues(*(torch.cat(rows) for rows in zip(*layer, strict=True)))
        for layer in zip(*(window.context for window in windows), strict=True)
    ]
    return first.network, torch.cat([window.x for window in windows]), context


def _heads(network: SplitNetwork, tokens: Tensor, samplings: Sequence[Sampling]) -> list[Outcome]:
    """Together if all bring noise and want the same, else one by one: each draws its own."""
    noises = [sampling.noise for sampling in samplings]
    given = [noise for noise in noises if noise is not None]
    same = {replace(sampling, noise=None, generator=None) for sampling in samplings}
    shapes = {noise.initial.shape for noise in given}
    try:
        if len(given) == len(samplings) > 1 and len(same) == len(shapes) == 1:
            noise = SamplingNoise(
                torch.cat([noise.initial for noise in given], dim=-2),
                torch.cat([noise.steps for noise in given], dim=-2),
            )
            chunks = network.head(tokens, replace(samplings[0], noise=noise))
            return [_numbers(chunks[..., row, :, :]) for row in range(len(samplings))]
    except PolicyError as error:
        return [error] * len(samplings)
    return [
        _head(network, tokens[row : row + 1], sampling) for row, sampling in enumerate(samplings)
    ]


def _head(network: SplitNetwork, tokens: Tensor, sampling: Sampling) -> Outcome:
    try:
        return _numbers(network.head(tokens, sampling).squeeze(-3))
    except PolicyError as error:
        return error


def _numbers(chunk: Tensor) -> NDArray[np.float32]:
    return np.asarray(chunk.float().cpu().numpy())
