# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Shared by all tests: real nodes in a private domain of this machine."""

import importlib.util
import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from octo_ros.bringup.supervisor import local_environment

DATA = Path(__file__).parent / 'data'
# One domain per test process, below 60: demos take those above.
DOMAIN = 1 + os.getpid() % 59
os.environ.update(local_environment(DOMAIN))
os.environ.setdefault('OMP_NUM_THREADS', '1')
# A runner in the background of a script has these ignored, and so would every child.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# A busy machine is no failure.
settings.register_profile('octo_ros', deadline=None)
settings.load_profile('octo_ros')


def have_ros() -> bool:
    # With the repository root on the path, octo_ros_msgs is importable as an empty namespace.
    spec = importlib.util.find_spec('octo_ros_msgs')
    return (
        importlib.util.find_spec('rclpy') is not None
        and spec is not None
        and spec.origin is not None
    )


def pytest_collection_modifyitems(items):
    if have_ros():
        for item in items:
            if 'ros' in item.keywords and 'proof_of_stop' not in item.keywords:
                # Real processes in real time on a shared machine: one more try.
                item.add_marker(pytest.mark.flaky(reruns=1))
        return
    skip = pytest.mark.skip(reason='needs rclpy and the built messages: make env')
    for item in items:
        if 'ros' in item.keywords:
            item.add_marker(skip)


def pytest_ignore_collect(collection_path, config):
    del config
    return True if collection_path.name == 'nodes' and not have_ros() else None


@pytest.fixture
def domain_id() -> int:
    return DOMAIN


@pytest.fixture(scope='session')
def export_of(tmp_path_factory):
    """A function: name of a network in test/data → directory of its export; tracing takes long."""
    from octo_ros.model.checkpoint import CheckpointDirectory
    from octo_ros.policy.export import export_policy

    made = {}

    def make(name: str) -> Path:
        if name not in made:
            directory = tmp_path_factory.mktemp('export') / name
            export_policy(CheckpointDirectory.read(DATA / name / 'checkpoint'), directory)
            made[name] = directory
        return made[name]

    return make


@pytest.fixture(scope='session')
def rich_config():
    """A network with every kind of part."""
    # Imported here: tests of other rooms run without PyTorch.
    from octo_ros.model.config import (
        BinConfig,
        ImageTokenizerConfig,
        LanguageTokenizerConfig,
        LowdimTokenizerConfig,
        OctoConfig,
        StemConfig,
        T5Config,
        TransformerConfig,
    )
    from octo_ros.model.head_config import DiffusionHeadConfig

    stem = StemConfig(
        features=(32, 64, 64, 64), num_features=128, use_film=True, img_norm_type='imagenet'
    )
    camera = ImageTokenizerConfig(
        'top',
        ('image_top',),
        (),
        (64, 64),
        stem,
        film_keys=('words',),
        film_size=9,
        learned_tokens=6,
    )
    proprio = LowdimTokenizerConfig('proprio', (('proprio', 14),), BinConfig(64))
    gripper = LowdimTokenizerConfig('gripper', (('gripper', 2),))
    t5 = T5Config(vocab_size=300, d_model=96, d_kv=16, d_ff=256, num_layers=1, num_heads=8)
    return OctoConfig(
        observation_tokenizers=(proprio, camera, gripper),
        language=LanguageTokenizerConfig('language', 16, t5),
        readouts=(('action', 3), ('value', 1)),
        head=DiffusionHeadConfig(readout_key='readout_action', use_map=True, time_dim=512),
        transformer=TransformerConfig(num_layers=1, mlp_dim=256, num_attention_heads=4),
        token_embedding_size=128,
        max_horizon=10,
        window_size=1,
        repeat_task_tokens=True,
        use_correct_attention=True,
    )
