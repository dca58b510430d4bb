# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Tiny networks with made-up frames and tasks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

from octo_ros.model import load_octo
from octo_ros.model.batch import LanguageTokens, Tasks
from octo_ros.model.checkpoint import CheckpointDirectory
from octo_ros.model.diffusion import DiffusionHead
from octo_ros.model.discrete import DiscreteHead
from octo_ros.model.octo import Octo
from octo_ros.model.sampling import Sampling
from octo_ros.policy.engines.frame import Frame
from octo_ros.policy.engines.quantize import CalibrationTick
from octo_ros.policy.export import ExportOptions, export_policy

torch.set_num_threads(1)

DATA = Path(__file__).resolve().parents[2] / 'data'


@dataclass(frozen=True)
class World:
    """Random input for one network."""

    name: str
    octo: Octo
    rng: np.random.Generator

    def frame(self, hidden: tuple[str, ...] = ()) -> Frame:
        config = self.octo.config
        images = {
            key: self.rng.integers(0, 256, (*camera.image_size, 3), dtype=np.uint8)
            for camera in config.cameras
            for key in camera.image_keys
        }
        low_dim = {
            key: self.rng.normal(size=size).astype(np.float32)
            for tokenizer in config.observation_tokenizers
            for key, size in getattr(tokenizer, 'inputs', ())
        }
        return Frame(images, low_dim, frozenset(hidden))

    def task(self, words: bool = True, goals: bool = False) -> Tasks:
        config = self.octo.config
        language = None
        if config.language is not None:
            shape = (1, config.language.num_tokens)
            ids = torch.from_numpy(self.rng.integers(1, 90, shape))
            language = LanguageTokens(ids, torch.ones(shape, dtype=torch.int64))
        images = {
            key: torch.from_numpy(
                self.rng.integers(0, 256, (1, *camera.image_size, 3), dtype=np.uint8)
            )
            for camera in config.cameras
            for key in camera.goal_keys
        }
        return Tasks(language, torch.tensor([words]), images if goals else {})

    def sampling(self, **options) -> Sampling:
        head = self.octo.head
        if isinstance(head, DiscreteHead):
            return Sampling(argmax=True, **options)
        if not isinstance(head, DiffusionHead):
            return Sampling(**options)
        generator = torch.Generator().manual_seed(int(self.rng.integers(2**31)))
        return Sampling(noise=head.draw_noise((1,), generator), **options)


@pytest.fixture(scope='session')
def world():
    """A function: fixture name and seed → World; the network is read once."""
    networks = {}

    def make(name: str, seed: int = 0) -> World:
        if name not in networks:
            networks[name] = load_octo(DATA / name / 'checkpoint')
        return World(name, networks[name], np.random.default_rng(seed))

    return make


@pytest.fixture(scope='session')
def exported(tmp_path_factory, world, export_of):
    """A function: fixture name and precision → directory, each made once."""
    made = {}

    def make(name: str, precision: str = 'fp32'):
        if precision == 'fp32':
            return export_of(name)
        if (name, precision) not in made:
            output = tmp_path_factory.mktemp('export') / name
            tiny = world(name)
            window = tiny.octo.config.window_size
            calibration = [
                CalibrationTick(
                    tiny.task(), tuple(tiny.frame() for _ in range(window - 1)), tiny.frame()
                )
                for _ in range(6 if precision == 'int8' else 0)
            ]
            checkpoint = CheckpointDirectory.read(DATA / name / 'checkpoint')
            export_policy(checkpoint, output, ExportOptions(precision), calibration)
            made[name, precision] = output
        return made[name, precision]

    return make
