# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Figures over a whole dataset; one question, one file."""
