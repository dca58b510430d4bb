# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The instructions that the simulator understands, and a judge of whether they were done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.errors import PolicyError

if TYPE_CHECKING:
    from octo_ros.sim.layout import Layout
    from octo_ros.sim.scene import Block, Scene

_REACHED = 0.025  # m between TCP and block centre
_HELD = 0.03  # m
_LIFTED = 0.05  # m above where it rests on the table
_RESTING = 0.004  # m between a block's lower face and what it lies on
_UPRIGHT = np.cos(np.deg2rad(5.0))
_RELEASED = 0.8  # opening


class TaskKind(Enum):
    """What is to be done with a block; the value is the sentence, to be filled with its colour."""

    REACH = 'reach the {} block'
    PICK_UP = 'pick up the {} block'
    PUT_IN_BIN = 'put the {} block in the bin'


@dataclass(frozen=True)
class SimTask:
    """One thing to do with one block.

    Attributes:
        kind: What to do.
        color: The block's colour.
    """

    kind: TaskKind
    color: str

    @property
    def instruction(self) -> str:
        """The task in words."""
        return self.kind.value.format(self.color)


_THE = r'(?:(?:the|a|an) )?'
_BLOCK = _THE + r'([a-z]+) (?:block|cube)'
_PATTERNS = {
    TaskKind.REACH: rf'reach (?:for )?{_BLOCK}',
    TaskKind.PICK_UP: rf'pick (?:up {_BLOCK}|{_BLOCK} up)',
    TaskKind.PUT_IN_BIN: rf'(?:put|place) {_BLOCK} (?:in|into|inside) {_THE}bin',
}


def parse_instruction(text: str, colors: tuple[str, ...] = ('red', 'green', 'blue')) -> SimTask:
    """Understand an instruction, whatever its case, articles and blanks.

    Args:
        text: `Put the red block in the bin.`
        colors: Colours of the blocks that exist.

    Raises:
        PolicyError: The text means nothing here; the message lists what does.
    """
    words = ' '.join(text.lower().split()).rstrip(' .!')
    for kind, pattern in _PATTERNS.items():
        match = re.fullmatch(pattern, words)
        color = next(filter(None, match.groups()), None) if match else None
        if color in colors:
            return SimTask(kind, color)
    sentences = ', '.join(f"'{kind.value.format('<colour>')}'" for kind in TaskKind)
    msg = (
        f'The simulator does not understand {text!r}. It understands {sentences},'
        f' where <colour> is {" or ".join(colors)}.'
    )
    raise PolicyError(msg)


def all_instructions(layout: Layout) -> tuple[str, ...]:
    """Every instruction that makes sense for the blocks of a layout."""
    colors = layout.blocks.colors
    return tuple(SimTask(kind, color).instruction for kind in TaskKind for color in colors)


def succeeded(task: SimTask, scene: Scene) -> bool:
    """Whether the scene shows the task done; judged on geometry alone.

    Reached: the TCP within 2.5 cm of the centre of the block, which rests on the table or in the
    bin. Picked up: the block more than 5 cm above the table, and at the TCP. In the bin: the block
    rests on the bin's floor between its walls, and the gripper is open and away.

    Raises:
        UnknownNameError: There is no block of that colour.
    """
    block = scene.block(task.color)
    distance = float(np.linalg.norm(block.pose.position - scene.tcp_pose.position))
    in_bin = scene.bin.holds(block.pose.position) and _rests_on(block, scene.bin.floor)
    if task.kind is TaskKind.REACH:
        return distance <= _REACHED and (in_bin or _rests_on(block, 0.0))
    if task.kind is TaskKind.PICK_UP:
        return distance <= _HELD and float(block.pose.position[2]) - block.size / 2 > _LIFTED
    return in_bin and scene.gripper_opening >= _RELEASED and distance > _HELD


def _rests_on(block: Block, height: float) -> bool:
    """Whether a block lies, flat, on a plane at `height` [m]."""
    flat = np.abs(block.pose.rotation[2]).max() >= _UPRIGHT
    lower_face = block.pose.position[2] - block.size / 2
    return bool(flat and abs(lower_face - height) <= _RESTING)
