# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The report of a demo: one HTML page that holds everything it shows and opens offline."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.bags.bag import Bag
from octo_ros.data.report.page import data_uri, render, write_whole
from octo_ros.demo import plots
from octo_ros.demo.dataset import step_samples
from octo_ros.demo.reader import views
from octo_ros.observation.encoding import encode_jpeg
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from octo_ros.demo.dataset import StepSample
    from octo_ros.demo.output import DemoOutput
    from octo_ros.demo.reader import View
    from octo_ros.demo.story import EpisodeStory, Story
    from octo_ros.demo.summary import DemoSummary, InstructionSummary

PICTURES = 6


@dataclass(frozen=True)
class Picture:
    """One picture of the page.

    Attributes:
        caption: Words below it, also for those who cannot see it.
        source: Data URI.
    """

    caption: str
    source: str


@dataclass(frozen=True)
class EpisodePart:
    """The page's part about one instruction."""

    summary: InstructionSummary
    sheet: tuple[tuple[Picture, ...], ...]
    path: Picture
    commands: Picture


@dataclass(frozen=True)
class SamplePart:
    """The page's part about one step of the dataset."""

    title: str
    pictures: tuple[Picture, ...]
    action: str
    state: str


@dataclass(frozen=True)
class NextStep:
    """Something to do next: what for, and the command."""

    purpose: str
    command: str


def write_report(story: Story, summary: DemoSummary, output: DemoOutput, robot: str) -> None:
    """Write the page; it appears only when it is complete.

    Args:
        story: The demo.
        summary: Its figures.
        output: Where video and dataset lie and the report goes.
        robot: Name or file of the robot's contract, for the commands to go on with.

    Raises:
        OctoRosError: Bag or dataset cannot be read.
    """
    page = render(
        'octo_ros.demo',
        'report.html',
        story=story,
        summary=summary,
        video=data_uri(output.video.read_bytes(), 'video/mp4'),
        episodes=_episodes(story, summary),
        latency=_figure('Age of images when commands were decided', plots.latency_svg(story)),
        joints=_figure('Joint positions within their limits', plots.joints_svg(story)),
        sentences={code.name: code.value for code in SafetyCode},
        samples=[_sample(sample) for sample in step_samples(Path(summary.dataset.directory))],
        pictures=PICTURES,
        files=_files(output),
        next_steps=next_steps(robot, output),
    )
    write_whole(output.report, page)


def next_steps(robot: str, output: DemoOutput) -> tuple[NextStep, ...]:
    """How to go on after a demo, as commands for the repository's root."""
    octo = '.venv/bin/python -m octo_ros'
    other = 'franka' if robot != 'franka' else 'widowx'
    return (
        NextStep('Ask for something else', f'{octo} demo --instruction "pick up the red block"'),
        NextStep('Take another arm', f'make demo ROBOT={other}'),
        NextStep('Let Octo drive', f'{octo} demo --robot {robot} --checkpoint DIRECTORY'),
        NextStep('Measure success over many scenes', f'{octo} evaluate --robot {robot}'),
        NextStep(
            'Convert a bag, this one or your own',
            f'{octo} bag_to_rlds {output.bag} --embodiment {robot} --output datasets --name mine',
        ),
        NextStep('Keep the system running', f'{octo} run --robot {robot}'),
        NextStep(
            'Drive a real arm',
            f'ros2 launch octo_ros octo.launch.py robot:={robot} checkpoint:=DIRECTORY',
        ),
        NextStep(
            'Talk to it where ROS 2 is sourced',
            'ros2 service call /octo/set_task octo_ros_msgs/srv/SetTask '
            '"{language_instruction: pick up the red block}"',
        ),
    )


def contact_sheet(stream: Iterable[View], duration: float, count: int) -> list[View]:
    """The pictures nearest to `count` moments spread evenly from start to end.

    Args:
        stream: Pictures in the order of time.
        duration: Length of the episode [s].
        count: How many; fewer come back when there are fewer.
    """
    moments = np.linspace(0.0, duration, count)
    best: dict[int, View] = {}
    for view in stream:
        index = int(np.abs(moments - view.time).argmin())
        distance = abs(moments[index] - view.time)
        if index not in best or distance < abs(moments[index] - best[index].time):
            best[index] = view
    return [best[index] for index in sorted(best)]


def _episodes(story: Story, summary: DemoSummary) -> list[EpisodePart]:
    with Bag(story.bag) as bag:
        return [
            EpisodePart(
                summary=item,
                sheet=_sheet(bag, story, episode),
                path=_figure('Path of the TCP', plots.path_svg(story, episode)),
                commands=_figure('Commands over time', plots.commands_svg(story, episode)),
            )
            for item, episode in zip(summary.instructions, story.episodes, strict=True)
        ]


def _sheet(bag: Bag, story: Story, episode: EpisodeStory) -> tuple[tuple[Picture, ...], ...]:
    stream = views(bag, story.embodiment, episode.episode)
    chosen = contact_sheet(stream, episode.duration, PICTURES)
    return tuple(
        tuple(
            Picture(f'{view.time:.1f} s', data_uri(encode_jpeg(view.images[key]), 'image/jpeg'))
            for view in chosen
            if key in view.images
        )
        for key in story.embodiment.cameras
    )


def _sample(sample: StepSample) -> SamplePart:
    return SamplePart(
        title=f'{sample.instruction}, step {sample.index + 1} of {sample.of}',
        pictures=tuple(
            Picture(name, data_uri(jpeg, 'image/jpeg')) for name, jpeg in sample.images.items()
        ),
        action=_numbers(sample.action),
        state=_numbers(sample.state),
    )


def _numbers(values: Iterable[float]) -> str:
    return '  '.join(f'{value:+.3f}' for value in values)


def _figure(caption: str, svg: str) -> Picture:
    return Picture(caption, data_uri(svg.encode(), 'image/svg+xml'))


def _files(output: DemoOutput) -> list[tuple[Path, str]]:
    """What lies beside the report, and how large it is."""
    parts = (output.video, output.bag, output.dataset, output.summary, output.logs)
    return [(path, _readable(_size(path))) for path in parts if path.exists()]


def _readable(size: int) -> str:
    return f'{size / 1e6:.1f} MB' if size >= 1e6 else f'{size / 1e3:.1f} kB'


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(_size(child) for child in path.iterdir())
