# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From chunks to what is to be moved in one control tick, by time stamps.

In reading order: displacement, scheduler; chunk_path, commanded_time, timestamped (which chunk
says what at which time), tick_motion, tick_scheduler; the ways of execution: single, newest,
receding_horizon, and rotation_mean with temporal_ensemble.
"""
