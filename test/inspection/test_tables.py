# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from octo_ros.inspection.description import CheckpointDescription
from octo_ros.inspection.tables import tables

DATA = Path(__file__).parents[1] / 'data'


@pytest.mark.parametrize(
    ('fixture', 'words'),
    [
        ('lang', ('v1.5', 'correct', '64x64 pixels', '90', 'diffusion, 20 steps, mean')),
        ('goal', ('v1.0', 'legacy', 'pred_horizon', '58')),
        ('aloha', ('14 numbers', 'continuous, l1 loss, attention pooling', '(the only one)')),
        ('discrete', ('discrete, 256 uniform bins', '2 per chunk, 3 numbers each')),
    ],
)
def test_words(fixture, words):
    console = Console(file=io.StringIO(), width=150)
    description = CheckpointDescription.of(DATA / f'octo_tiny_{fixture}/checkpoint')
    console.print(*tables(description))
    said = console.file.getvalue()
    for word in words:
        assert word in said
