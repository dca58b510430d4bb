# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The report for programs: `report.json`.

Its keys are stable: one may be added, but none changes its meaning without a new `format`.

- `format`: 1.
- `dataset`, `embodiment`, `hz`, `steps`, `splits` (split to RLDS episodes).
- `action`: `source`, `names`, `gripper_index` (or null).
- `episode_counts`: `kept`, `failed` (of the kept), `skipped`, `discarded`, `failed_left_out`.
- `finding_counts`: `error`, `warning`, `note`.
- `findings`, the worst first: `severity`, `code`, `places`, `sentence`, `threshold`, `remedy`.
- `bags`: `path`, `duration_s`, `losses`, and `topics`, the fields of `TopicTiming`.
- `skews`, `pictures`, `idle`, `actions`, `lag_scan` (or null), `path_errors` (or null),
  `instructions`: the fields of `SourceSkew`, `CameraPictures`, `Idle`, `ActionField`, `LagScan`
  (and `peak`), `PathErrors`, `InstructionUse`.
- `dropped_ticks`: reason to ticks.
- `episodes`: the fields of `EpisodeReport`, and `place`, `pictures` and `idle` of the episode.
- `skipped`: the fields of `SkippedEpisode`.
- `warnings`: sentences of the converter.
- `earlier_reports`: pages of the conversions that were added to, relative to the dataset.

Numbers that are not finite are null; the finding `not_finite` tells of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.data.report.finding import Severity

if TYPE_CHECKING:
    from octo_ros.data.report.finding import Finding
    from octo_ros.data.report.measured import Measured

FORMAT = 1


def to_json_values(measured: Measured, findings: Iterable[Finding]) -> dict[str, Any]:
    """The report as values of JSON."""
    facts, findings = measured.facts, tuple(findings)
    values = {
        'format': FORMAT,
        'dataset': facts.dataset,
        'embodiment': facts.embodiment,
        'hz': facts.hz,
        'steps': facts.steps,
        'splits': facts.split_episodes,
        'action': {
            'source': facts.action_source,
            'names': facts.action_names,
            'gripper_index': facts.gripper_index,
        },
        'episode_counts': episode_counts(measured),
        'finding_counts': {
            severity.value: sum(finding.severity is severity for finding in findings)
            for severity in Severity
        },
        'findings': findings,
        'bags': facts.bags,
        'skews': measured.skews,
        'dropped_ticks': measured.dropped_ticks,
        'pictures': measured.pictures,
        'idle': measured.idle_in_all,
        'actions': measured.actions,
        'lag_scan': measured.lag and {**plain(measured.lag), 'peak': measured.lag.peak},
        'path_errors': measured.path,
        'instructions': measured.instructions,
        'episodes': [
            {
                'place': episode.report.place,
                **plain(episode.report),
                'pictures': episode.pictures,
                'idle': idle,
            }
            for episode, idle in zip(facts.episodes, measured.idle, strict=True)
        ],
        'skipped': facts.skipped,
        'warnings': facts.warnings,
        'earlier_reports': facts.earlier_reports,
    }
    result: dict[str, Any] = plain(values)
    return result


def episode_counts(measured: Measured) -> dict[str, int]:
    """Recorded episodes by what became of them."""
    facts = measured.facts
    skipped = [episode.kind for episode in facts.skipped]
    return {
        'kept': len(facts.episodes),
        'failed': sum(episode.report.success is False for episode in facts.episodes),
        'skipped': skipped.count('unusable'),
        'discarded': skipped.count('discarded'),
        'failed_left_out': skipped.count('failed'),
    }


def plain(value: object) -> Any:  # noqa: ANN401 - any value of JSON
    """Dataclasses, tuples, mappings and numpy's numbers as values of JSON; not finite: None."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    scalar = value.item() if isinstance(value, np.generic) else value
    if isinstance(scalar, float) and not math.isfinite(scalar):
        return None
    return scalar.value if isinstance(scalar, Enum) else scalar
