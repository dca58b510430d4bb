# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where actions may come from, and on which topic they are looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from octo_ros.data.conversion.request import Topics

ActionSource = Literal[
    'achieved_pose',
    'command_delta',
    'command_velocity',
    'command_pose',
    'executed',
    'joint',
    'joint_delta',
]
ACTION_SOURCES: tuple[ActionSource, ...] = get_args(ActionSource)
POLICY_TOPIC = '/octo/action'
EXECUTED_TOPIC = '/octo_safety/executed_action'
# Those that take the motion from commands.
COMMANDED: tuple[ActionSource, ...] = (
    'command_delta',
    'command_velocity',
    'command_pose',
    'executed',
)


def command_topic(source: ActionSource, topics: Topics) -> str:
    """The topic of a source's commands: the one that was named, else that of this package.

    What the safety filter executed has a topic of its own, which stands in for that of the policy.
    """
    own = EXECUTED_TOPIC if source == 'executed' else POLICY_TOPIC
    return topics.commands or topics.own(own)
