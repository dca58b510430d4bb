# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What must hold whatever the weights; the original's numbers are in test_reference.py."""

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


def changed_frames(observations, timestep):
    def change(image):
        changed = image.clone()
        changed[:, timestep] = 255 - changed[:, timestep]
        return changed

    return replace(
        observations, images={key: change(image) for key, image in observations.images.items()}
    )


@pytest.mark.parametrize('tiny', ['lang', 'goal'])
def test_the_newest_frame_changes_no_older_token(tiny, request):
    tiny = request.getfixturevalue(tiny)
    # A hidden instruction's rows attend to everything; nobody reads them, so they are left out.
    shown = tiny.tasks.language_mask.all()
    tasks = tiny.tasks if shown else replace(tiny.tasks, language=None)
    model = tiny.model.octo_transformer
    before = model(tiny.observations, tasks)
    after = model(changed_frames(tiny.observations, 1), tasks)
    for a, b in zip(before.timesteps, after.timesteps, strict=True):
        equal(a.tokens[:, 0], b.tokens[:, 0])
        assert not torch.equal(a.tokens[:, 1], b.tokens[:, 1])


def test_task_tokens_do_not_depend_on_observations(lang):
    model = lang.model.octo_transformer
    before = model(lang.observations, lang.tasks)
    after = model(changed_frames(lang.observations, 0), lang.tasks)
    equal(before.prefix[0].tokens, after.prefix[0].tokens)


def test_a_masked_camera_changes_nothing_and_equals_a_missing_one(lang):
    hidden = replace(
        lang.observations, pad_masks={'image_wrist': torch.zeros(2, 2, dtype=torch.bool)}
    )
    noise = torch.randint(0, 256, (2, 2, 32, 32, 3), dtype=torch.uint8)
    other = replace(hidden, images={**hidden.images, 'image_wrist': noise})
    missing = Observations(
        {'image_primary': hidden.images['image_primary']}, hidden.timestep_pad_mask
    )
    embeddings = [lang.model(given, lang.tasks) for given in (hidden, other, missing)]
    equal(embeddings[0], embeddings[1])
    equal(embeddings[0], embeddings[2], 1e-5)


def test_a_permuted_batch_gives_a_permuted_result(lang):
    def flip(tensors):
        return {key: tensor.flip(0) for key, tensor in tensors.items()}

    given, tasks = lang.observations, lang.tasks
    observations = Observations(
        flip(given.images), given.timestep_pad_mask.flip(0), flip(given.pad_masks)
    )
    language = LanguageTokens(
        tasks.language.input_ids.flip(0), tasks.language.attention_mask.flip(0)
    )
    flipped = Tasks(language, tasks.language_mask.flip(0), flip(tasks.goal_images))
    equal(lang.model(given, tasks).flip(0), lang.model(observations, flipped), 1e-6)


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


class FromTensors(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, *tensors):
        return self.model(*rich_batch(*tensors))


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


def test_no_tensor_is_made_on_another_device_than_the_inputs(rich):
    """Operations between the meta device and the CPU are refused by torch, as with a GPU."""
    with torch.inference_mode(mode=False), torch.device('meta'):
        model = type(rich)(rich.config).eval()
    batch = rich_batch(*rich_inputs(device='meta'))
    assert model(*batch).device.type == 'meta'
    actions = model.sample_actions(*batch, generator=torch.Generator(), embodiment_action_dim=2)
    assert actions.device.type == 'meta'


@pytest.mark.slow
def test_it_can_be_exported_and_compiled_as_one_graph(rich):
    with torch.inference_mode(mode=False), torch.no_grad():
        model, tensors = FromTensors(rich), rich_inputs()
        exported = torch.export.export(model, tensors)
        equal(exported.module()(*tensors), model(*tensors), 1e-6)
        compiled = torch.compile(model, backend='eager', fullgraph=True)
        equal(compiled(*tensors), model(*tensors), 1e-6)
