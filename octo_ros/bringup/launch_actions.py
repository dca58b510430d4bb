# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The one description of the system as actions of ROS 2's launch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launch.actions import (
    DeclareLaunchArgument,
    EmitEvent,
    ExecuteProcess,
    OpaqueFunction,
    RegisterEventHandler,
)
from launch.event_handlers import OnProcessExit
from launch.events import Shutdown
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from octo_ros.bringup.arguments import ARGUMENTS, options_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from launch.action import Action

    from launch import LaunchContext
    from octo_ros.bringup.graph import NodeSpec, SystemOptions


def declare(*names: str, **defaults: str) -> list[DeclareLaunchArgument]:
    """Declarations of the named arguments, with other defaults where given."""
    return [
        DeclareLaunchArgument(
            name,
            # No default: launch then demands the argument.
            default_value=defaults.get(name, ARGUMENTS[name][0]),
            description=ARGUMENTS[name][1],
        )
        for name in names
    ]


def start(choose: Callable[[SystemOptions], Iterable[NodeSpec]], *names: str) -> OpaqueFunction:
    """Start what `choose` makes of the arguments `names`."""

    def build(context: LaunchContext) -> list[Action]:
        values = {name: LaunchConfiguration(name).perform(context) for name in names}
        return actions(tuple(choose(options_of(values))))

    return OpaqueFunction(function=build)


def actions(specs: Sequence[NodeSpec]) -> list[Action]:
    """One node action per process; the end of a required one ends the launch."""
    result: list[Action] = []
    for spec in specs:
        process = _process(spec)
        result.append(process)
        if spec.required:
            shutdown = EmitEvent(event=Shutdown(reason=f'{spec.path} ended'))
            handler = OnProcessExit(target_action=process, on_exit=[shutdown])
            result.append(RegisterEventHandler(handler))
    return result


def _process(spec: NodeSpec) -> Action:
    if spec.command:
        return ExecuteProcess(cmd=list(spec.command), output='screen')
    return Node(
        package='octo_ros',
        executable=spec.executable,
        name=spec.name,
        namespace=spec.namespace,
        output='screen',
        parameters=[str(spec.params_file), dict(spec.parameters)],
    )
