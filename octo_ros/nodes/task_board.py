# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The present task: set by the service or the action, read by the control loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from octo_ros.errors import ObservationError, PolicyError
from octo_ros.observation.images import decode, resize
from octo_ros.types import Task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from sensor_msgs.msg import Image

    from octo_ros.embodiment import Embodiment
    from octo_ros.types import Observation


class TaskBoard:
    """Holds at most one task; every task gets a new id, even with the same words."""

    def __init__(self, embodiment: Embodiment) -> None:
        self._embodiment = embodiment
        self._last_id = 0
        self.task: Task | None = None
        self.finished = False

    def set(
        self,
        language_instruction: str,
        goal_images: Mapping[str, NDArray[np.uint8]],
    ) -> Task:
        """Begin a new task.

        Raises:
            PolicyError: Neither words nor images are given.
        """
        words = language_instruction.strip()
        if not words and not goal_images:
            msg = (
                'The task is empty: give language_instruction, goal_images, goal_from_cameras, '
                'or words and images together.'
            )
            raise PolicyError(msg)
        self._last_id += 1
        self.task = Task(self._last_id, words or None, goal_images)
        self.finished = False
        return self.task

    def clear(self) -> None:
        """Forget the task."""
        self.task = None
        self.finished = False

    def finish(self) -> None:
        """The policy considers the task done."""
        self.finished = True

    def decode_goals(
        self,
        images: Sequence[Image],
        cameras: Sequence[str],
        newest: Observation | None,
        *,
        from_cameras: bool,
    ) -> dict[str, NDArray[np.uint8]]:
        """Goal images as the policy wants them: RGB, sized like the observation's.

        Args:
            images: Messages, one per entry of `cameras`.
            cameras: Camera keys.
            newest: What the cameras see now.
            from_cameras: Take `newest` instead of `images`.

        Raises:
            PolicyError: Images and keys do not match, a key is unknown, or there is no fresh view.
        """
        if from_cameras:
            if images:
                msg = 'Give either goal_images or goal_from_cameras, not both.'
                raise PolicyError(msg)
            if newest is None:
                msg = 'goal_from_cameras needs fresh camera images, and there are none.'
                raise PolicyError(msg)
            return dict(newest.images)
        if len(images) != len(cameras):
            msg = f'{len(images)} goal_images but {len(cameras)} goal_cameras: give a key each.'
            raise PolicyError(msg)
        goals = {}
        for key, image in zip(cameras, images, strict=True):
            if key not in self._embodiment.cameras:
                known = ', '.join(self._embodiment.cameras)
                msg = f'Unknown goal camera {key!r}: this robot has {known}.'
                raise PolicyError(msg)
            camera = self._embodiment.cameras[key]
            try:
                goals[key] = resize(
                    decode(image, f'goal image {key}'), camera.height, camera.width
                )
            except ObservationError as error:
                raise PolicyError(str(error)) from None
        return goals
