# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`bag_to_rlds`: ROS 2 bags → an RLDS dataset that Octo's loader reads."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from octo_ros.cli.conversion_bar import ConversionBar
from octo_ros.data.conversion.beam import RUNNERS
from octo_ros.data.conversion.convert import convert
from octo_ros.data.conversion.remote import is_remote
from octo_ros.data.conversion.request import ConversionRequest, Topics, with_topics
from octo_ros.data.episodes.plan import EVENTS_TOPIC, INSTRUCTION_TOPIC
from octo_ros.data.labels.source import ACTION_SOURCES, POLICY_TOPIC
from octo_ros.errors import AlreadyConvertedError
from octo_ros.fleet import Robot, read_fleet

STAGING = Path.home() / '.cache/octo_ros/rlds'


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
    add(
        '--output',
        required=True,
        metavar='DIR',
        help='directory that holds datasets, or a URL that Apache Beam can write: gs://bucket/dir',
    )
    add('--name', required=True, help='name of the dataset')
    add('--hz', type=float, help="steps per second (default: 1 / the robot's action_dt)")
    add('--action', choices=ACTION_SOURCES, default='achieved_pose', help='default: %(default)s')
    add('--val', type=float, default=0.1, metavar='SHARE', help='default: %(default)s')
    add('--instruction', default='', metavar='TEXT', help='for episodes that have none')
    add('--append', action='store_true', help='add to the dataset of that name')
    add('--salvage', action='store_true', help='read what can be read of damaged bags')
    add('--skip-failed', action='store_true', help='leave out episodes marked as failures')
    add('--allow-errors', action='store_true', help='end with 0 although the report finds errors')
    _add_topics(parser)
    _add_machines(parser)


def run(args: argparse.Namespace) -> int:
    """Convert.

    Returns:
        0, also if an earlier run has done it all; 1 if the report finds errors that were not
        allowed. If nothing could be written an `OctoRosError` is raised.
    """
    console = Console(markup=False)
    try:
        with ConversionBar(console) as bar:
            report = convert(_request(args), bar.show, bar.say)
    except AlreadyConvertedError as done:
        console.print(str(done), soft_wrap=True)
        return 0
    console.print(report.table())
    console.print(f'Wrote {report.facts.dataset}, see report.html there.', soft_wrap=True)
    if report.errors and not args.allow_errors:
        console.print(
            f'The report finds {len(report.errors)} error(s), listed above. Look at them before '
            'training on the dataset; --allow-errors accepts them.',
            style='red',
        )
        return 1
    return 0


def _add_topics(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group('topics, where they are not the usual ones').add_argument
    add('--primary-topic', metavar='TOPIC', help="default: the robot's")
    add('--wrist-topic', metavar='TOPIC', help="default: the robot's")
    add('--joint-states-topic', metavar='TOPIC', help="default: the robot's")
    add('--pose-topic', metavar='TOPIC', help='of the TCP: PoseStamped, or /tf (default: joints)')
    add('--command-topic', metavar='TOPIC', help=_default(POLICY_TOPIC))
    add('--gripper-topic', metavar='TOPIC', help='default: that of the commands, else measured')
    add('--instruction-topic', metavar='TOPIC', help=_default(INSTRUCTION_TOPIC))
    add('--event-topic', metavar='TOPIC', help=_default(EVENTS_TOPIC))


def _add_machines(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group('processes and machines').add_argument
    add('--workers', type=int, default=1, metavar='N', help='processes (default: %(default)s)')
    add(
        '--runner',
        metavar='NAME',
        help=f'run with Apache Beam: {", ".join(RUNNERS)}, or the name of another Beam runner',
    )
    add(
        '--beam-option',
        action='append',
        default=[],
        metavar='--NAME=VALUE',
        help='handed on to Apache Beam, as --beam-option=--region=europe-west4; may be repeated',
    )
    add(
        '--staging',
        type=Path,
        default=STAGING,
        metavar='DIR',
        help='where a dataset is put together whose --output is a URL (default: %(default)s)',
    )


def _request(args: argparse.Namespace) -> ConversionRequest:
    cameras = {'image_primary': args.primary_topic, 'image_wrist': args.wrist_topic}
    (robot,) = read_fleet([args.embodiment], relayed=args.relayed)
    remote = is_remote(args.output)
    return ConversionRequest(
        bags=tuple(args.bags),
        embodiment=with_topics(
            robot.embodiment,
            {key: topic for key, topic in cameras.items() if topic},
            args.joint_states_topic,
        ),
        output=args.staging if remote else Path(args.output),
        remote_output=args.output if remote else None,
        runner=args.runner,
        beam_options=tuple(args.beam_option),
        name=args.name,
        hz=args.hz,
        action_source=args.action,
        val_fraction=args.val,
        instruction=args.instruction,
        topics=_topics(args, robot),
        workers=args.workers,
        salvage=args.salvage,
        append=args.append,
        skip_failed=args.skip_failed,
    )


def _topics(args: argparse.Namespace, robot: Robot) -> Topics:
    return Topics(
        events=args.event_topic,
        instruction=args.instruction_topic,
        commands=args.command_topic,
        pose=args.pose_topic,
        gripper=args.gripper_topic,
        namespace=robot.absolute('').rstrip('/'),
    )


def _default(topic: str) -> str:
    return f"default: {topic}, in the robot's namespace"
