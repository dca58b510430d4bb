# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Every check, in the order in which findings of one severity are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from octo_ros.data.report.checks.angles import check_angle_wrap
from octo_ros.data.report.checks.clocks import (
    check_clock_fallback,
    check_clock_jumps,
    check_gaps,
    check_odd_stamps,
    check_stamp_order,
)
from octo_ros.data.report.checks.drift import check_drift
from octo_ros.data.report.checks.dropped_ticks import check_dropped_ticks
from octo_ros.data.report.checks.finite import check_finite
from octo_ros.data.report.checks.gripper import check_gripper_moves, check_gripper_range
from octo_ros.data.report.checks.idle import check_idle
from octo_ros.data.report.checks.instructions import (
    check_empty_instructions,
    check_long_instructions,
    check_mixed_forms,
    check_near_duplicates,
    check_programmatic_instructions,
)
from octo_ros.data.report.checks.lag import check_lag
from octo_ros.data.report.checks.left_out import (
    check_failed_episodes,
    check_skipped_episodes,
    check_unwanted_episodes,
    check_unwritable_episodes,
)
from octo_ros.data.report.checks.lengths import check_lengths
from octo_ros.data.report.checks.losses import check_losses
from octo_ros.data.report.checks.path import check_path_angle, check_path_distance
from octo_ros.data.report.checks.pictures import check_frozen_pictures, check_repeated_pictures
from octo_ros.data.report.checks.remarks import (
    check_file_notes,
    check_label_remarks,
    check_recording_remarks,
    check_warnings,
)
from octo_ros.data.report.checks.skew import check_skew
from octo_ros.data.report.checks.splits import check_splits
from octo_ros.data.report.checks.step_size import check_rotation, check_translation
from octo_ros.data.report.checks.unusable import check_unusable_messages
from octo_ros.data.report.checks.variation import (
    check_constant_numbers,
    check_outliers,
    check_saturation,
)
from octo_ros.data.report.finding import Finding
from octo_ros.data.report.measured import Measured

Check = Callable[[Measured], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    check_finite,
    check_unwritable_episodes,
    check_lengths,
    check_splits,
    check_empty_instructions,
    check_path_distance,
    check_path_angle,
    check_lag,
    check_translation,
    check_rotation,
    check_gripper_range,
    check_dropped_ticks,
    check_skew,
    check_drift,
    check_clock_fallback,
    check_clock_jumps,
    check_losses,
    check_skipped_episodes,
    check_warnings,
    check_recording_remarks,
    check_unusable_messages,
    check_frozen_pictures,
    check_repeated_pictures,
    check_gripper_moves,
    check_constant_numbers,
    check_idle,
    check_programmatic_instructions,
    check_long_instructions,
    check_mixed_forms,
    check_near_duplicates,
    check_outliers,
    check_saturation,
    check_angle_wrap,
    check_gaps,
    check_odd_stamps,
    check_stamp_order,
    check_label_remarks,
    check_file_notes,
    check_failed_episodes,
    check_unwanted_episodes,
)
