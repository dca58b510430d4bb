# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of inputs: the forms that references use, and the one that the network is fed by.

Octo 1.0 says `observation/pad_mask` and `tasks/…`; goal images appear under many names. An image
is known by the last part of its name and its axes: four are a goal, five a window of frames.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Any

from numpy.typing import NDArray

from octo_ros.verification.reference import Arrays

_FRAME_AXES = 5  # batch, window, height, width, channels
_GOAL_AXES = 4
_GROUPS = {'observations': 'observation', 'obs': 'observation', 'tasks': 'task'}
_GOALS = ('goal', 'goals')
_IMAGE = re.compile(r'(?:goal_)?(image_\w+)')
_LANGUAGE = re.compile(r'(?:.*/)?(?:language_instruction/)?(input_ids|attention_mask)')
_FLAG = re.compile(r'(?:.*/)?pad_mask_dict/(\w+)')
_OTHER = {
    'observation/pad_mask': 'observation/timestep_pad_mask',
    'pad_mask': 'observation/timestep_pad_mask',
    'timestep_pad_mask': 'observation/timestep_pad_mask',
    'observation/proprio_raw': 'proprio_raw',
}


def canonical_names(inputs: Arrays, variants: Container[str]) -> dict[str, str]:
    """The names of the inputs in the form that scenes are made from, by their own names.

    Where two inputs mean the same, the one that has that form already wins; the other keeps its
    name.

    Args:
        inputs: As stored.
        variants: First parts of names that make a variant.
    """
    names = {name: _canonical(name, array, variants) for name, array in inputs.items()}
    taken = {name for name, canonical in names.items() if name == canonical}
    result = {}
    for name, canonical in names.items():
        free = canonical not in taken or name == canonical
        result[name] = canonical if free else name
        taken.add(canonical)
    return result


def renamed(inputs: Arrays, names: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    """The inputs under their canonical names."""
    return {names[name]: array for name, array in inputs.items()}


def _canonical(name: str, array: NDArray[Any], variants: Container[str]) -> str:
    first, _, rest = name.partition('/')
    if first in _GOALS and rest:
        return f'goal_variant/{_local(rest, array)}'
    if first in variants and rest:
        return f'{first}/{_local(rest, array)}'
    return _local(name, array)


def _local(name: str, array: NDArray[Any]) -> str:
    first, _, rest = name.partition('/')
    if rest and first in _GROUPS:
        name = f'{_GROUPS[first]}/{rest}'
    image = _IMAGE.fullmatch(name.rpartition('/')[2])
    if image and array.ndim in (_GOAL_AXES, _FRAME_AXES):
        return f'{"task" if array.ndim == _GOAL_AXES else "observation"}/{image[1]}'
    if name in _OTHER:
        return _OTHER[name]
    language = _LANGUAGE.fullmatch(name)
    if language and array.ndim == 2:
        return f'task/language_instruction/{language[1]}'
    flag = _FLAG.fullmatch(name)
    if flag and array.ndim in (1, 2):
        return f'{"task" if array.ndim == 1 else "observation"}/pad_mask_dict/{flag[1]}'
    return name
