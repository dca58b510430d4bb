# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The network as a whole; test_reference.py has its numbers, test_properties.py its laws."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from octo_ros.errors import PolicyError
from octo_ros.model.batch import LanguageTokens, Observations, Tasks
from octo_ros.model.head_config import (
    ContinuousHeadConfig,
    DiffusionHeadConfig,
    DiscreteHeadConfig,
)
from octo_ros.model.initialization import initialized_octo
from octo_ros.model.loss import ActionTargets
from octo_ros.model.sampling import SamplingNoise


@pytest.fixture(autouse=True)
def _without_gradients():
    with torch.inference_mode():
        yield


def equal(a, b, tolerance=0.0):
    torch.testing.assert_close(a, b, rtol=0, atol=tolerance)


def test_nothing_visible_gives_no_nan(goal):
    hidden = replace(goal.observations, timestep_pad_mask=torch.zeros(2, 2, dtype=torch.bool))
    output = goal.model.octo_transformer(hidden, goal.tasks)
    for group in (*output.prefix, *output.timesteps):
        assert group.tokens.isfinite().all()


@pytest.mark.parametrize('window', [1, 2, 10])
def test_windows_up_to_the_horizon(lang, window):
    images = {
        key: image[:, :1].expand(-1, window, -1, -1, -1)
        for key, image in lang.observations.images.items()
    }
    observations = Observations(images, torch.ones(2, window, dtype=torch.bool))
    assert lang.model(observations, lang.tasks).shape == (2, window, 64)


def test_longer_windows_are_refused(lang):
    frames = lang.observations.images['image_primary'][:, :1].expand(-1, 11, -1, -1, -1)
    observations = Observations({'image_primary': frames}, torch.ones(2, 11, dtype=torch.bool))
    with pytest.raises(PolicyError, match='11 timesteps; this network takes 1 to 10'):
        lang.model(observations, lang.tasks)


def test_without_any_camera_it_refuses(lang):
    with pytest.raises(PolicyError, match='known: image_primary, image_wrist'):
        lang.model(replace(lang.observations, images={}), lang.tasks)


def test_encoding_the_task_before_is_exact(lang):
    encoded = lang.model.encode_tasks(lang.tasks)
    assert encoded.language_features.shape == (2, 16, 32)
    equal(lang.model(lang.observations, encoded), lang.model(lang.observations, lang.tasks))


def sample(tiny, **kwargs):
    return tiny.model.sample_actions(tiny.observations, tiny.tasks, **kwargs)


def test_sampling_needs_one_source_of_randomness(lang):
    generator = torch.Generator()
    noise = lang.model.head.draw_noise((2,), generator)
    for both in ({}, {'noise': noise, 'generator': generator}):
        with pytest.raises(PolicyError, match='either noise or generator'):
            sample(lang, **both)


def test_the_same_seed_gives_the_same_actions(lang):
    first, again = (sample(lang, generator=torch.Generator().manual_seed(3)) for _ in range(2))
    equal(first, again)
    generator = torch.Generator().manual_seed(3)
    noise = lang.model.head.draw_noise((2,), generator)
    equal(sample(lang, noise=noise), first)
    assert not torch.equal(sample(lang, generator=generator), first)


def test_several_samples_share_one_pass(lang):
    generator = torch.Generator().manual_seed(3)
    several = sample(lang, generator=generator, sample_shape=(3,))
    assert several.shape == (3, 2, 4, 7)
    noise = lang.model.head.draw_noise((3, 2), torch.Generator().manual_seed(3))
    alone = SamplingNoise(noise.initial[1], noise.steps[:, 1])
    equal(several[1], sample(lang, noise=alone), 1e-4)


def given_noise(tiny, *lead, seed=3):
    return tiny.model.head.draw_noise(lead, torch.Generator().manual_seed(seed))


def test_given_noise_decides_how_many_samples_there_are(lang):
    assert sample(lang, noise=given_noise(lang, 3, 2)).shape == (3, 2, 4, 7)
    noise = given_noise(lang, 5, 3, 2)
    equal(sample(lang, noise=noise, sample_shape=(5, 3)), sample(lang, noise=noise))


@pytest.mark.parametrize('lead', [(2,), (3, 2), (2, 5, 2)])
def test_noise_for_other_samples_is_refused(lang, lead):
    with pytest.raises(PolicyError, match=r'but sample_shape is \(5,\); leave sample_shape out'):
        sample(lang, noise=given_noise(lang, *lead), sample_shape=(5,))


