# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The report's plots, as small SVG texts: hundreds of them must fit on one page.

Colours come from the page: classes bar, hot, line, recorded, integrated, muted, grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup, escape

from octo_ros.data.report.measures.motion import integrated_positions

if TYPE_CHECKING:
    from octo_ros.data.report.facts import PartFacts
    from octo_ros.data.report.measures.actions import ActionField
    from octo_ros.data.report.measures.lag_scan import LagScan
    from octo_ros.geometry import Array

POINTS = 100  # of the path of an episode; more do not show
PARTS = 20  # of an episode
MM = 1e3
# Vertical axis of a panel → title.
PANELS = {1: 'from above: x →, y ↑', 2: 'from the side: x →, z ↑'}
PANEL_WIDTH, PANEL_HEIGHT, MARGIN = 310.0, 200.0, 16.0
SCALE_BARS_MM = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


def histogram(field: ActionField) -> Markup:
    """How one number of the actions is spread; heights are square roots of counts."""
    width, height, base = 320.0, 128.0, 96.0
    roots = np.sqrt(np.array(field.counts, dtype=np.float64))
    heights = np.ceil((base - 8.0) * roots / max(float(roots.max(initial=0.0)), 1.0))
    step = width / max(len(heights), 1)
    spread = field.maximum - field.minimum

    def at(value: float) -> float:
        return width * (value - field.minimum) / spread if spread > 0.0 else 0.0

    marks = [
        _path(
            'bar',
            ''.join(
                f'M{step * i + 0.5:.1f} {base:g}v{-tall:g}h{step - 1:.1f}v{tall:g}z'
                for i, tall in enumerate(heights)
                if tall
            ),
        ),
        _path('axis', f'M0 {base:g}H{width:g}'),
    ]
    if spread > 0.0:
        if field.minimum < 0.0 < field.maximum:
            marks.append(_path('zero', f'M{at(0.0):.1f} 4V{base + 4:g}'))
        marks += [_path('p', f'M{at(p):.1f} 4V{base:g}') for p in (field.p01, field.p99)]
        marks += [
            _text(0.0, height - 14.0, f'{field.minimum:.4g}', 'start'),
            _text(width, height - 14.0, f'{field.maximum:.4g}', 'end'),
        ]
    else:
        marks.append(_text(width / 2.0, height - 14.0, f'{field.minimum:.4g}', 'middle'))
    return _svg(width, height, marks, f'Histogram of {field.name}')


def lags(scan: LagScan) -> Markup:
    """Correlation of action and motion at each lag; lag 0 stands out."""
    width, tall, top_margin = 420.0, 100.0, 20.0
    zero = top_margin + tall * max(0.0, *scan.correlations)
    height = zero - tall * min(0.0, *scan.correlations) + 28.0
    step = width / len(scan.lags)
    marks = [_path('axis', f'M0 {zero:g}H{width:g}')]
    for index, (lag, value) in enumerate(zip(scan.lags, scan.correlations, strict=True)):
        middle = step * (index + 0.5)
        marks.append(_text(middle, height - 8.0, f'{lag:+d}' if lag else '0', 'middle'))
        top = zero - tall * max(value, 0.0)
        kind = 'bar' if lag == 0 else 'hot' if lag == scan.peak else 'soft'
        marks.append(
            Markup(
                '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
            ).format(kind, middle - 0.34 * step, top, 0.68 * step, max(tall * abs(value), 0.5))
        )
        marks.append(_text(middle, top - 5.0, f'{value:.2f}', 'middle'))
    return _svg(width, height, marks, 'Correlation of action and achieved motion over the lag')


