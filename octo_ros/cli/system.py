# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The running system and one trial on it: what `demo`, `evaluate` and `run` share."""

from __future__ import annotations

import argparse
import contextlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.bringup.graph import SystemOptions, system
from octo_ros.bringup.supervisor import Supervisor, local_environment
from octo_ros.errors import ConfigError, PolicyError, RosError
from octo_ros.fleet import entries, read_fleet
from octo_ros.sim.tasks import parse_instruction, succeeded
from octo_ros.types import EpisodeEventKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from octo_ros.nodes.client import GraphClient, TaskOutcome

READY_TIMEOUT = 60.0
SIM_ROBOT = 'widowx'
SETTLE = 0.6  # s after the last command, until the arm has come to rest


@dataclass(frozen=True)
class Trial:
    """One instruction, carried out and judged.

    Attributes:
        instruction: What was asked.
        seed: Scene.
        outcome: How the policy node ended it.
        success: The judge's word, from the simulator's truth; None if it cannot judge.
    """

    instruction: str
    seed: int
    outcome: TaskOutcome
    success: bool | None

    @property
    def verdict(self) -> str:
        """done, failed or not judged."""
        return {True: 'done', False: 'failed', None: 'not judged'}[self.success]


def add_system_arguments(parser: argparse.ArgumentParser) -> None:
    """Options that every command that starts the system has."""
    parser.add_argument(
        '--robot',
        help='widowx (the default in the simulator), franka, fr3, ur5, ur5e or a file; several '
        'as left=widowx,right=ur5e',
    )
    parser.add_argument(
        '--checkpoint', default='', help='Octo checkpoint; without it the scripted expert acts'
    )
    parser.add_argument(
        '--dataset-name', default='', help="which of the checkpoint's statistics to use"
    )
    parser.add_argument(
        '--params-file', default='', help='ROS 2 parameter file instead of config/octo.yaml'
    )
    parser.add_argument('--seed', type=int, default=0, help='seed of the first scene')


def options_from(arguments: argparse.Namespace, record: str = '') -> SystemOptions:
    """The system that the arguments ask for."""
    sim = getattr(arguments, 'sim', True)
    if arguments.robot is None and not sim:
        msg = 'A real arm has no default: give --robot widowx, franka, fr3, ur5, ur5e or a file.'
        raise ConfigError(msg)
    return SystemOptions(
        robot=arguments.robot or SIM_ROBOT,
        sim=sim,
        policy='octo' if arguments.checkpoint else 'scripted',
        checkpoint=arguments.checkpoint,
        dataset_name=arguments.dataset_name,
        params_file=arguments.params_file,
        record=record,
        seed=arguments.seed,
    )


def private_domain() -> int:
    """ROS_DOMAIN_ID, or else one in 60..99: a simulated arm then meets no real one's topics.

    Raises:
        RosError: ROS_DOMAIN_ID is not a number from 0 to 232.
    """
    given = os.environ.get('ROS_DOMAIN_ID', '')
    if not given:
        return 60 + os.getpid() % 40
    if not given.isdigit() or int(given) > 232:
        msg = f'ROS_DOMAIN_ID is {given!r}; it must be a number from 0 to 232.'
        raise RosError(msg)
    return int(given)


@contextlib.contextmanager
def running(options: SystemOptions, logs: Path) -> Iterator[tuple[GraphClient, Supervisor]]:
    """Start the system, wait until it is ready, and end it.

    Args:
        options: What to start.
        logs: Directory of one log per process.

    Raises:
        ConfigError: More than one robot is asked for.
        RosError: ROS is not installed, a process dies, or the system does not become ready.
    """
    if len(read_fleet(entries(options.robot))) > 1 or '=' in options.robot:
        msg = (
            f'One robot at a time can be tried here, not {options.robot}; '
            '"python -m octo_ros run" and the launch files take several.'
        )
        raise ConfigError(msg)
    specs = system(options)
    domain = private_domain()
    environment = local_environment(domain)
    os.environ.update(environment)
    client_class = _client_class()
    with (
        Supervisor(specs, logs, environment) as supervisor,
        client_class(domain, supervisor.check) as client,
    ):
        client.wait_ready(READY_TIMEOUT)
        if options.record:
            client.wait_recorder(READY_TIMEOUT)
        yield client, supervisor


def run_trial(
    client: GraphClient,
    instruction: str,
    seed: int,
    timeout: float,
    on_progress: Callable[[float], None] = lambda _: None,
) -> Trial:
    """Reset the scene, do one task, judge it, and mark the episode for the recorder.

    Args:
        client: Of the running system.
        instruction: The task in words.
        seed: Scene.
        timeout: When the policy node gives up [s].
        on_progress: Called with the elapsed seconds.
    """
    client.reset(seed)
    started = False

    def progress(feedback: object) -> None:
        nonlocal started
        # By the first feedback the instruction is known to all, also to the episode node.
        started = True
        on_progress(float(feedback.elapsed))  # type: ignore[attr-defined]

    def begin() -> None:
        if started and not begun:
            begun.append(client.mark(EpisodeEventKind.START))

    begun: list[str] = []
    outcome = client.execute(instruction, timeout, progress, begin)
    client.spin_for(SETTLE)
    success = judge(instruction, client)
    if begun:
        client.mark(
            {
                True: EpisodeEventKind.SUCCESS,
                False: EpisodeEventKind.FAILURE,
                None: EpisodeEventKind.STOP,
            }[success]
        )
    return Trial(instruction, seed, outcome, success)


def judge(instruction: str, client: GraphClient) -> bool | None:
    """What the simulator's truth says about an instruction; None if it knows no such words."""
    try:
        task = parse_instruction(instruction)
    except PolicyError:
        return None
    return bool(succeeded(task, client.scene()))


def require_ros() -> None:
    """Make sure that ROS 2 and the built messages are there.

    Raises:
        RosError: One is missing; the message says what to do.
    """
    _client_class()


def _client_class() -> type[GraphClient]:
    try:
        import rclpy  # noqa: F401
    except ImportError:
        msg = 'ROS 2 is not there (no rclpy): run `make env`, or source a ROS 2 installation.'
        raise RosError(msg) from None
    try:
        from octo_ros.nodes.client import GraphClient
    except ImportError as error:
        msg = (
            f'The messages of octo_ros are not built ({error}): run `make env`, or `colcon build`.'
        )
        raise RosError(msg) from None
    return GraphClient