@pytest.mark.parametrize('lead', [(), (1,), (3,), (2, 3)])
def test_noise_for_another_batch_is_refused(lang, lead):
    with pytest.raises(PolicyError, match=r'noise\.initial must be \(\.\.\., 2, 28\)'):
        sample(lang, noise=given_noise(lang, *lead))


@pytest.mark.parametrize('dim', [0, -3, 8, 3.5])
def test_action_dimensions_that_the_network_lacks_are_refused(lang, dim):
    for options in ({}, {'sampler': 'ddim'}):
        with pytest.raises(PolicyError, match=r'embodiment_action_dim is .* allows 1 to 7'):
            sample(lang, generator=torch.Generator(), embodiment_action_dim=dim, **options)


def test_token_ids_beyond_the_vocabulary_are_refused(lang):
    language = lang.tasks.language
    unknown = replace(language, input_ids=language.input_ids + 40_000)
    with pytest.raises(PolicyError, match='token id'):
        lang.model.encode_tasks(replace(lang.tasks, language=unknown))
    with pytest.raises(PolicyError, match='token id'):
        lang.model(lang.observations, replace(lang.tasks, language=unknown))


HEADS = [
    DiffusionHeadConfig(readout_key='readout_action', action_dim=3, use_map=True),
    ContinuousHeadConfig(readout_key='obs', action_dim=3, use_map=True),
    DiscreteHeadConfig(readout_key='readout_action', action_dim=3, vocab_size=8),
]


@pytest.fixture(scope='module', params=HEADS, ids=lambda head: type(head).__name__)
def rich(request, rich_config):
    """A network with every kind of part, one for each head."""
    with torch.inference_mode(mode=False):
        config = replace(rich_config, head=request.param)
        return initialized_octo(config, torch.Generator().manual_seed(0)).eval()


def rich_inputs(batch=2, device='cpu'):
    """Images, numbers, timestep mask, ids, their mask, and the vector that FiLM reads."""
    ids = LanguageTokens.empty(batch, 16).input_ids
    shape = (batch, 2, 64, 64, 3)
    generator = torch.Generator().manual_seed(1)
    tensors = (
        torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator),
        torch.rand(batch, 2, 14, generator=generator),
        torch.rand(batch, 2, 2, generator=generator),
        torch.tensor([[False, True]]).expand(batch, 2),
        ids,
        torch.rand(batch, 9, generator=generator),
    )
    return tuple(tensor.to(device) for tensor in tensors)


def rich_batch(*tensors):
    image, proprio, gripper, shown, ids, words = tensors
    low_dim = {'proprio': proprio, 'gripper': gripper}
    observations = Observations({'image_top': image}, shown, low_dim=low_dim)
    return observations, Tasks(LanguageTokens(ids, ids), vectors={'words': words})


def test_every_head_samples_from_one_entry(rich):
    actions = rich.sample_actions(
        *rich_batch(*rich_inputs()),
        generator=torch.Generator().manual_seed(0),
        sample_shape=(4,),
    )
    assert actions.shape == (4, 2, 1, 3)
    assert actions.dtype == torch.float32
    assert actions.isfinite().all()
    same = isinstance(rich.config.head, ContinuousHeadConfig)
    assert torch.equal(actions[0], actions[1]) == same


def test_options_of_another_head_are_refused(rich):
    generator = torch.Generator()
    noise = SamplingNoise(torch.zeros(2, 3), torch.zeros(20, 2, 3))
    given = {
        'noise': {'noise': noise},
        'sampler': {'sampler': 'ddim'},
        'sampler, steps': {'sampler': 'ddim', 'steps': 5},
        'argmax': {'argmax': True},
        'temperature': {'temperature': 0.5},
    }
    known = {
        DiffusionHeadConfig: ('noise', 'sampler', 'sampler, steps'),
        DiscreteHeadConfig: ('argmax', 'temperature'),
        ContinuousHeadConfig: (),
    }[type(rich.config.head)]
    for name, options in given.items():
        source = {} if name == 'noise' else {'generator': generator}
        if name in known:
            rich.sample_actions(*rich_batch(*rich_inputs()), **source, **options)
            continue
        with pytest.raises(PolicyError, match=f'does not know {name}; leave {name} out'):
            rich.sample_actions(*rich_batch(*rich_inputs()), **source, **options)


