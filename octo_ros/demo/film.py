# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The film of a demo: what the cameras saw, what was asked, and what the safety filter said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.bags.bag import Bag
from octo_ros.data.video import write_video
from octo_ros.demo.canvas import Canvas, Caption
from octo_ros.demo.reader import views
from octo_ros.safety_codes import SafetyState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from octo_ros.demo.reader import View
    from octo_ros.demo.story import EpisodeStory, Story

FPS = 10.0  # the rate of the cameras
TITLE_SECONDS = 1.5
VERDICT_SECONDS = 1.5


def write_film(
    story: Story,
    verdicts: tuple[str, ...],
    path: Path,
    progress: Callable[[float], None] = lambda _: None,
) -> int:
    """Write the film in real time; it appears only when it is complete.

    Args:
        story: The demo.
        verdicts: What the judge said, one per episode.
        path: mp4 file to write.
        progress: Called with the share that is done, 0 .. 1.

    Returns:
        Number of frames.

    Raises:
        BagError: The bag is damaged.
        DatasetError: An episode has no picture.
    """
    partial = path.with_name(f'.{path.stem}.partial{path.suffix}')
    try:
        with Bag(story.bag) as bag:
            frames = write_video(partial, _frames(story, verdicts, bag, progress), FPS)
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
    return frames


def _frames(
    story: Story, verdicts: tuple[str, ...], bag: Bag, progress: Callable[[float], None]
) -> Iterator[NDArray[np.uint8]]:
    canvas = Canvas(tuple(story.embodiment.cameras))
    total = len(story.episodes)
    for index, (episode, verdict) in enumerate(zip(story.episodes, verdicts, strict=True)):
        subtitle = f'{story.embodiment.title}, simulated · driven by {story.driver}'
        title = canvas.title(f'{index + 1} of {total}', episode.instruction, subtitle)
        yield from _still(title, TITLE_SECONDS)
        last = None
        for view in at_rate(views(bag, story.embodiment, episode.episode), FPS):
            last = view
            yield canvas.frame(view.images, _caption(episode, view.time))
            progress((index + min(1.0, view.time / episode.duration)) / total)
        if last is not None:
            caption = _caption(episode, last.time, verdict)
            yield from _still(canvas.frame(last.images, caption), VERDICT_SECONDS)


def at_rate(stream: Iterable[View], rate: float) -> Iterator[View]:
    """Repeat and drop pictures so that they come at a fixed rate and in real time.

    Args:
        stream: Pictures in the order of time.
        rate: Pictures per second.

    Yields:
        At every multiple of the period the newest picture, from the first picture to the last.
    """
    shown: View | None = None
    tick = 0
    for view in stream:
        while shown is not None and view.time > tick / rate:
            yield shown
            tick += 1
        if shown is None:
            tick = int(np.ceil(view.time * rate))
        shown = view
    if shown is not None:
        yield shown


def _caption(episode: EpisodeStory, time: float, verdict: str = '') -> Caption:
    state, code = episode.safety.at(time)
    return Caption(episode.instruction, time, SafetyState(state), code, verdict)


def _still(frame: NDArray[np.uint8], seconds: float) -> Iterator[NDArray[np.uint8]]:
    for _ in range(round(seconds * FPS)):
        yield frame
