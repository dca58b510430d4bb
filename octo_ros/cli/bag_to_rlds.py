# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`bag_to_rlds`: ROS 2 bags → an RLDS dataset that Octo's loader reads."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.progress import Progress as ProgressBar

from octo_ros.data.conversion.convert import convert
from octo_ros.data.conversion.request import ACTION_SOURCES, ConversionRequest, Topics, with_topics
from octo_ros.data.conversion.tally import Progress
from octo_ros.fleet import read_fleet


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = 'Turn ROS 2 bags into an RLDS dataset for Octo.'
    add = parser.add_argument
    add('bags', nargs='+', type=Path, metavar='BAG', help='bag directory, or .mcap or .db3 file')
    add(
        '--embodiment',
        required=True,
        metavar='NAME_OR_YAML',
        help='robot, as in config/robots; left=NAME if it was recorded in a namespace',
    )
    add('--relayed', action='store_true', help='the cameras came through octo_camera_relay')
    add('--output', required=True, type=Path, metavar='DIR', help='directory that holds datasets')
    add('--name', required=True, help='name of the dataset')
    add('--hz', type=float, help="steps per second (default: 1 / the robot's action_dt)")
    add('--action', choices=ACTION_SOURCES, default='achieved_pose', help='default: %(default)s')
    add('--val', type=float, default=0.1, metavar='SHARE', help='default: %(default)s')
    add('--instruction', default='', metavar='TEXT', help='for episodes that have none')
    topics = Topics()
    add('--primary-topic', metavar='TOPIC', help="default: the robot's")
    add('--wrist-topic', metavar='TOPIC', help="default: the robot's")
    add('--joint-states-topic', metavar='TOPIC', help="default: the robot's")
    add('--pose-topic', metavar='TOPIC', help='PoseStamped of the TCP (default: from the joints)')
    add('--instruction-topic', metavar='TOPIC', help=_default(topics.instruction))
    add('--event-topic', metavar='TOPIC', help=_default(topics.events))
    add('--command-topic', metavar='TOPIC', help=_default(topics.commands))


def run(args: argparse.Namespace) -> int:
    """Convert; 0 if at least one episode was written, otherwise an `OctoRosError` is raised."""
    cameras = {'image_primary': args.primary_topic, 'image_wrist': args.wrist_topic}
    (robot,) = read_fleet([args.embodiment], relayed=args.relayed)
    own = Topics()
    request = ConversionRequest(
        bags=tuple(args.bags),
        embodiment=with_topics(
            robot.embodiment,
            {key: topic for key, topic in cameras.items() if topic},
            args.joint_states_topic,
        ),
        output=args.output,
        name=args.name,
        hz=args.hz,
        action_source=args.action,
        val_fraction=args.val,
        instruction=args.instruction,
        topics=Topics(
            args.event_topic or robot.absolute(own.events),
            args.instruction_topic or robot.absolute(own.instruction),
            args.command_topic or robot.absolute(own.commands),
            args.pose_topic,
        ),
    )
    console = Console()
    with ProgressBar(console=console) as bar:
        task = bar.add_task('episodes', total=None)

        def show(progress: Progress) -> None:
            text = f'episodes ({progress.steps} steps)'
            bar.update(task, description=text, completed=progress.done, total=progress.total)

        report = convert(request, show)
    console.print(report.table())
    console.print(f'Wrote {report.dataset}', soft_wrap=True)
    for warning in report.warnings:
        console.print(f'Warning: {warning}', style='yellow')
    return 0


def _default(topic: str) -> str:
    return f"default: {topic}, in the robot's namespace"