def test_every_head_is_told_how_many_dimensions_the_robot_has(rich):
    batch = rich_batch(*rich_inputs())
    generator = torch.Generator().manual_seed(0)
    actions = rich.sample_actions(*batch, generator=generator, embodiment_action_dim=3)
    equal(actions, rich.sample_actions(*batch, generator=generator.manual_seed(0)))
    for dim in (0, 4):
        with pytest.raises(PolicyError, match='allows 1 to 3'):
            rich.sample_actions(*batch, generator=generator, embodiment_action_dim=dim)


@pytest.mark.parametrize('place', [1, 2, 5], ids=['proprio', 'gripper', 'words'])
def test_numbers_that_are_not_finite_are_refused(rich, place):
    inputs = [tensor.clone() for tensor in rich_inputs()]
    inputs[place].view(-1)[-1] = torch.nan
    with pytest.raises(PolicyError, match='NaN or infinite'):
        rich(*rich_batch(*inputs))


def test_every_head_has_a_training_loss(rich):
    targets = ActionTargets(
        torch.rand(2, 2, 1, 3),
        torch.ones(2, 2, 1, 3, dtype=torch.bool),
        torch.tensor([[False, True], [True, True]]),
    )
    batch = rich_batch(*rich_inputs())
    losses = [
        rich.training_loss(*batch, targets, torch.Generator().manual_seed(0)) for _ in range(2)
    ]
    assert losses[0].shape == ()
    assert losses[0] > 0
    equal(*losses)
    padding = replace(targets, timestep_pad_mask=torch.zeros(2, 2, dtype=torch.bool))
    assert rich.training_loss(*batch, padding, torch.Generator()).item() == 0


@pytest.mark.parametrize(
    ('dtype', 'tolerance'), [(torch.bfloat16, 0.15), (torch.float16, 0.02)], ids=str
)
def test_half_precision_is_near(rich, rich_config, dtype, tolerance):
    with torch.inference_mode(mode=False):
        half = initialized_octo(rich.config, torch.Generator()).eval()
        half.load_state_dict(rich.state_dict())
        half.to(dtype)
    batch = rich_batch(*rich_inputs())
    embedding = half(*batch)
    assert embedding.dtype == dtype
    equal(embedding.float(), rich(*batch), tolerance)
    actions = half.sample_actions(*batch, generator=torch.Generator().manual_seed(0))
    assert actions.dtype == torch.float32
    assert actions.isfinite().all()


@pytest.mark.parametrize(
    ('dtype', 'tolerance'), [(torch.bfloat16, 0.15), (torch.float16, 0.02)], ids=str
)
def test_half_precision_leaves_language_encoder_and_head_alone(rich, dtype, tolerance):
    with torch.inference_mode(mode=False):
        half = initialized_octo(rich.config, torch.Generator()).eval()
        half.load_state_dict(rich.state_dict())
        assert half.half_precision(dtype) is half
    kept = ('head.', 'octo_transformer.language.')
    for name, parameter in half.named_parameters():
        if name.startswith(kept):
            assert torch.equal(parameter, rich.get_parameter(name)), name
        else:
            assert parameter.dtype == dtype, name
    batch = rich_batch(*rich_inputs())
    embedding = half(*batch)
    assert embedding.dtype == torch.float32
    equal(embedding, rich(*batch), tolerance)
    tasks = rich.encode_tasks(batch[1])
    equal(half.encode_tasks(batch[1]).language_features, tasks.language_features)


def test_half_precision_of_another_type_is_refused(rich):
    for dtype in (torch.float32, torch.float64, torch.int8):
        with pytest.raises(PolicyError, match=r'torch\.bfloat16 or torch\.float16, not'):
            rich.half_precision(dtype)


def test_no_tensor_is_made_on_another_device_than_the_inputs(rich):
    """Operations between the meta device and the CPU are refused by torch, as with a GPU."""
    with torch.inference_mode(mode=False), torch.device('meta'):
        model = type(rich)(rich.config).eval()
    batch = rich_batch(*rich_inputs(device='meta'))
    assert model(*batch).device.type == 'meta'
    actions = model.sample_actions(*batch, generator=torch.Generator(), embodiment_action_dim=2)
    assert actions.device.type == 'meta'