def paths(
    parts: Sequence[PartFacts], with_actions: bool, most_points: int = POINTS
) -> Markup | None:
    """Recorded path of the TCP and the one that the actions make, from above and from the side.

    Args:
        parts: Of one episode; the first PARTS of them are drawn.
        with_actions: Whether actions are displacements of the TCP.
        most_points: Of each path, shared among its parts; each has its two ends in any case.

    Returns:
        None if there is no finite path of at least two points.
    """
    parts = parts[:PARTS]
    points_per_step = most_points / max(sum(len(part.proprio) for part in parts), 1)
    recorded = [
        _thinned(part.proprio[:, :3].astype(np.float64), points_per_step) for part in parts
    ]
    made = [
        _thinned(integrated_positions(part), points_per_step) for part in parts if with_actions
    ]
    points = np.concatenate([np.zeros((0, 3)), *recorded, *made])
    if len(points) < 2 or not np.isfinite(points).all():
        return None
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.array([PANEL_WIDTH, PANEL_HEIGHT, PANEL_HEIGHT]) - 2.0 * MARGIN
    scale = float((room / np.maximum(high - low, 2e-3)).min())
    marks: list[Markup] = []
    for index, (vertical, title) in enumerate(PANELS.items()):
        center = np.array([(index + 0.5) * PANEL_WIDTH + 20.0 * index, 20.0 + PANEL_HEIGHT / 2])
        middle = ((low + high) / 2)[[0, vertical]]

        def on_page(
            path: Array,
            center: Array = center,
            middle: Array = middle,
            vertical: int = vertical,
        ) -> Array:
            return center + scale * (path[:, [0, vertical]] - middle) * (1.0, -1.0)

        corner = center - (PANEL_WIDTH / 2, PANEL_HEIGHT / 2)
        marks.append(
            Markup('<rect class="panel" x="{:g}" y="{:g}" width="{:g}" height="{:g}"/>').format(
                *corner, PANEL_WIDTH, PANEL_HEIGHT
            )
        )
        marks.append(_text(corner[0], corner[1] - 6.0, title, 'start'))
        for kind, lines in (('recorded', recorded), ('integrated', made)):
            marks += [_path(kind, _polyline(on_page(line))) for line in lines if len(line)]
        ends = on_page(np.stack([recorded[0][0], recorded[-1][-1]]))
        for kind, (x, y) in zip(('start', 'end'), ends, strict=True):
            marks.append(
                Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="3.5"/>').format(kind, x, y)
            )
    marks += _scale_bar(scale)
    width = 2.0 * PANEL_WIDTH + 20.0
    return _svg(width, PANEL_HEIGHT + 46.0, marks, 'Path of the TCP from above and from the side')


def _scale_bar(scale: float) -> list[Markup]:
    fitting = [mm for mm in SCALE_BARS_MM if mm / MM * scale <= PANEL_WIDTH / 3]
    length_mm = fitting[-1] if fitting else SCALE_BARS_MM[0]
    y = PANEL_HEIGHT + 36.0
    length = length_mm / MM * scale
    return [
        _path('axis', f'M0 {y - 4:g}v8m0 -4h{length:.1f}m0 -4v8'),
        _text(length + 8.0, y + 4.0, f'{length_mm} mm', 'start'),
    ]


def _thinned(path: Array, points_per_step: float) -> Array:
    """About that share of its points, with the first and the last."""
    count = max(2, int(len(path) * points_per_step))
    if len(path) <= count:
        return path
    return path[np.unique(np.linspace(0, len(path) - 1, count).round().astype(int))]


def _polyline(points: Array) -> str:
    return 'M' + 'L'.join(f'{x:.1f} {y:.1f}' for x, y in points)


def _path(kind: str, way: str) -> Markup:
    return Markup('<path class="{}" d="{}"/>').format(kind, way)


def _text(x: float, y: float, words: str, anchor: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        x, y, anchor, words
    )


def _svg(width: float, height: float, marks: Sequence[Markup], title: str) -> Markup:
    return Markup('<svg viewBox="0 0 {:g} {:g}" role="img" aria-label="{}">{}</svg>').format(
        width, height, escape(title), Markup('').join(marks)
    )
