# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The figures of the demo's report, as SVG texts."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import PercentFormatter

from octo_ros.safety_codes import SafetyState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from octo_ros.demo.story import BlockMove, EpisodeStory, Story
    from octo_ros.geometry import Array

INK, MUTED, GRID = '#1d2530', '#66717f', '#e3e7ec'
REQUESTED, EXECUTED, ALARM = '#a3adb8', '#1f6feb', '#c9303a'
BLOCKS = {'red': '#d33a32', 'green': '#2b9348', 'blue': '#2f5fd0'}
STATES = {
    SafetyState.INACTIVE: '#d9dde2',
    SafetyState.HOLD: '#cfe0f3',
    SafetyState.RUN: '#d3efdd',
    SafetyState.STOPPING: '#fbdcae',
    SafetyState.LATCHED: '#f6c6c8',
}
STYLE = {
    'font.size': 9.5,
    'axes.edgecolor': MUTED,
    'axes.labelcolor': MUTED,
    'axes.titlecolor': INK,
    'axes.titlesize': 10.5,
    'axes.titlelocation': 'left',
    'axes.spines.top': False,
    'axes.spines.right': False,
    'axes.grid': True,
    'axes.axisbelow': True,
    'grid.color': GRID,
    'xtick.color': MUTED,
    'ytick.color': MUTED,
    'legend.frameon': False,
    'svg.fonttype': 'path',
    'svg.hashsalt': 'octo_ros',
}
MM = 1e3
PATH_POINTS = 200
# Base axis that points up on the page → title and label.
AXES = {
    1: ('seen from above', 'y to the left [m]'),
    2: ('seen from the side', 'z up [m]'),
}


def path_svg(story: Story, episode: EpisodeStory) -> str:
    """Path of the TCP from above and from the side, within the workspace."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.6, 4.1), layout='constrained')
        top, side = figure.subplots(1, 2)
        _path(top, story, episode, 1)
        _path(side, story, episode, 2)
        side.axhline(0.0, color=MUTED, linewidth=1.2)
        figure.legend(handles=_path_legend(), loc='outside lower center', ncols=5)
        return _svg(figure)


def commands_svg(story: Story, episode: EpisodeStory) -> str:
    """Displacement, gripper and safety codes over time."""
    with mpl.rc_context(STYLE):
        codes = sorted(set(episode.commands.codes) | set(episode.safety.codes))
        heights = (3.0, 1.7, 0.5 + 0.28 * len(codes))
        figure = Figure(figsize=(9.6, 0.9 + sum(heights)), layout='constrained')
        axes = figure.subplots(3, 1, sharex=True, height_ratios=heights)
        _displacement(axes[0], episode, story.embodiment.limits.linear_speed)
        _gripper(axes[1], episode)
        _codes(axes[2], episode, codes)
        axes[2].set_xlim(0.0, episode.duration)
        axes[2].set_xlabel('time [s]')
        return _svg(figure)


def latency_svg(story: Story) -> str:
    """Histogram of the time from an image to the safety filter's decision; all episodes."""
    values = MM * np.concatenate([episode.commands.latencies for episode in story.episodes])
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.7, 3.3), layout='constrained')
        axes = figure.subplots()
        axes.set_title('From image to decision')
        if values.size:
            median, p95 = np.percentile(values, (50, 95))
            axes.hist(values, bins=30, color=EXECUTED, alpha=0.8)
            axes.axvline(median, color=INK, label=f'median {median:.0f} ms')
            axes.axvline(p95, color=INK, linestyle='--', label=f'95 % below {p95:.0f} ms')
            axes.legend()
        axes.set_xlim(left=0.0)
        axes.set_xlabel('age of the newest image used [ms]')
        axes.set_ylabel('commands')
        return _svg(figure)


def joints_svg(story: Story) -> str:
    """How far each joint went within its limits; all episodes."""
    limits = story.embodiment.limits
    low, high = np.array(limits.position_min), np.array(limits.position_max)
    positions = np.concatenate([episode.motion.positions for episode in story.episodes])
    share = (positions - low) / (high - low)
    margin = limits.position_margin / (high - low)
    rows = range(len(low))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.7, 3.3), layout='constrained')
        axes = figure.subplots()
        axes.set_title('Joints within their limits')
        axes.barh(rows, np.ones(len(low)), color='#eef1f4', height=0.62)
        for left in (np.zeros(len(low)), 1.0 - margin):
            axes.barh(rows, margin, left=left, color='#f6c6c8', height=0.62)
        least, most = share.min(axis=0), share.max(axis=0)
        axes.barh(rows, most - least, left=least, color=EXECUTED, alpha=0.85, height=0.34)
        axes.scatter(np.median(share, axis=0), rows, marker='|', s=90, color=INK, zorder=3)
        axes.set_yticks(rows, story.embodiment.joints)
        axes.invert_yaxis()
        axes.grid(visible=False, axis='y')
        axes.set_xlim(0.0, 1.0)
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))
        axes.set_xlabel('of the range; blue: visited, red: margin, |: median')
        return _svg(figure)


