# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What came of sending datasets through the original's loader; for original_loader.py."""

from dataclasses import dataclass, field
from pathlib import Path

from rich.table import Table

SPLITS = ('train', 'val')


@dataclass
class Finding:
    """What came of one dataset.

    Attributes:
        dataset: Its directory.
        episodes: Split to the number of episodes that came out.
        steps: Their steps.
        steps_per_second: Through the original's pipeline.
        actions: Largest difference of normalised actions.
        states: Largest difference of normalised states.
        pictures_mean: Mean difference of pictures, of 255.
        pictures_max: Largest difference.
        statistics: Largest difference, relative to the largest value of its kind.
        wrong: What is not as it should be.
    """

    dataset: str
    episodes: dict[str, int] = field(default_factory=dict)
    steps: int = 0
    steps_per_second: float = 0.0
    actions: float = 0.0
    states: float = 0.0
    pictures_mean: float = 0.0
    pictures_max: float = 0.0
    statistics: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def expect(self, condition: bool, what: str) -> None:
        """Note what is wrong if it is."""
        if not condition:
            self.wrong.append(what)


def table(findings: list[Finding]) -> Table:
    """For people."""
    made = Table(title="Octo's data pipeline on our datasets", title_justify='left')
    for heading in (
        'dataset',
        'episodes',
        'steps',
        'steps/s',
        'action',
        'state',
        'picture',
        'stat',
    ):
        made.add_column(heading, justify='left' if heading == 'dataset' else 'right', no_wrap=True)
    for f in findings:
        made.add_row(
            Path(f.dataset).parts[-2],
            ' + '.join(str(f.episodes.get(split, 0)) for split in SPLITS),
            str(f.steps),
            f'{f.steps_per_second:.0f}',
            f'{f.actions:.1e}',
            f'{f.states:.1e}',
            f'{f.pictures_mean:.2f} / {f.pictures_max:g}',
            f'{f.statistics:.0e}',
            style='red' if f.wrong else '',
        )
    return made
