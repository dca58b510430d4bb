# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Other inputs for the same network, made from those of the base case.

An output named `<variant>/<name>` is `<name>` computed from the variant's inputs. Where the inputs
hold `<variant>/<input>`, that array replaces the one that the rule made. Two variants change the
network instead: `correct_attention` its mask, `obs_pool` the group that its head reads (all
observation tokens). A rule may have several readings, where references differ; an array passes if
it is that of one of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from octo_ros.verification.reference import Arrays
from octo_ros.verification.scene import Scene

Rule = Callable[[Arrays], Arrays]

_PAD_MASKS = 'observation/pad_mask_dict/'
_TIMESTEPS = 'observation/timestep_pad_mask'
_LANGUAGE = 'task/language_instruction'
_LANGUAGE_FLAG = 'task/pad_mask_dict/language_instruction'
_FRAME_AXES = 5  # batch, window, height, width, channels
_GOAL_AXES = 4
_GROUP = re.compile(r'(task|obs|readout)(_[^/]+)?/(tokens|mask)')
_NO_GOAL = re.compile(r'no_goal_(\w+)')  # of that camera


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
        variant, local = (first, rest) if rest and is_variant(first) else ('', name)
        return cls(variant, f'transformer/{local}' if _GROUP.fullmatch(local) else local)


@dataclass(frozen=True)
class Reading:
    """One way to understand a variant.

    Attributes:
        label: What it is in words; empty for the first.
        scene: Its inputs.
    """

    label: str
    scene: Scene


def is_variant(name: str) -> bool:
    """Whether the first part of a name says that it belongs to a variant."""
    return name in VARIANTS or _NO_GOAL.fullmatch(name) is not None


def readings(inputs: Arrays, variant: str) -> Iterator[Reading]:
    """The scenes of a variant, likeliest first, or that of the base case for the empty name."""
    base = {
        name: array for name, array in inputs.items() if not is_variant(name.partition('/')[0])
    }
    if not variant:
        yield Reading('', Scene(base))
        return
    own = f'{variant}/'
    replaced = {
        name.removeprefix(own): array for name, array in inputs.items() if name.startswith(own)
    }
    seen: list[Arrays] = []
    for label, rule in (('', _rule(variant)), *_OTHER_READINGS.get(variant, ())):
        arrays = {**rule(base), **replaced}
        if any(_equal(arrays, other) for other in seen):
            continue
        seen.append(arrays)
        yield Reading(
            label,
            Scene(
                arrays,
                correct_attention=variant == 'correct_attention',
                readout_key='obs' if variant == 'obs_pool' else '',
            ),
        )


def _rule(variant: str) -> Rule:
    one = _NO_GOAL.fullmatch(variant)
    if variant in VARIANTS or one is None:
        return VARIANTS[variant]
    image = f'task/image_{one[1]}'
    return lambda inputs: {name: array for name, array in inputs.items() if name != image}


def _equal(some: Arrays, other: Arrays) -> bool:
    return some.keys() == other.keys() and all(
        array is other[name] or np.array_equal(array, other[name]) for name, array in some.items()
    )


def _goal_variant(inputs: Arrays) -> Arrays:
    """Goal images only: the instruction is hidden."""
    batch = next((array.shape[0] for name, array in inputs.items() if _batched(name, array)), 0)
    return {**inputs, _LANGUAGE_FLAG: np.zeros(batch, np.bool_)}


def _goal_variant_without_words(inputs: Arrays) -> Arrays:
    """As a task of goal images is made: with the empty instruction, which is T5's end mark."""
    result = dict(_goal_variant(inputs))
    for name in (f'{_LANGUAGE}/input_ids', f'{_LANGUAGE}/attention_mask'):
        if name in inputs and inputs[name].ndim == 2:
            result[name] = np.zeros_like(inputs[name])
            result[name][:, 0] = 1
    return result


def _padded_first(inputs: Arrays) -> Arrays:
    """The first step of the window is padding."""
    shape = next(
        (a.shape[:2] for name, a in inputs.items() if _batched(name, a) and a.ndim > 1), (0, 0)
    )
    mask = np.array(inputs.get(_TIMESTEPS, np.ones(shape, np.bool_)))
    if mask.ndim == 2:
        mask[:, 0] = False
    return {**inputs, _TIMESTEPS: mask}


def _padded_first_only(inputs: Arrays) -> Arrays:
    """The first step is the only padding."""
    return _padded_first({n: array for n, array in inputs.items() if n != _TIMESTEPS})


def _padded_first_all_cameras(inputs: Arrays) -> Arrays:
    """The first step is the only padding, and all cameras are there."""
    kept = {n: array for n, array in inputs.items() if not n.startswith(_PAD_MASKS)}
    return _padded_first_only(kept)


def _window1(inputs: Arrays) -> Arrays:
    """Only the last frame, and the noise of the last frame."""

    def cut(name: str, array: np.ndarray) -> np.ndarray:
        if _batched(name, array) or (name == 'proprio_raw' and array.ndim > 2):
            return array[:, -1:]
        noise = name.startswith(('eps/', 'sample/')) and array.ndim > 2
        noise = noise and name != 'sample/gumbel_noise'  # it has no axis of timesteps
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


VARIANTS: dict[str, Rule] = {
    'goal_variant': _goal_variant,
    'padded_first': _padded_first,
    'window1': _window1,
    'primary_only': _primary_only,
    'no_goal': _no_goal,
    'correct_attention': _same,
    'obs_pool': _same,
}

_OTHER_READINGS: dict[str, tuple[tuple[str, Rule], ...]] = {
    'goal_variant': (('with the empty instruction', _goal_variant_without_words),),
    'padded_first': (
        ('with no other padding', _padded_first_only),
        ('with no other padding and all cameras', _padded_first_all_cameras),
    ),
}