def _path(axes: Axes, story: Story, episode: EpisodeStory, vertical: int) -> None:
    pick = [0, vertical]
    title, label = AXES[vertical]
    limits = story.embodiment.limits
    low, high = np.array(limits.workspace_min)[pick], np.array(limits.workspace_max)[pick]
    axes.add_patch(Rectangle(tuple(low), *(high - low), fill=False, ec=MUTED, ls='--', lw=1.1))
    if episode.bin is not None:
        corner = (episode.bin.center - episode.bin.size / 2)[pick]
        size = episode.bin.size[pick]
        axes.add_patch(Rectangle(tuple(corner), *size, color='#c9ced4', alpha=0.55))
    for block in episode.blocks:
        _block(axes, block, pick)
    _line(axes, episode.motion.tcp[:, pick], episode.motion.times)
    axes.plot(*episode.motion.tcp[0, pick], 'o', color=INK, markerfacecolor='white', zorder=4)
    axes.plot(*episode.motion.tcp[-1, pick], 'o', color=INK, zorder=4)
    axes.set_title(title)
    axes.set_xlabel('x forward [m]')
    axes.set_ylabel(label)
    axes.set_aspect('equal', adjustable='datalim')
    axes.autoscale_view()
    axes.margins(0.06)


def _block(axes: Axes, block: BlockMove, pick: Sequence[int]) -> None:
    color = BLOCKS.get(block.color, MUTED)
    half = np.full(2, block.size / 2)
    start, end = block.start[pick], block.end[pick]
    axes.add_patch(Rectangle(tuple(start - half), *(2 * half), color=color, alpha=0.8, lw=0))
    if np.linalg.norm(block.end - block.start) > block.size / 4:
        axes.add_patch(Rectangle(tuple(end - half), *(2 * half), fill=False, ec=color, lw=1.6))


def _line(axes: Axes, points: Array, times: Array) -> None:
    step = max(1, len(points) // PATH_POINTS)
    points, times = points[::step], times[::step]
    segments = np.stack([points[:-1], points[1:]], axis=1)
    line = LineCollection(list(segments), cmap='plasma', linewidths=2.2, zorder=3)
    line.set_array(times[1:])
    axes.add_collection(line)


def _path_legend() -> list[Line2D | Patch]:
    middle = mpl.colormaps['plasma'](0.4)
    return [
        Line2D([], [], color=middle, linewidth=2.2, label='TCP, dark to bright'),
        Line2D([], [], marker='o', color=INK, markerfacecolor='white', ls='', label='start'),
        Line2D([], [], marker='o', color=INK, ls='', label='end'),
        Line2D([], [], color=MUTED, linestyle='--', label='workspace'),
        Patch(facecolor=MUTED, edgecolor=MUTED, label='block (outline: after)'),
    ]


def _displacement(axes: Axes, episode: EpisodeStory, speed: float) -> None:
    commands = episode.commands
    requested, executed = (
        MM * np.linalg.norm(rows, axis=1) for rows in (commands.requested, commands.executed)
    )
    refused = np.array([code.startswith('REJECTED') for code in commands.codes], dtype=bool)
    width = commands.durations
    middle = commands.times + width / 2
    axes.bar(middle, requested, 0.9 * width, color=REQUESTED, label='requested')
    axes.bar(middle, executed, 0.5 * width, color=EXECUTED, label='admitted')
    caps = MM * speed * width
    axes.plot(commands.times, caps, color=MUTED, linestyle='--', linewidth=1, label='cap')
    if refused.any():
        axes.plot(commands.times[refused], requested[refused], 'x', color=ALARM, label='refused')
    axes.set_ylim(bottom=0.0)
    axes.set_ylabel('mm')
    axes.set_title('Displacement of the TCP per command')
    axes.legend(loc='upper right', ncols=4, bbox_to_anchor=(1.0, 1.16))


def _gripper(axes: Axes, episode: EpisodeStory) -> None:
    commands, motion = episode.commands, episode.motion
    axes.step(commands.times, commands.gripper, color=REQUESTED, where='post', lw=3)
    axes.plot(motion.times, motion.gripper, color=EXECUTED, lw=1.3)
    axes.set_ylim(-0.08, 1.08)
    axes.set_yticks((0.0, 1.0), ('closed', 'open'))
    axes.set_title('Gripper: grey requested, blue measured')


def _codes(axes: Axes, episode: EpisodeStory, codes: Sequence[str]) -> None:
    row = {code: index for index, code in enumerate(codes)}
    trace, commands = episode.safety, episode.commands
    ends = np.append(trace.times[1:], episode.duration)
    for start, end, state in zip(trace.times, ends, trace.states, strict=True):
        axes.axvspan(start, end, color=STATES[state], lw=0)
    seen = [row[code] for code in trace.codes]
    axes.plot(trace.times, seen, '|', color=MUTED, markersize=5)
    decided = [row[code] for code in commands.codes]
    alarm = [ALARM if code.startswith(('REJECTED', 'STOP')) else INK for code in commands.codes]
    axes.scatter(commands.times, decided, s=11, c=alarm, zorder=3)
    axes.set_yticks(range(len(codes)), codes, fontsize=7.5)
    axes.set_ylim(len(codes) - 0.5, -0.5)
    axes.set_title('Safety filter: dots are commands, strokes its status')
    shown = [state for state in SafetyState if state in trace.states]
    handles = [Patch(color=STATES[state], label=state.name.lower()) for state in shown]
    axes.legend(handles=handles, loc='lower right', ncols=5, bbox_to_anchor=(1.0, 1.0))


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    figure.savefig(text, format='svg', metadata={'Date': None})
    return text.getvalue()
