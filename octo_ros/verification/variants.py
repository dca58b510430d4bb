# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Other inputs for the same network, made from those of the base case.

An output named `<variant>/<name>` is `<name>` computed from the variant's inputs. Where the inputs
hold `<variant>/<input>`, that array replaces the one that the rule made. Two variants change the
network instead: `correct_attention` its mask, `obs_pool` the group that its head reads (all
observation tokens).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from octo_ros.verification.reference import Arrays
from octo_ros.verification.scene import Scene

_PAD_MASKS = 'observation/pad_mask_dict/'
_TIMESTEPS = 'observation/timestep_pad_mask'
_LANGUAGE_FLAG = 'task/pad_mask_dict/language_instruction'
_FRAME_AXES = 5  # batch, window, height, width, channels
_GOAL_AXES = 4
_GROUP = re.compile(r'(task|obs|readout)(_[^/]+)?/(tokens|mask)')


@dataclass(frozen=True)
class OutputName:
    """Which array of which variant.

    Attributes:
        variant: Key of `VARIANTS`; empty for the base case.
        local: Name within it, `transformer/readout_action/tokens`.
    """

    variant: str
    local: str

    @classmethod
    def parse(cls, name: str) -> OutputName:
        """Split off the variant; `readout_action/tokens` is short for `transformer/…`."""
        first, _, rest = name.partition('/')
        variant, local = (first, rest) if first in VARIANTS else ('', name)
        return cls(variant, f'transformer/{local}' if _GROUP.fullmatch(local) else local)


def variant_scene(inputs: Arrays, variant: str) -> Scene:
    """The scene of a variant, or of the base case for the empty name."""
    base = {
        name: array for name, array in inputs.items() if name.partition('/')[0] not in VARIANTS
    }
    if not variant:
        return Scene(base)
    own = f'{variant}/'
    replaced = {
        name.removeprefix(own): array for name, array in inputs.items() if name.startswith(own)
    }
    return Scene(
        {**VARIANTS[variant](base), **replaced},
        correct_attention=variant == 'correct_attention',
        readout_key='obs' if variant == 'obs_pool' else '',
    )


def _goal_variant(inputs: Arrays) -> Arrays:
    """Goal images only: the instruction is hidden."""
    batch = next((array.shape[0] for name, array in inputs.items() if _batched(name, array)), 0)
    return {**inputs, _LANGUAGE_FLAG: np.zeros(batch, np.bool_)}


def _padded_first(inputs: Arrays) -> Arrays:
    """The first step of the window is padding."""
    shape = next(
        (a.shape[:2] for name, a in inputs.items() if _batched(name, a) and a.ndim > 1), (0, 0)
    )
    mask = np.array(inputs.get(_TIMESTEPS, np.ones(shape, np.bool_)))
    if mask.ndim == 2:
        mask[:, 0] = False
    return {**inputs, _TIMESTEPS: mask}


def _window1(inputs: Arrays) -> Arrays:
    """Only the last frame, and the noise of the last frame."""

    def cut(name: str, array: np.ndarray) -> np.ndarray:
        if _batched(name, array):
            return array[:, -1:]
        noise = name.startswith(('eps/', 'sample/')) and array.ndim > 2
        return array[..., -1:, :] if noise else array

    return {name: cut(name, array) for name, array in inputs.items()}


def _primary_only(inputs: Arrays) -> Arrays:
    """No other image than `image_primary`, and no pad masks of images at all."""
    return {
        name: array
        for name, array in inputs.items()
        if not name.startswith(_PAD_MASKS)
        and not (_is_image(name, array) and name != 'observation/image_primary')
    }


def _no_goal(inputs: Arrays) -> Arrays:
    """No goal images; the network takes all-zero ones."""
    return {
        name: array
        for name, array in inputs.items()
        if not (name.startswith('task/') and array.ndim == _GOAL_AXES)
    }


def _same(inputs: Arrays) -> Arrays:
    """The same inputs: the network is what differs."""
    return inputs


def _batched(name: str, array: np.ndarray) -> bool:
    """Whether it is an observation, whose first axes are batch and window."""
    return name.startswith('observation/') and array.ndim > 1


def _is_image(name: str, array: np.ndarray) -> bool:
    return name.startswith('observation/') and array.ndim == _FRAME_AXES


VARIANTS: dict[str, Callable[[Arrays], Arrays]] = {
    'goal_variant': _goal_variant,
    'padded_first': _padded_first,
    'window1': _window1,
    'primary_only': _primary_only,
    'no_goal': _no_goal,
    'correct_attention': _same,
    'obs_pool': _same,
}
