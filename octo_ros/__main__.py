# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`python -m octo_ros <command>`."""

from octo_ros.cli.main import main

raise SystemExit(main())
