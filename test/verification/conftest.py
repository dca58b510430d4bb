# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The tiny checkpoints (test/data/octo_tiny_*) and what the original computed from them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from octo_ros.verification.reference import Reference
from octo_ros.verification.verify import Verifier

torch.set_num_threads(1)

DATA = Path(__file__).resolve().parents[1] / 'data'


def read(name):
    path = DATA / name
    return Reference.read(path / 'inputs.npz', path / 'outputs.npz')


@pytest.fixture(scope='session')
def data() -> Path:
    return DATA


@pytest.fixture(scope='session')
def lang() -> Reference:
    return read('octo_tiny_lang')


@pytest.fixture(scope='session')
def goal() -> Reference:
    return read('octo_tiny_goal')


@pytest.fixture(scope='session')
def aloha() -> Reference:
    return read('octo_tiny_aloha')


@pytest.fixture(scope='session')
def lang_verifier() -> Verifier:
    return Verifier(DATA / 'octo_tiny_lang/checkpoint')


@pytest.fixture(scope='session')
def goal_verifier() -> Verifier:
    return Verifier(DATA / 'octo_tiny_goal/checkpoint')


@pytest.fixture
def copied(tmp_path) -> Path:
    """A copy of a checkpoint, to be changed."""
    return Path(shutil.copytree(DATA / 'octo_tiny_goal/checkpoint', tmp_path / 'checkpoint'))
