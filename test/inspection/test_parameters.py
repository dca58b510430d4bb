# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pytest

from octo_ros.errors import CheckpointError
from octo_ros.inspection.parameters import Parameters
from octo_ros.model.checkpoint import CheckpointDirectory, load_octo
from octo_ros.model.flax_msgpack import ArrayFile

DATA = Path(__file__).parents[1] / 'data'
FIXTURES = sorted(path.parent for path in DATA.glob('octo_tiny_*/checkpoint'))


@pytest.mark.parametrize('fixture', FIXTURES, ids=lambda path: path.name)
def test_every_number_is_in_one_part(fixture):
    checkpoint = CheckpointDirectory.read(fixture / 'checkpoint')
    parameters = Parameters.of(checkpoint, None)
    arrays = ArrayFile(fixture / 'checkpoint/0/default/checkpoint').arrays
    total = parameters.total
    assert parameters.stored
    assert parameters.problems == ()
    assert total.arrays == len(arrays)
    assert total.parameters == sum(math.prod(array.shape) for array in arrays.values())
    assert total.bytes == 4 * total.parameters
    names = {part.name for part in parameters.parts}
    inputs = {f'observation {t.name}' for t in checkpoint.config.observation_tokenizers}
    readouts = {f'readout {name}' for name, _ in checkpoint.config.readouts}
    language = checkpoint.config.language
    words = set() if language is None else {'task language'}
    encoder = {'language encoder'} if words and language.t5 else set()
    assert names == inputs | readouts | words | encoder | {'head action', 'transformer'}
    assert (parameters.trained.arrays < total.arrays) == bool(encoder)


def test_weights_of_another_network_are_told(tmp_path):
    copy = tmp_path / 'checkpoint'
    shutil.copytree(DATA / 'octo_tiny_lang/checkpoint', copy)
    other = DATA / 'octo_tiny_goal/checkpoint/0/default/checkpoint'
    shutil.copy(other, copy / '0/default/checkpoint')
    problems = Parameters.of(CheckpointDirectory.read(copy), None).problems
    path = 'octo_transformer/obs_primary_projection/kernel'
    assert f'{path} is float32(56, 48), expected float32(64, 64)' in problems


def test_problems_are_told_in_the_order_of_the_file(tmp_path):
    """The words are those with which loading refuses the same weights."""
    copy = tmp_path / 'checkpoint'
    shutil.copytree(DATA / 'octo_tiny_lang/checkpoint', copy)
    other = DATA / 'octo_tiny_goal/checkpoint/0/default/checkpoint'
    shutil.copy(other, copy / '0/default/checkpoint')
    problems = Parameters.of(CheckpointDirectory.read(copy), None).problems
    with pytest.raises(CheckpointError) as error:
        load_octo(copy)
    assert str(error.value).endswith(f': {"; ".join(problems)}.')


@pytest.mark.parametrize('layers', [20_000, 10**12])
def test_a_network_that_nobody_can_build_is_refused_at_once(tmp_path, layers):
    copy = tmp_path / 'checkpoint'
    shutil.copytree(DATA / 'octo_tiny_lang/checkpoint', copy)
    config = json.loads((copy / 'config.json').read_text())
    config['model']['transformer_kwargs']['num_layers'] = layers
    (copy / 'config.json').write_text(json.dumps(config))
    sentences = set()
    for attempt in (lambda: Parameters.of(CheckpointDirectory.read(copy), None), load_octo):
        with pytest.raises(CheckpointError, match='too large to be built') as error:
            attempt(copy) if attempt is load_octo else attempt()
        sentences.add(str(error.value))
    assert len(sentences) == 1


def test_a_checkpoint_in_the_newer_layout_is_described_by_its_config(tmp_path):
    copy = tmp_path / 'checkpoint'
    shutil.copytree(DATA / 'octo_tiny_lang/checkpoint', copy)
    before = Parameters.of(CheckpointDirectory.read(copy), None)
    (copy / '0/default/checkpoint').unlink()
    (copy / '0/default/manifest.ocdbt').touch()
    parameters = Parameters.of(CheckpointDirectory.read(copy), None)
    assert not parameters.stored
    assert set(parameters.parts) == set(before.parts)
