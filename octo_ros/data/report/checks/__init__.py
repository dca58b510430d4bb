# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What must hold of a dataset; one question, one file."""
