# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bags → dataset: the plan, the episodes, the run."""
