# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The limits: one idea, one class, one file, all answering `constraint(configuration)`."""
