# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The life of a node's process: start, spin, end, with one sentence instead of a traceback."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import rclpy
from rclpy.exceptions import ParameterAlreadyDeclaredException
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.signals import SignalHandlerOptions

from octo_ros.errors import OctoRosError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from rclpy.node import Node

RCLError = rclpy_implementation.RCLError
SIGNAL_LATENCY = 0.2  # s


def run(make_node: Callable[[], Node], argv: list[str] | None = None) -> int:
    """Run one node until SIGINT, SIGTERM or a fatal error.

    Args:
        make_node: Creates the node; may raise an OctoRosError.
        argv: Command line; the process's own when None.

    Returns:
        Exit status: 0 after a signal, 1 after an error, whose sentence is on stderr.
    """
    node: Node | None = None
    signals: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        del frame
        signals.append(number)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    try:
        # With rclpy's own handlers the context is gone before a node could stop its arm.
        rclpy.init(args=argv, signal_handler_options=SignalHandlerOptions.NO)
        node = make_node()
        _spin(node, signals)
    except (KeyboardInterrupt, ExternalShutdownException):
        return 0
    except OctoRosError as error:
        sys.stderr.write(f'{error}\n')
        return 1
    except (RCLError, ParameterAlreadyDeclaredException) as error:
        sys.stderr.write(f'ROS refused to start: {error}\n')
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        if node is not None:
            node.destroy_node()
        rclpy.try_shutdown()
    return 0


def _spin(node: Node, signals: Sequence[int]) -> None:
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    while rclpy.ok() and not signals:
        try:
            # A signal is seen when the wait is over; a node without timers would never see it.
            executor.spin_once(timeout_sec=SIGNAL_LATENCY)
        except RCLError as error:
            # An invalid lifecycle transition request raises out of spin in Humble and Jazzy
            # (fixed later); the node must survive it.
            node.get_logger().error(f'Request refused: {error}', throttle_duration_sec=1.0)
        except RuntimeError:
            # While rclpy converts a message, a signal's KeyboardInterrupt is replaced by this.
            if not signals:
                raise
