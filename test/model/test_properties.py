# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What must hold for any window, batch, mask and camera, whatever the weights."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.model.batch import LanguageTokens, Observations, Tasks

NAMES = ('lang', 'goal')


@pytest.fixture(autouse=True)
def _without_gradients():
    with torch.inference_mode():
        yield


@pytest.fixture(scope='module', params=NAMES)
def tiny(request):
    return request.getfixturevalue(request.param)


@dataclass(frozen=True)
class Case:
    """Sizes and masks; the seed decides the rest."""

    seed: int
    batch: int
    window: int
    cameras: tuple[int, ...]
    goals: bool

    def draw(self, config):
        generator = torch.Generator().manual_seed(self.seed)
        cameras = [config.cameras[i] for i in self.cameras]
        lead = (self.batch, self.window)

        def mask(*shape):
            return torch.rand(shape, generator=generator) < 0.7

        images = {c.image_keys[0]: pixels(generator, *lead, *c.image_size, 3) for c in cameras}
        observations = Observations(images, mask(*lead), {key: mask(*lead) for key in images})
        shape = (self.batch, config.language.num_tokens)
        ids = torch.randint(1, config.language.t5.vocab_size, shape, generator=generator)
        shown = mask(*shape)
        language = LanguageTokens(ids * shown, shown.long())
        goals = {
            key: pixels(generator, self.batch, *camera.image_size, 3)
            for camera in cameras
            for key in camera.goal_keys
            if self.goals
        }
        return observations, Tasks(language, mask(self.batch), goals)


def pixels(generator, *shape):
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator)


def other_pixels(observations, where):
    """Other pixels in the frames that the masks, by image key, name."""

    def changed(key, image):
        return torch.where(where[key][..., None, None, None], 255 - image, image)

    images = {key: changed(key, image) for key, image in observations.images.items()}
    return replace(observations, images=images)


def cases(most_windows=4):
    return st.builds(
        Case,
        seed=st.integers(0, 2**31),
        batch=st.integers(1, 3),
        window=st.integers(1, most_windows),
        cameras=st.sampled_from([(0,), (1,), (0, 1)]),
        goals=st.booleans(),
    )


@settings(max_examples=20)
@given(case=cases())
def test_the_newest_frame_changes_no_older_token(tiny, case):
    observations, tasks = case.draw(tiny.model.config)
    newest = torch.arange(case.window).expand(case.batch, -1) == case.window - 1
    changed = other_pixels(observations, dict.fromkeys(observations.images, newest))
    model = tiny.model.octo_transformer
    before, after = model(observations, tasks), model(changed, tasks)
    for a, b in zip(before.timesteps, after.timesteps, strict=True):
        # A hidden token may see nothing, and then everything; nobody reads it.
        read = a.mask[:, :-1]
        assert torch.equal(a.tokens[:, :-1][read], b.tokens[:, :-1][read]), a.name


@settings(max_examples=20)
@given(case=cases(), other=st.integers(0, 2**31), first=st.integers(1, 4))
def test_task_tokens_do_not_depend_on_observations(tiny, case, other, first):
    observations, tasks = case.draw(tiny.model.config)
    unlike, _ = replace(case, seed=other).draw(tiny.model.config)
    model = tiny.model.octo_transformer
    before, after = model(observations, tasks), model(unlike, tasks)
    longer, _ = replace(case, seed=other, window=first).draw(tiny.model.config)
    windows = model(longer, tasks)
    for a, b, c in zip(before.prefix, after.prefix, windows.prefix, strict=True):
        assert torch.equal(a.tokens[a.mask], b.tokens[a.mask]), a.name
        # Matrix products of another length may be summed in another order.
        torch.testing.assert_close(a.tokens[a.mask], c.tokens[a.mask], rtol=0, atol=1e-5)


@settings(max_examples=20)
@given(case=cases())
def test_hidden_frames_change_nothing(tiny, case):
    observations, tasks = case.draw(tiny.model.config)
    padding = ~observations.timestep_pad_mask
    hidden = {key: ~mask | padding for key, mask in observations.pad_masks.items()}
    before = tiny.model(observations, tasks)
    assert torch.equal(before, tiny.model(other_pixels(observations, hidden), tasks))


@settings(max_examples=20)
@given(case=cases(), hidden=st.integers(0, 1))
def test_a_camera_that_is_always_hidden_equals_a_missing_one(tiny, case, hidden):
    observations, tasks = replace(case, cameras=(0, 1)).draw(tiny.model.config)
    key = tiny.model.config.cameras[hidden].image_keys[0]
    never = torch.zeros_like(observations.timestep_pad_mask)
    masks = {**observations.pad_masks, key: never}
    images = {other: image for other, image in observations.images.items() if other != key}
    with_mask = tiny.model(replace(observations, pad_masks=masks), tasks)
    without = tiny.model(replace(observations, images=images), tasks)
    torch.testing.assert_close(with_mask, without, rtol=0, atol=1e-5)


@settings(max_examples=20)
@given(case=cases(), data=st.data())
def test_a_permuted_batch_gives_a_permuted_result(tiny, case, data):
    observations, tasks = case.draw(tiny.model.config)
    order = torch.tensor(data.draw(st.permutations(range(case.batch))))

    def permuted(tensors):
        return {key: tensor[order] for key, tensor in tensors.items()}

    others = Observations(
        permuted(observations.images),
        observations.timestep_pad_mask[order],
        permuted(observations.pad_masks),
    )
    language = LanguageTokens(
        tasks.language.input_ids[order], tasks.language.attention_mask[order]
    )
    elsewhere = Tasks(language, tasks.language_mask[order], permuted(tasks.goal_images))
    before, after = tiny.model(observations, tasks), tiny.model(others, elsewhere)
    torch.testing.assert_close(before[order], after, rtol=0, atol=1e-5)
