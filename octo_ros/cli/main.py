# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""All commands, each imported only when it is called."""

from __future__ import annotations

import argparse
import importlib
import io
import signal
import sys
from typing import TYPE_CHECKING

from octo_ros.errors import OctoRosError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

COMMANDS = {
    'run': 'start the whole system and keep it running until Ctrl-C',
    'demo': 'a simulated arm obeys, with video, bag, dataset and report',
    'evaluate': 'success rates over seeded episodes through the real nodes',
    'bag_to_rlds': 'turn bags into an RLDS dataset that Octo reads',
    'benchmark': 'how fast, how large and how exact every engine is on this machine',
    'export_policy': 'write a checkpoint as graphs for ONNX Runtime and OpenVINO',
    'inspect_bag': 'what bags hold: topics, rates, delays, damage, fitting robots',
    'inspect_checkpoint': 'what a checkpoint is: network, cameras, actions, statistics',
    'inspect_rlds': 'what an RLDS dataset holds, and whether it is whole',
    'replay': 'show an episode of a dataset as a video or a contact sheet',
    'safety_fuzz': 'adversarial streams against the safety filter, judged independently',
    'verify_checkpoint': "compare a checkpoint's network with the original's numbers",
}
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: Command name and its arguments; the process's own when None.

    Returns:
        Exit status: 0 done, 1 a problem that is told in one sentence, 2 wrong usage, 130 Ctrl-C.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Somebody who reads through a pipe sees a line when it is printed.
        sys.stdout.reconfigure(line_buffering=True)
    parser = argparse.ArgumentParser(
        prog='octo_ros',
        description='Octo, the open generalist robot policy, on ROS 2.',
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog='commands:\n' + '\n'.join(f'  {name:18} {text}' for name, text in COMMANDS.items()),
    )
    parser.add_argument('command', choices=COMMANDS, metavar='command', help='one of those below')
    parser.add_argument('rest', nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    name = parser.parse_args(arguments[:1]).command
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _interrupt)
    try:
        module = importlib.import_module(f'octo_ros.cli.{name}')
        command = argparse.ArgumentParser(prog=f'octo_ros {name}', description=COMMANDS[name])
        module.add_arguments(command)
        return int(module.run(command.parse_args(arguments[1:])))
    except OctoRosError as error:
        print(f'octo_ros {name}: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('Interrupted.', file=sys.stderr)
        return INTERRUPTED


def bag_to_rlds() -> int:
    """Console script."""
    return main(['bag_to_rlds', *sys.argv[1:]])


def benchmark() -> int:
    """Console script."""
    return main(['benchmark', *sys.argv[1:]])


def demo() -> int:
    """Console script."""
    return main(['demo', *sys.argv[1:]])


def evaluate() -> int:
    """Console script."""
    return main(['evaluate', *sys.argv[1:]])


def export_policy() -> int:
    """Console script."""
    return main(['export_policy', *sys.argv[1:]])


def inspect_bag() -> int:
    """Console script."""
    return main(['inspect_bag', *sys.argv[1:]])


def inspect_checkpoint() -> int:
    """Console script."""
    return main(['inspect_checkpoint', *sys.argv[1:]])


def inspect_rlds() -> int:
    """Console script."""
    return main(['inspect_rlds', *sys.argv[1:]])


def replay() -> int:
    """Console script."""
    return main(['replay', *sys.argv[1:]])


def safety_fuzz() -> int:
    """Console script."""
    return main(['safety_fuzz', *sys.argv[1:]])


def verify_checkpoint() -> int:
    """Console script."""
    return main(['verify_checkpoint', *sys.argv[1:]])


def _interrupt(number: int, frame: FrameType | None) -> None:
    """SIGTERM and a closed terminal end a command as Ctrl-C does: every child is stopped."""
    del number, frame
    raise KeyboardInterrupt
