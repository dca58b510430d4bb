# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Adversarial streams for the safety filter, and a judge that shares no code with it.

The judge sees only what was sent. It has kinematics and distances of its own, in numpy, made from
`octo_ros.robots.model`; it knows neither pinocchio nor coal nor the filter's limits code.
"""
