# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Actions that add up what the safety filter let through."""

from __future__ import annotations

from octo_ros.data.labels.summed import SummedRecipe


class ExecutedLabels(SummedRecipe):
    """Sums of the executed part of ExecutedAction, each from the filter's decision on."""

    source = 'executed'
    types = ('octo_ros_msgs/msg/ExecutedAction',)
