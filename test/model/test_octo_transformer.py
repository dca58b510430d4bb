# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The network with every kind of part; the original's numbers are in test_reference.py."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from octo_ros.errors import PolicyError
from octo_ros.model.batch import LanguageTokens, Observations, Tasks
from octo_ros.model.initialization import initialized_octo


@pytest.fixture(autouse=True)
def _without_gradients():
    with torch.no_grad():
        yield


@pytest.fixture(scope='module')
def transformer(rich_config):
    model = initialized_octo(rich_config, torch.Generator().manual_seed(0))
    return model.octo_transformer.eval()


@pytest.fixture
def observations():
    generator = torch.Generator().manual_seed(1)
    shape = (2, 3, 64, 64, 3)
    return Observations(
        {'image_top': torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator)},
        torch.tensor([[False, True, True], [True, True, True]]),
        low_dim={
            'proprio': torch.rand(2, 3, 14, generator=generator),
            'gripper': torch.rand(2, 3, 2, generator=generator),
        },
    )


@pytest.fixture
def tasks():
    return Tasks(LanguageTokens.empty(2, 16), vectors={'words': torch.zeros(2, 9)})


def test_groups_are_in_the_order_of_the_configuration(transformer, observations, tasks):
    output = transformer(observations, tasks)
    sizes = {group.name: group.tokens.shape[2] for group in output.timesteps}
    assert list(sizes.items()) == [
        ('obs_proprio', 14),
        ('obs_top', 6),
        ('obs_gripper', 2),
        ('obs_task_language', 16),
        ('readout_action', 3),
        ('readout_value', 1),
    ]


def test_padded_timesteps_hide_numbers_and_not_the_task(transformer, observations, tasks):
    output = transformer(observations, tasks)
    for name in ('obs_proprio', 'obs_top', 'obs_gripper'):
        shown = observations.timestep_pad_mask[..., None]
        assert torch.equal(output.group(name).mask, shown.expand(output.group(name).mask.shape))
    for name in ('obs_task_language', 'readout_action', 'readout_value'):
        assert output.group(name).mask.all()


def test_obs_is_all_observation_groups_as_one(transformer, observations, tasks):
    output = transformer(observations, tasks)
    parts = [group for group in output.timesteps if group.name.startswith('obs_')]
    group = output.group('obs')
    assert torch.equal(group.tokens, torch.cat([part.tokens for part in parts], dim=2))
    assert torch.equal(group.mask, torch.cat([part.mask for part in parts], dim=2))


def test_readouts_do_not_see_each_other(rich_config, transformer, observations, tasks):
    alone = initialized_octo(
        replace(rich_config, readouts=rich_config.readouts[:1]), torch.Generator()
    ).octo_transformer.eval()
    state = transformer.state_dict()
    del state['readouts.1']
    alone.load_state_dict(state)
    both = transformer(observations, tasks).group('readout_action')
    only = alone(observations, tasks).group('readout_action')
    torch.testing.assert_close(both.tokens, only.tokens, rtol=0, atol=1e-5)


@pytest.mark.parametrize('dropped', ['image_top', 'proprio', 'gripper'])
def test_what_is_not_given_has_no_tokens(dropped, transformer, observations, tasks):
    def without(values):
        return {key: value for key, value in values.items() if key != dropped}

    rest = replace(
        observations,
        images=without(observations.images),
        low_dim=without(observations.low_dim),
    )
    names = {group.name for group in transformer(rest, tasks).timesteps}
    gone = {'image_top': 'obs_top'}.get(dropped, f'obs_{dropped}')
    assert gone not in names
    assert len(names) == 5
    with pytest.raises(PolicyError, match=f"no tokens '{gone}' in this pass; there are task_la"):
        transformer(rest, tasks).group(gone)


def test_without_any_observation_it_refuses(transformer, tasks):
    nothing = Observations({}, torch.ones(2, 1, dtype=torch.bool), low_dim={'x': torch.zeros(1)})
    with pytest.raises(PolicyError, match=r"'x'. is read; known: image_top, proprio, gripper"):
        transformer(nothing, tasks)


def test_each_window_needs_its_own_instruction(transformer, observations, tasks):
    three = replace(tasks, language=LanguageTokens.empty(3, 16))
    with pytest.raises(PolicyError, match='3 instructions for 2 windows'):
        transformer(observations, three)


@pytest.mark.parametrize('window', [1, 10])
def test_windows_up_to_the_horizon(window, transformer, observations, tasks):
    def repeat(values):
        return {
            key: value[:, :1].expand(-1, window, *value.shape[2:]) for key, value in values.items()
        }

    longer = Observations(
        repeat(observations.images),
        torch.ones(2, window, dtype=torch.bool),
        low_dim=repeat(observations.low_dim),
    )
    group = transformer(longer, tasks).group('readout_action')
    assert group.tokens.shape == (2, window, 3, 128)
    assert group.tokens.isfinite().all()
