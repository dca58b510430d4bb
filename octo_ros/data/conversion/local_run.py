# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Jobs in this process, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from octo_ros.data.conversion.episode_converter import EpisodeConverter

if TYPE_CHECKING:
    from octo_ros.data.conversion.job import EpisodeJob, Tell
    from octo_ros.data.conversion.request import ConversionRequest


def run_here(
    jobs: Sequence[EpisodeJob], request: ConversionRequest, parts: Path, tell: Tell
) -> None:
    """Convert all jobs; results lie below `parts`.

    Raises:
        BagError: A bag is damaged, or gives poses in the wrong frame.
        KinematicsError: The robot's model cannot be used.
    """
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # as in a worker; several processes are faster than several threads
    try:
        with EpisodeConverter(request, parts) as converter:
            for job in jobs:
                converter.convert(job, tell)
    finally:
        cv2.setNumThreads(threads)
