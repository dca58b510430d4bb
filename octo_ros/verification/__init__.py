# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Is what we compute what the original computed? Stored reference arrays against a checkpoint.

In reading order: reference (the files), scene (arrays → what the network takes), variants (other
scenes for the same network), engine and torch_engine (who computes), forward_pass,
transformer_arrays, head_arrays and training (what is computed, by name), units (statistics),
tolerance, comparison, verify, report.
"""
