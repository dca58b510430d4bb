# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Rendering beside the physics, so that a slow picture never delays a joint state."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from octo_ros.errors import SimulationError
from octo_ros.sim.engine import mujoco
from octo_ros.sim.renderer import Renderer

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from octo_ros.sim.simulation import Simulation

START_TIMEOUT = 30.0


class CameraThread:
    """Draws one picture at a time in a thread that owns the OpenGL context.

    Args:
        simulation: What is seen; copied when a picture is asked for, so it may go on meanwhile.
        size: Height and width [px].
        on_image: Called in this thread with camera key, stamp [ns] and RGB (size, size, 3).

    Raises:
        SimulationError: There is no way to draw without a screen on this machine, or OpenGL does
            not answer within 30 s.
    """

    def __init__(
        self,
        simulation: Simulation,
        size: int,
        on_image: Callable[[str, int, NDArray[np.uint8]], None],
    ) -> None:
        self._simulation = simulation
        self.model = simulation.model
        self.data = mujoco.MjData(simulation.model)
        self._size = size
        self._on_image = on_image
        self._condition = threading.Condition()
        self._wanted: tuple[str, int] | None = None
        self._stopped = False
        self._ready = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name='cameras', daemon=True)
        self._thread.start()
        started = self._ready.wait(START_TIMEOUT)
        self.check()
        if not started:
            msg = f'The cameras got no OpenGL context within {START_TIMEOUT:.0f} s.'
            raise SimulationError(msg)

    def check(self) -> None:
        """Raise what ended the thread, if anything did."""
        if self._failure is not None:
            raise self._failure

    def request(self, camera: str, stamp_ns: int) -> bool:
        """Ask for a picture of the present state.

        Args:
            camera: Observation key.
            stamp_ns: Time of the present state [ns].

        Returns:
            False when the last picture is not done yet; this one is then left out.
        """
        with self._condition:
            if self._wanted is not None:
                return False
            mujoco.mj_copyData(self.data, self.model, self._simulation.data)
            self._wanted = (camera, stamp_ns)
            self._condition.notify()
        return True

    def close(self) -> None:
        """End the thread after the picture that it draws.

        Raises:
            SimulationError: It still draws after 30 s.
        """
        with self._condition:
            self._stopped = True
            self._condition.notify()
        self._thread.join(timeout=START_TIMEOUT)
        if self._thread.is_alive():
            msg = f'The cameras did not end within {START_TIMEOUT:.0f} s; OpenGL does not answer.'
            raise SimulationError(msg)

    def _run(self) -> None:
        try:
            with Renderer(self) as renderer:
                self._ready.set()
                while (wanted := self._next()) is not None:
                    camera, stamp_ns = wanted
                    self._on_image(
                        camera, stamp_ns, renderer.render(camera, self._size, self._size)
                    )
                    with self._condition:
                        self._wanted = None
        except Exception as error:
            # Kept for the owner's thread, which raises it in check().
            self._failure = error
            self._ready.set()

    def _next(self) -> tuple[str, int] | None:
        with self._condition:
            while self._wanted is None and not self._stopped:
                self._condition.wait()
            return None if self._stopped else self._wanted
