# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Converts jobs one after the other, keeping open what the next one may need."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from octo_ros.data.bags.bag import Bag
from octo_ros.data.conversion.convert_episode import convert_episode
from octo_ros.data.conversion.job import EpisodeJob, JobProgress, Tell
from octo_ros.data.conversion.losses import losses_since
from octo_ros.robots.kinematics import Kinematics

if TYPE_CHECKING:
    from octo_ros.data.conversion.request import ConversionRequest


class EpisodeConverter:
    """One per process; use it in a `with` statement.

    Args:
        request: How.
        parts: Directory for the results.

    Raises:
        KinematicsError: The robot's model cannot be used.
    """

    def __init__(self, request: ConversionRequest, parts: Path) -> None:
        self._request = request
        self._parts = parts
        self._tcp_pose = None
        if request.topics.pose is None:
            self._tcp_pose = Kinematics.for_embodiment(request.embodiment).tcp_pose
        self._bag: Bag | None = None
        self._stack = ExitStack()

    def __enter__(self) -> EpisodeConverter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def convert(self, job: EpisodeJob, tell: Tell) -> None:
        """Convert one; the result lies in the job's directory.

        Raises:
            BagError: The bag is damaged, or gives poses in the wrong frame.
        """
        directory = job.directory(self._parts)
        shutil.rmtree(directory, ignore_errors=True)  # what a killed run left
        directory.mkdir(parents=True)
        bag = self._open(job.bag)
        before = bag.losses
        result = convert_episode(bag, job, self._request, self._tcp_pose, directory, tell=tell)
        replace(result, losses=losses_since(before, bag.losses)).save(directory)
        tell(JobProgress(job.index, job.seconds, result.steps, done=True))

    def _open(self, path: Path) -> Bag:
        if self._bag is None or self._bag.path != path:
            self._stack.close()
            self._bag = self._stack.enter_context(Bag(path, salvage=self._request.salvage))
        return self._bag
