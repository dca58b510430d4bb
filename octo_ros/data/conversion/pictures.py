# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The pictures of an episode, put on disk one observation at a time."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from octo_ros.data.rlds.encode import stored_depth, stored_image
from octo_ros.data.rlds.spool import Spool, SpooledPictures

if TYPE_CHECKING:
    from octo_ros.data.timing.align import Tick
    from octo_ros.types import Observation


class PictureStore:
    """Encodes pictures and keeps none; use it in a `with` statement.

    Args:
        directory: Where the files go, one per camera.
        cameras: Their keys.
        depth_cameras: Likewise.
    """

    def __init__(
        self, directory: Path, cameras: Iterable[str], depth_cameras: Iterable[str] = ()
    ) -> None:
        self._stack = ExitStack()
        self._images = {key: Spool(directory / key) for key in cameras}
        self._depths = {key: Spool(directory / key, framed=False) for key in depth_cameras}

    def __enter__(self) -> PictureStore:
        for spool in (*self._images.values(), *self._depths.values()):
            self._stack.enter_context(spool)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def add(self, tick: Tick, seen: Observation) -> None:
        """Take the pictures of the next row."""
        for key, spool in self._images.items():
            spool.append(stored_image(tick.frames[key], seen.images[key]))
        for key, spool in self._depths.items():
            spool.append(stored_depth(seen.depths[key]))

    def images(self) -> dict[str, SpooledPictures]:
        """Camera key to one JPEG per row."""
        return {key: spool.pictures() for key, spool in self._images.items()}

    def depths(self) -> dict[str, SpooledPictures]:
        """Depth key to one image of float32 [m] per row."""
        return {key: spool.pictures() for key, spool in self._depths.items()}
