# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Every array that the original computed for the two tiny checkpoints, against ours."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from octo_ros.model.attention_mask import attention_mask
from octo_ros.model.batch import Observations
from octo_ros.model.diffusion import SamplingNoise
from octo_ros.model.octo import Octo
from octo_ros.policy.statistics import DatasetStatistics, FieldStatistics, Normalization

DATA = Path(__file__).resolve().parents[1] / 'data'
FIXTURES = ('octo_tiny_lang', 'octo_tiny_goal')


def names():
    for fixture in FIXTURES:
        with np.load(DATA / fixture / 'outputs.npz') as arrays:
            yield from ((fixture, name) for name in arrays.files)


def tolerance(name):
    return 3e-4 if name.startswith('sample/') else 5e-5


@pytest.fixture(scope='session')
def computed(lang, goal):
    with torch.inference_mode():
        return {'octo_tiny_lang': compute(lang), 'octo_tiny_goal': {**compute(goal), **more(goal)}}


@pytest.mark.parametrize(('fixture', 'name'), list(names()))
def test_array_equals_the_original(fixture, name, computed, lang, goal):
    expected = {'octo_tiny_lang': lang, 'octo_tiny_goal': goal}[fixture].outputs[name]
    ours = np.asarray(computed[fixture][name])
    assert ours.shape == expected.shape
    if expected.dtype == bool:
        np.testing.assert_array_equal(ours, expected)
    else:
        np.testing.assert_allclose(ours, expected, rtol=0, atol=tolerance(name))


def groups(output, prefix='transformer/'):
    arrays = {}
    for group in (*output.prefix, *output.timesteps):
        arrays[f'{prefix}{group.name}/tokens'] = group.tokens
        arrays[f'{prefix}{group.name}/mask'] = group.mask
    return arrays


def compute(tiny):
    inside, transformer_input = {}, []
    transformer = tiny.model.octo_transformer
    hooks = [
        *watch(inside, transformer),
        transformer.transformer.register_forward_hook(
            lambda _, given, __: transformer_input.append(given[1])
        ),
    ]
    output = transformer(tiny.observations, tiny.tasks)
    for hook in hooks:
        hook.remove()
    observed = [g for g in output.timesteps if g.name.startswith('obs_')]
    newest = Observations(
        {key: image[:, -1:] for key, image in tiny.observations.images.items()},
        tiny.observations.timestep_pad_mask[:, -1:],
        {key: mask[:, -1:] for key, mask in tiny.observations.pad_masks.items()},
    )
    return {
        **inside,
        **groups(output),
        'transformer/obs/tokens': torch.cat([g.tokens for g in observed], dim=2),
        'transformer/obs/mask': torch.cat([g.mask for g in observed], dim=2),
        'transformer/task/tokens': output.prefix[0].tokens,
        'transformer/task/mask': output.prefix[0].mask,
        'attention_mask': transformer_input[0],
        **groups(transformer(newest, tiny.tasks), 'window1/transformer/'),
        **diffusion(tiny),
        **samples(tiny),
    }


def watch(arrays, transformer):
    """Hooks that store what flows inside."""

    def store(name, change=lambda x: x):
        return lambda _, __, out: arrays.__setitem__(name, change(out))

    def group(name):
        def hook(_, __, out):
            arrays[f'tokenizer/{name}/tokens'], arrays[f'tokenizer/{name}/mask'] = (
                out.tokens,
                out.mask,
            )

        return hook

    def channels_last(x):
        return x.permute(0, 2, 3, 1)

    yield transformer.language.register_forward_hook(group('task_tokenizers_language'))
    yield transformer.language_embedding.projection.register_forward_hook(
        store('projection/task_language_projection')
    )
    for i, block in enumerate(transformer.transformer.blocks):
        yield block.register_forward_hook(store(f'block/encoderblock_{i}'))
    for camera, embedding in zip(transformer.cameras, transformer.camera_embeddings, strict=True):
        name = camera.config.name
        stem = f'stem/observation_tokenizers_{name}'
        yield camera.register_forward_hook(group(f'observation_tokenizers_{name}'))
        yield camera.stem.convs[0].register_forward_hook(store(f'{stem}/StdConv_0', channels_last))
        yield camera.stem.norms[0].register_forward_hook(
            store(f'{stem}/GroupNorm_0', channels_last)
        )
        yield embedding.projection.register_forward_hook(
            store(f'projection/obs_{name}_projection')
        )


def diffusion(tiny):
    head, inputs = tiny.model.head, tiny.inputs
    embedding = tiny.model(tiny.observations, tiny.tasks)
    times = torch.arange(20)[:, None]
    fourier = head.network.time_features(times)
    return {
        'schedule/betas': head.schedule.betas,
        'schedule/alphas': head.schedule.alphas,
        'schedule/alpha_hats': head.schedule.alpha_hats,
        'time/fourier': fourier,
        'time/cond': head.network.time_mlp(fourier),
        'eps/eps_pred': head.network(embedding, inputs['eps/noisy_actions'], inputs['eps/time']),
        'eps/mixed_eps_pred': head.network(
            embedding, inputs['eps/mixed_noisy_actions'], inputs['eps/mixed_time']
        ),
    }


def samples(tiny):
    dim = int(tiny.inputs['sample/embodiment_action_dim'])
    initial, steps = tiny.inputs['sample/initial_noise'], tiny.inputs['sample/step_noise']
    newest = SamplingNoise(initial[:, -1], steps[:, :, -1])  # only this timestep is denoised
    embedding = tiny.model(tiny.observations, tiny.tasks)
    arrays = {}
    for prefix, action_dim in (('sample/', None), ('sample/masked_', dim)):
        arrays[f'{prefix}actions_normalized'] = tiny.model.sample_actions(
            tiny.observations, tiny.tasks, noise=newest, embodiment_action_dim=action_dim
        )
        x, path = initial, []
        for t in reversed(range(20)):
            x = tiny.model.head.denoise_step(embedding, x, t, steps[19 - t], action_dim)
            path.append(x)
        arrays[f'{prefix}x_after_each_step'] = torch.stack(path)
    values = json.loads((tiny.checkpoint / 'dataset_statistics.json').read_text())
    action = DatasetStatistics.from_dict(values).action
    cut = {name: part[:dim] for name, part in action.to_dict().items()}
    actions = arrays['sample/actions_normalized']
    return {
        **arrays,
        'sample/actions_unnormalized': action.unnormalize(actions, Normalization.NORMAL),
        'sample/actions_unnormalized_bounds': action.unnormalize(actions, Normalization.BOUNDS),
        'sample/masked_actions_unnormalized': FieldStatistics.from_dict(cut).unnormalize(
            arrays['sample/masked_actions_normalized'], Normalization.NORMAL
        ),
    }


def more(tiny):
    """What only the goal-image fixture has: other masks, cameras and goals."""
    corrected = Octo(replace(tiny.model.config, use_correct_attention=True)).eval()
    corrected.load_state_dict(tiny.model.state_dict())
    transformer = tiny.model.octo_transformer
    output = corrected.octo_transformer(tiny.observations, tiny.tasks)
    images = tiny.observations.images
    primary_only = replace(
        tiny.observations, images={'image_primary': images['image_primary']}, pad_masks={}
    )
    no_goal = replace(tiny.tasks, goal_images={})
    return {
        **groups(output, 'correct_attention/'),
        'correct_attention/attention_mask': attention_mask(
            output.prefix, output.timesteps, correct=True
        ),
        **groups(transformer(primary_only, tiny.tasks), 'primary_only/'),
        **groups(transformer(tiny.observations, no_goal), 'no_goal/'),
    }
