# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the randomness of the diffusion head comes from, tick by tick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import torch

from octo_ros.errors import PolicyError
from octo_ros.model.head_config import DiffusionHeadConfig
from octo_ros.model.sampling import SamplingNoise

if TYPE_CHECKING:
    from torch import Tensor

    from octo_ros.model.head_config import HeadConfig

# A start this part of an action before a slot's end is at its end: stamps are whole nanoseconds.
_ROUNDING = 1e-3


class NoiseSource(Protocol):
    """Draws the noise of one chunk after the other, for one robot."""

    def draw(self, start_ns: int) -> SamplingNoise:
        """Noise for the chunk whose first action begins at `start_ns` [ns].

        Returns:
            Float32 on the CPU, initial of shape (A,) and steps of shape (T, A) with
            A = action_horizon · action_dim, action_dim fastest. All its numbers are independent
            and normal with mean 0 and variance 1.
        """

    def reset(self) -> None:
        """A new task begins: nothing of the last one may be felt in it."""


def diffusion_head(head: HeadConfig) -> DiffusionHeadConfig:
    """The head, if it is one that takes noise.

    Raises:
        PolicyError: It is another one.
    """
    if not isinstance(head, DiffusionHeadConfig):
        msg = 'Sampling noise is for a diffusion head only; this checkpoint has another one.'
        raise PolicyError(msg)
    return head


class FreshNoise:
    """New noise for every chunk, as the original Octo draws it.

    Args:
        head: Sizes.
        seed: Decides all that is ever drawn.
    """

    def __init__(self, head: DiffusionHeadConfig, seed: int) -> None:
        self._size = head.action_horizon * head.action_dim
        self._steps = head.diffusion_steps
        self._generator = torch.Generator().manual_seed(seed)

    def draw(self, start_ns: int) -> SamplingNoise:
        """See `NoiseSource`; the time does not matter."""
        del start_ns
        return SamplingNoise(
            torch.randn(self._size, generator=self._generator),
            torch.randn(self._steps, self._size, generator=self._generator),
        )

    def reset(self) -> None:
        """Nothing to forget: every draw is independent of those before."""


class CoupledNoise:
    """Noise that belongs to the action, not to the chunk.

    The action that is the second of one chunk and the first of the next gets the same noise in
    both: the noise is shifted by as many action slots as have gone by, and drawn afresh for the
    slots that are new. The shift depends on time alone, so for every chunk the noise is what fresh
    noise is, exactly, and so is the distribution of its actions. Only successive chunks are
    no longer independent: where the policy hesitates between two ways, they choose the same one
    more often, which makes the arm go more smoothly.

    Slots are counted from the first start of a task in steps of `action_dt`; a loop that infers
    more often than that gives the same noise again within a slot.

    Args:
        head: Sizes.
        action_dt: Length of an action slot [s].
        seed: Decides all that is ever drawn, together with the times.
    """

    def __init__(self, head: DiffusionHeadConfig, action_dt: float, seed: int) -> None:
        self._horizon = head.action_horizon
        self._slot_shape = (1 + head.diffusion_steps, head.action_dim)
        self._slot_ns = action_dt * 1e9
        self._generator = torch.Generator().manual_seed(seed)
        self._slots: list[Tensor] = []
        self._origin_ns = 0
        self._first_slot = 0

    @classmethod
    def of(cls, head: HeadConfig, action_dt: float, seed: int) -> CoupledNoise:
        """For any network's head.

        Raises:
            PolicyError: It is no diffusion head.
        """
        return cls(diffusion_head(head), action_dt, seed)

    def draw(self, start_ns: int) -> SamplingNoise:
        """See `NoiseSource`; a start before that of the last draw begins anew."""
        if not self._slots:
            self._origin_ns, self._first_slot = start_ns, 0
        slot = int((start_ns - self._origin_ns) / self._slot_ns + _ROUNDING)
        if start_ns < self._origin_ns or slot < self._first_slot:
            self.reset()
            return self.draw(start_ns)
        gone = slot - self._first_slot
        self._slots = self._slots[gone:]
        self._first_slot = slot
        while len(self._slots) < self._horizon:
            self._slots.append(torch.randn(self._slot_shape, generator=self._generator))
        # (H, 1 + T, D) → (1 + T, H · D), action_dim fastest.
        noise = torch.stack(self._slots, dim=1).flatten(1)
        return SamplingNoise(noise[0], noise[1:])

    def reset(self) -> None:
        """Forget the noise of the last chunk."""
        self._slots = []
