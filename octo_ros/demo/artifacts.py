# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The recorded bag of a demo → dataset, film, summary and report."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from octo_ros.demo.dataset import make_dataset
from octo_ros.demo.film import write_film
from octo_ros.demo.reader import read_story
from octo_ros.demo.report import write_report
from octo_ros.demo.summary import summarise
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import BagError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.status import Status

    from octo_ros.demo.attempt import Attempt
    from octo_ros.demo.output import DemoOutput
    from octo_ros.demo.story import Story
    from octo_ros.demo.summary import DemoSummary


def make_artifacts(
    console: Console, output: DemoOutput, robot: str, attempts: tuple[Attempt, ...]
) -> DemoSummary:
    """Make everything that a demo leaves beside its bag.

    Args:
        console: Where progress is shown.
        output: Where bag and results lie.
        robot: Name or file of its contract.
        attempts: What was asked and judged, in order.

    Raises:
        BagError: The bag is damaged or does not hold one episode per attempt.
        OctoRosError: Dataset, film or report cannot be made.
    """
    embodiment = load_embodiment(robot)
    with _step(console, 'reading the bag'):
        story = read_story(output.bag, embodiment)
        _check_complete(story, attempts)
    with _step(console, 'dataset') as status:
        dataset = make_dataset(
            output.bag,
            embodiment,
            output.dataset,
            lambda p: status.update(f'dataset … {p.done} of {p.total} episodes'),
        )
    with _step(console, 'film') as status:
        write_film(
            story,
            tuple(attempt.verdict for attempt in attempts),
            output.video,
            lambda share: status.update(f'film … {share:.0%}'),
        )
    with _step(console, 'report'):
        summary = summarise(story, attempts, dataset)
        output.summary.write_text(summary.to_json(), encoding='utf-8')
        write_report(story, summary, output, robot)
    return summary


@contextlib.contextmanager
def _step(console: Console, name: str) -> Iterator[Status]:
    """Show that something is going on, then that it is done and how long it took."""
    begun = time.monotonic()
    with console.status(f'{name} …') as status:
        yield status
    console.print(f'[green]✓[/] {name} [dim]{time.monotonic() - begun:.1f} s[/]')


def _check_complete(story: Story, attempts: tuple[Attempt, ...]) -> None:
    recorded = [episode.instruction for episode in story.episodes]
    asked = [attempt.instruction for attempt in attempts]
    if recorded != asked:
        msg = (
            f'{story.bag} holds the episodes {recorded}, but asked was {asked}: the recording is '
            'incomplete. Was the machine overloaded? Run the demo again.'
        )
        raise BagError(msg)
