# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A lifecycle node that can also start itself, and that says why it cannot."""

from __future__ import annotations

import time
import traceback
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from octo_ros.errors import OctoRosError, RosError, SafetyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rclpy.callback_groups import CallbackGroup
    from rclpy.timer import Timer

RETRY_PERIOD = 0.1
LOG_PAUSE = 5.0


class ManagedNode(LifecycleNode):
    """What the policy node and the safety filter have in common.

    With `autostart`, the node configures itself, waits until `missing_input` has nothing left to
    name, and activates; where that takes longer than `startup_timeout`, the process ends with the
    reason. Without it, an external manager requests the transitions.

    Its timers follow the machine's steady clock, unless the time is simulated: when the system's
    clock is set back, timers of that clock would be silent for as long.

    Attributes:
        active: Between activation and deactivation.
    """

    def __init__(self, name: str) -> None:
        self._steady_clock = Clock(clock_type=ClockType.STEADY_TIME)
        super().__init__(name)
        self.active = False
        self._loaded = False
        self._trying_again = False
        self._failure: Exception | None = None
        self._configured_entities: list[object] = []

    def create_timer(
        self,
        timer_period_sec: float,
        callback: Any,  # noqa: ANN401 - rclpy's own types differ by version
        callback_group: CallbackGroup | None = None,
        clock: Clock | None = None,
        **options: Any,  # noqa: ANN401
    ) -> Timer:
        """As rclpy's, by the steady clock unless another is given or the time is simulated."""
        if clock is None and not self.get_parameter('use_sim_time').value:
            clock = self._steady_clock
        return super().create_timer(timer_period_sec, callback, callback_group, clock, **options)

    def start_by_itself(self, startup_timeout: float) -> None:
        """Begin the transitions to active, from the executor's thread."""
        self._startup_deadline = time.monotonic() + startup_timeout
        self._startup_timeout = startup_timeout
        self._configured = False
        self._startup_timer = self.create_timer(RETRY_PERIOD, self._advance)

    @abstractmethod
    def configure(self) -> None:
        """Load everything and create all entities; an OctoRosError says why not."""

    @abstractmethod
    def missing_input(self) -> str | None:
        """What is still needed before activation, as a sentence; None when nothing is."""

    @abstractmethod
    def activate(self) -> None:
        """Begin to act; an OctoRosError says why not."""

    @abstractmethod
    def deactivate(self) -> None:
        """Stop acting; must not fail."""

    @abstractmethod
    def cleanup(self) -> None:
        """Release what `configure` loaded, all or the part before it failed.

        ROS entities that it made are destroyed afterwards.
        """

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Lifecycle callback."""
        del state
        before = self._entities()
        result = self._attempt('configure', self.configure)
        self._configured_entities = [e for e in self._entities() if e not in before]
        self._loaded = True
        if result != TransitionCallbackReturn.SUCCESS:
            self._unload()
        return result

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Lifecycle callback."""
        result = self._attempt('activate', self._activate_if_ready)
        self.active = result == TransitionCallbackReturn.SUCCESS
        return super().on_activate(state) if self.active else result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Lifecycle callback."""
        self.active = False
        self.deactivate()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Lifecycle callback."""
        del state
        self._unload()
        return TransitionCallbackReturn.SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Lifecycle callback."""
        del state
        self._rest()
        # A node that was shut down can do nothing any more: its process ends.
        self.create_timer(RETRY_PERIOD, _end_process)
        return TransitionCallbackReturn.SUCCESS

    def destroy_node(self) -> None:
        """Bring everything to rest, then leave the graph."""
        self._rest()
        super().destroy_node()

    def _rest(self) -> None:
        if self.active:
            self.active = False
            self.deactivate()
        self._unload()

    def _unload(self) -> None:
        if self._loaded:
            self._loaded = False
            self.cleanup()
            self._destroy_configured()

    def _entities(self) -> list[object]:
        return [*self.subscriptions, *self.publishers, *self.services, *self.timers]

    def _destroy_configured(self) -> None:
        for entity in self._configured_entities:
            for destroy in (
                self.destroy_subscription,
                self.destroy_publisher,
                self.destroy_service,
                self.destroy_timer,
            ):
                # Each answers False for what is not of its kind.
                if destroy(entity):
                    break
        self._configured_entities = []

    def _activate_if_ready(self) -> None:
        missing = self.missing_input()
        if missing is not None:
            raise RosError(missing)
        self.activate()

    def _attempt(self, verb: str, action: Callable[[], None]) -> TransitionCallbackReturn:
        try:
            action()
        except OctoRosError as error:
            self._failure = error
            text = f'Cannot {verb}: {error}'
            if self._trying_again:  # ten times per second
                self.get_logger().error(text, throttle_duration_sec=LOG_PAUSE)
            else:
                self.get_logger().error(text)
            return TransitionCallbackReturn.FAILURE
        except Exception as error:
            # rclpy would drop the reason of a bug; it is kept, and ends the process at autostart.
            self._failure = error
            self.get_logger().error(f'Cannot {verb}: {traceback.format_exc()}')
            return TransitionCallbackReturn.FAILURE
        return TransitionCallbackReturn.SUCCESS

    def _advance(self) -> None:
        if not self._configured:
            if self.trigger_configure() != TransitionCallbackReturn.SUCCESS:
                raise self._failure or RosError(f'{self.get_name()} could not be configured.')
            self._configured = True
            return
        missing = self.missing_input()
        if missing is None:
            if self.trigger_activate() == TransitionCallbackReturn.SUCCESS:
                self._trying_again = False
                self.destroy_timer(self._startup_timer)
                self.get_logger().info(f'{self.get_name()} is active')
            elif self._may_try_again():
                self._trying_again = True
            else:
                self.destroy_timer(self._startup_timer)
                raise self._failure or RosError(f'{self.get_name()} could not be activated.')
        elif time.monotonic() > self._startup_deadline:
            msg = f'{missing} Waited {self._startup_timeout:g} s.'
            raise RosError(msg)

    def _may_try_again(self) -> bool:
        """Whether an arm that was not fit to start from may be so in a moment."""
        in_time = time.monotonic() <= self._startup_deadline
        return in_time and isinstance(self._failure, SafetyError)


def _end_process() -> None:
    raise KeyboardInterrupt
