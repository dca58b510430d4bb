# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The engines that drive robots against the original's own numbers."""

from __future__ import annotations

import shutil

import pytest

from octo_ros.errors import OctoRosError
from octo_ros.policy.export import ExportOptions
from octo_ros.verification import window_engines
from octo_ros.verification.comparison import Status
from octo_ros.verification.engine import EngineOptions
from octo_ros.verification.reference import Reference
from octo_ros.verification.verify import Verifier

from .conftest import DATA


def verify(name, engine, **options):
    folder = DATA / name
    reference = Reference.read(folder / 'inputs.npz', folder / 'outputs.npz', None)
    return Verifier(folder / 'checkpoint', engine, EngineOptions(**options)).verify(reference)


NAMES = ('octo_tiny_lang', 'octo_tiny_goal', 'octo_tiny_aloha', 'octo_tiny_readouts')
COMPARED = {'transformer/readout_action/tokens', 'sample/actions_normalized'}


def passed(verification):
    return {c.name for c in verification.comparisons if c.status is Status.OK}


@pytest.mark.parametrize('name', NAMES)
def test_the_cached_engine_gives_the_originals_numbers(name):
    verification = verify(name, 'cached')
    assert verification.passed
    assert passed(verification) > COMPARED


@pytest.mark.slow
@pytest.mark.parametrize('engine', ['onnxruntime', 'openvino'])
@pytest.mark.parametrize('name', ['octo_tiny_lang', 'octo_tiny_readouts'])
def test_exported_graphs_give_the_originals_numbers(name, engine, export_of, monkeypatch):
    made = []

    def export_once(checkpoint, output, options):
        assert options == ExportOptions()
        made.append(checkpoint.path.parent.name)
        shutil.copytree(export_of(made[0]), output)

    monkeypatch.setattr(window_engines, 'export_policy', export_once)
    verification = verify(name, engine)
    assert made == [name]
    assert verification.passed
    assert passed(verification) > COMPARED


def test_bfloat16_is_within_its_tolerance():
    assert verify('octo_tiny_lang', 'cached', dtype='bfloat16').passed


@pytest.mark.parametrize(
    ('name', 'options', 'message'),
    [
        ('octo_tiny_lang', {'dtype': 'float16'}, 'float32 or bfloat16'),
        ('octo_tiny_discrete_map', {}, 'cannot be split'),
    ],
)
def test_what_it_cannot_do_is_one_sentence(name, options, message):
    with pytest.raises(OctoRosError, match=message):
        verify(name, 'cached', **options)
