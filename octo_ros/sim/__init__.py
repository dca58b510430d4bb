# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Simulated arms with cameras, tasks and an expert."""
