# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The tiny checkpoints driving a robot whose cameras have their image sizes."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from octo_ros.embodiment import ACTION_NAMES, load_embodiment
from octo_ros.errors import DatasetError, PolicyError, UnknownNameError
from octo_ros.model import load_octo
from octo_ros.model.batch import Observations, Tasks
from octo_ros.model.config import LowdimTokenizerConfig
from octo_ros.model.head_config import ContinuousHeadConfig
from octo_ros.model.initialization import initialized_octo
from octo_ros.model.sampling import SamplingNoise
from octo_ros.policy.engines.torch_engine import torch_engine
from octo_ros.policy.loaded_octo import LoadedOcto
from octo_ros.policy.noise import CoupledNoise, FreshNoise
from octo_ros.policy.octo_policy import OctoPolicy
from octo_ros.policy.statistics import DatasetStatistics, Normalization
from octo_ros.types import Observation, ObservationWindow, Task

torch.set_num_threads(1)

DATA = Path(__file__).resolve().parents[1] / 'data'
LANG = DATA / 'octo_tiny_lang/checkpoint'
GOAL = DATA / 'octo_tiny_goal/checkpoint'
SIZES = {'image_primary': 64, 'image_wrist': 32}
REACH = Task(task_id=1, language_instruction='reach the red block')
SECOND = 1_000_000_000


@pytest.fixture(scope='module')
def widowx():
    return load_embodiment(str(DATA / 'embodiments/widowx.yaml'))


def octo_policy(checkpoint, embodiment, dataset_name='', *, seed):
    return OctoPolicy(LoadedOcto.load(checkpoint, dataset_name), embodiment, seed=seed)


def coupled(embodiment):
    loaded = LoadedOcto.load(LANG)
    noise = CoupledNoise(loaded.config.head, embodiment.action_dt, 0)
    return OctoPolicy(loaded, embodiment, seed=0, noise=noise)


def changed(loaded, config):
    """The same with another network, whose parameters are new."""
    model = initialized_octo(config, torch.Generator().manual_seed(0))
    return replace(loaded, config=config, engine=torch_engine(model))


@pytest.fixture
def policy(widowx):
    return octo_policy(LANG, widowx, seed=0)


def frames(seed, length=2, sizes=SIZES):
    rng = np.random.default_rng(seed)
    return {
        key: rng.integers(0, 256, (length, size, size, 3), np.uint8) for key, size in sizes.items()
    }


def window(images=None, mask=(True, True)):
    return ObservationWindow(
        images=frames(0) if images is None else images,
        proprio=np.zeros((len(mask), 7)),
        timestep_pad_mask=mask,
        stamps_ns=[t * SECOND for t in range(len(mask))],
    )


def goal_task(task_id, seed):
    images = {key: image[0] for key, image in frames(seed).items()}
    return Task(task_id=task_id, goal_images=images)


def test_the_robot_differs_from_the_shipped_one_in_its_image_sizes_only(widowx):
    shipped = load_embodiment('widowx')
    cameras = {
        key: replace(camera, height=SIZES[key], width=SIZES[key])
        for key, camera in shipped.cameras.items()
    }
    assert widowx == replace(shipped, cameras=cameras)


def test_a_chunk_says_what_it_is(policy, widowx):
    chunk = policy.infer(window(), REACH, start_ns=7 * SECOND)
    assert chunk.actions.shape == (4, 7)
    assert np.isfinite(chunk.actions).all()
    assert chunk.spec.names == ACTION_NAMES
    assert chunk.spec == policy.spec == widowx.action_spec(4)
    assert chunk.observation_stamp_ns == SECOND
    assert chunk.start_ns == 7 * SECOND
    assert [policy.infer(window(), REACH, 0).chunk_id for _ in range(2)] == [1, 2]
    assert not chunk.finished
    assert policy.window_size == 2
    assert policy.notes == ()


def test_actions_are_in_robot_units(widowx, tmp_path):
    """Other statistics, same network and noise: the motion follows them, the gripper does not."""
    other = Path(shutil.copytree(LANG, tmp_path / 'checkpoint'))
    content = json.loads((other / 'dataset_statistics.json').read_text())
    action = content['tiny_dataset']['action']
    scaled = {name: (10 * np.array(action[name])).tolist() for name in ('mean', 'std')}
    content['tiny_dataset']['action'] = {**action, **scaled}
    (other / 'dataset_statistics.json').write_text(json.dumps(content))
    one, ten = (
        octo_policy(path, widowx, seed=0).infer(window(), REACH, 0).actions
        for path in (LANG, other)
    )
    np.testing.assert_allclose(ten[:, :6], 10 * one[:, :6], rtol=1e-9)
    np.testing.assert_array_equal(ten[:, 6], one[:, 6])


def test_actions_undo_the_normalisation_of_training(policy):
    actions = policy.infer(window(), REACH, 0).actions
    statistics = DatasetStatistics.read(LANG / 'dataset_statistics.json').action
    normalized = statistics.normalize(actions, Normalization.NORMAL)
    assert np.abs(normalized).max() <= 5.0 + 1e-6  # the sampler's clip
    assert np.abs(normalized[:, :6]).max() > 0.5


def test_the_gripper_is_an_opening(policy):
    grippers = [policy.infer(window(), REACH, 0).actions[:, 6] for _ in range(10)]
    assert np.min(grippers) == 0.0
    assert np.max(grippers) == 1.0


def test_the_seed_decides_and_every_call_draws_anew(policy, widowx):
    again = octo_policy(LANG, widowx, seed=0)
    other = octo_policy(LANG, widowx, seed=1)
    first, second = (policy.infer(window(), REACH, 0).actions for _ in range(2))
    np.testing.assert_array_equal(again.infer(window(), REACH, 0).actions, first)
    np.testing.assert_array_equal(again.infer(window(), REACH, 0).actions, second)
    assert not np.array_equal(first, second)
    assert not np.array_equal(other.infer(window(), REACH, 0).actions, first)


class RecordedNoise:
    """Fresh noise that notes what it is asked."""

    def __init__(self, head):
        self.fresh = FreshNoise(head, 0)
        self.asked = []

    def draw(self, start_ns):
        self.asked.append(start_ns)
        return self.fresh.draw(start_ns)

    def reset(self):
        self.asked.append('reset')


def test_the_noise_follows_starts_and_tasks(policy, widowx):
    loaded = LoadedOcto.load(LANG)
    noise = RecordedNoise(loaded.config.head)
    recorded = OctoPolicy(loaded, widowx, seed=5, noise=noise)
    recorded.warm_up()
    put = Task(task_id=2, language_instruction='put the blue block in the bin')
    chunks = [recorded.infer(window(), REACH, start_ns) for start_ns in (7, 8)]
    recorded.infer(window(), put, 9)
    assert noise.asked == ['reset', 7, 8, 'reset', 9]
    np.testing.assert_array_equal(chunks[0].actions, policy.infer(window(), REACH, 0).actions)


def test_coupled_noise_stays_within_a_slot_and_replays(widowx):
    first, again = (coupled(widowx) for _ in range(2))
    slot_ns = round(widowx.action_dt * SECOND)
    starts = [0, slot_ns // 2, slot_ns, 3 * slot_ns]
    chunks = [first.infer(window(), REACH, start).actions for start in starts]
    np.testing.assert_array_equal(chunks[0], chunks[1])
    assert not np.array_equal(chunks[1], chunks[2])
    for start, actions in zip(starts, chunks, strict=True):
        np.testing.assert_array_equal(again.infer(window(), REACH, start).actions, actions)


def test_noise_needs_a_diffusion_head(widowx):
    head = ContinuousHeadConfig(readout_key='readout_action', action_horizon=4)
    loaded = LoadedOcto.load(LANG)
    other = changed(loaded, replace(loaded.config, head=head))
    made = OctoPolicy(other, widowx, seed=0)
    made.warm_up()
    assert made.infer(window(), REACH, 0).actions.shape == (4, 7)
    noise = FreshNoise(loaded.config.head, 0)
    with pytest.raises(PolicyError, match='for a diffusion head only'):
        OctoPolicy(other, widowx, seed=0, noise=noise)


def test_warming_up_leaves_no_trace(policy, widowx):
    cold = octo_policy(LANG, widowx, seed=0).infer(window(), REACH, 0)
    policy.warm_up()
    warm = policy.infer(window(), REACH, 0)
    np.testing.assert_array_equal(warm.actions, cold.actions)
    assert warm.chunk_id == 0


def actions(widowx, task, window_=None, checkpoint=LANG):
    """What a fresh policy infers, so that only the inputs can make a difference."""
    policy = octo_policy(checkpoint, widowx, seed=0)
    return policy.infer(window() if window_ is None else window_, task, 0).actions


def test_another_task_gives_other_actions(policy, widowx):
    put = Task(task_id=2, language_instruction='put the blue block in the bin')
    policy.infer(window(), REACH, 0)
    after = policy.infer(window(), put, 0).actions
    continued = octo_policy(LANG, widowx, seed=0)
    continued.infer(window(), REACH, 0)
    assert not np.array_equal(after, continued.infer(window(), REACH, 0).actions)
    assert not np.array_equal(actions(widowx, put), actions(widowx, REACH))


def test_goal_images_are_seen(widowx):
    first = actions(widowx, goal_task(1, seed=1), checkpoint=GOAL)
    second = actions(widowx, goal_task(1, seed=2), checkpoint=GOAL)
    assert not np.array_equal(first, second)
    both = replace(goal_task(1, seed=1), language_instruction='reach the red block')
    assert not np.array_equal(actions(widowx, both), actions(widowx, goal_task(1, seed=1)))


def test_frames_in_a_padded_slot_do_not_count(widowx):
    padded = (False, True)
    images = frames(0)
    other = {key: np.concatenate([255 - image[:1], image[1:]]) for key, image in images.items()}
    given = [window(images), window(images, padded), window(other), window(other, padded)]
    full, hidden, full_other, hidden_other = (actions(widowx, REACH, w) for w in given)
    np.testing.assert_array_equal(hidden, hidden_other)
    assert not np.array_equal(full, full_other)
    assert not np.array_equal(full, hidden)


def test_windows_that_do_not_fit_are_refused(policy):
    with pytest.raises(PolicyError, match='has 3 observations; this policy takes 2'):
        policy.infer(window(frames(0, length=3), (True,) * 3), REACH, 0)
    with pytest.raises(PolicyError, match='lacks image_wrist; it has image_primary'):
        policy.infer(window(frames(0, sizes={'image_primary': 64})), REACH, 0)
    with pytest.raises(PolicyError, match=r'image_wrist of the window is 64x64 .* takes 32x32'):
        policy.infer(window(frames(0, sizes=dict.fromkeys(SIZES, 64))), REACH, 0)


def test_goals_that_do_not_fit_are_refused(policy):
    small = np.zeros((32, 32, 3), np.uint8)
    with pytest.raises(PolicyError, match='goal image image_primary is 32x32'):
        policy.infer(window(), Task(task_id=3, goal_images={'image_primary': small}), 0)
    with pytest.raises(PolicyError, match=r"no camera \['image_left'\]"):
        policy.infer(window(), Task(task_id=4, goal_images={'image_left': small}), 0)


def test_a_refused_task_is_not_remembered(policy):
    bad = Task(task_id=5, goal_images={'image_left': np.zeros((32, 32, 3), np.uint8)})
    for _ in range(2):
        with pytest.raises(PolicyError):
            policy.infer(window(), bad, 0)


def test_words_need_a_tokenizer(widowx):
    policy = octo_policy(GOAL, widowx, seed=0)
    policy.warm_up()
    with pytest.raises(PolicyError, match='names no tokenizer'):
        policy.infer(window(), REACH, 0)


def test_image_sizes_must_be_the_robots():
    with pytest.raises(PolicyError, match=r'widowx is 256x256 .* was trained with 64x64'):
        octo_policy(LANG, load_embodiment('widowx'), seed=0)


def test_a_camera_that_only_one_side_has_is_noted(widowx):
    cameras = {
        'image_primary': widowx.cameras['image_primary'],
        'image_left': widowx.cameras['image_wrist'],
    }
    policy = octo_policy(LANG, replace(widowx, cameras=cameras), seed=0)
    assert policy.notes == (
        'image_left of widowx is not read by this checkpoint.',
        'image_wrist of this checkpoint is no camera of widowx; it runs without.',
    )
    images = frames(0, sizes={'image_primary': 64, 'image_left': 32})
    policy.warm_up()
    assert policy.infer(window(images), REACH, 0).actions.shape == (4, 7)


@pytest.fixture
def changed_statistics(tmp_path):
    def change(edit):
        checkpoint = Path(shutil.copytree(LANG, tmp_path / 'checkpoint'))
        file = checkpoint / 'dataset_statistics.json'
        file.write_text(json.dumps(edit(json.loads(file.read_text()))))
        return checkpoint

    return change


def test_the_dataset_must_be_clear(widowx, changed_statistics):
    several = changed_statistics(lambda c: {**c, 'other_dataset': c['tiny_dataset']})
    with pytest.raises(UnknownNameError, match='Known: other_dataset, tiny_dataset'):
        octo_policy(several, widowx, seed=0)
    octo_policy(several, widowx, 'tiny_dataset', seed=0)


def test_without_statistics_there_is_no_policy(widowx, tmp_path):
    checkpoint = Path(shutil.copytree(LANG, tmp_path / 'checkpoint'))
    (checkpoint / 'dataset_statistics.json').unlink()
    with pytest.raises(DatasetError, match='actions get their units from it'):
        octo_policy(checkpoint, widowx, seed=0)


def test_actions_of_another_kind_are_refused(widowx, changed_statistics):
    def cut(content):
        action = {name: values[:6] for name, values in content['tiny_dataset']['action'].items()}
        return {'tiny_dataset': {**content['tiny_dataset'], 'action': action}}

    with pytest.raises(PolicyError, match=r'7 numbers per action \(x, y, .*statistics have 6'):
        octo_policy(changed_statistics(cut), widowx, seed=0)


def with_normalization(checkpoint, kind):
    config = json.loads((checkpoint / 'config.json').read_text())
    config['dataset_kwargs'] = {'action_proprio_normalization_type': kind}
    (checkpoint / 'config.json').write_text(json.dumps(config))


def test_a_network_that_reads_the_robots_state_is_refused(widowx):
    loaded = LoadedOcto.load(LANG)
    config = loaded.config
    proprio = LowdimTokenizerConfig('proprio', (('proprio', 7),))
    config = replace(config, observation_tokenizers=(*config.observation_tokenizers, proprio))
    with pytest.raises(PolicyError, match='reads proprio; OctoPolicy gives images and instr'):
        OctoPolicy(changed(loaded, config), widowx, seed=0)


def test_the_normalisation_of_training_is_undone(widowx, tmp_path):
    checkpoint = Path(shutil.copytree(LANG, tmp_path / 'checkpoint'))
    with_normalization(checkpoint, 'bounds')
    bounds = actions(widowx, REACH, checkpoint=checkpoint)
    statistics = DatasetStatistics.read(LANG / 'dataset_statistics.json').action
    normalized = statistics.normalize(actions(widowx, REACH), Normalization.NORMAL)
    expected = statistics.unnormalize(normalized, Normalization.BOUNDS)
    np.testing.assert_allclose(bounds[:, :6], expected[:, :6], atol=1e-5)
    with_normalization(checkpoint, 'log')
    with pytest.raises(PolicyError, match="by 'log'; known: normal, bounds"):
        actions(widowx, REACH, checkpoint=checkpoint)


def test_a_damaged_network_is_noticed(widowx):
    model = load_octo(LANG)
    with torch.no_grad():
        model.head.network.output.bias.fill_(float('nan'))
    policy = OctoPolicy(replace(LoadedOcto.load(LANG), engine=torch_engine(model)), widowx, seed=0)
    with pytest.raises(PolicyError, match='not finite'):
        policy.infer(window(), REACH, 0)


def test_it_gives_what_the_plain_network_gives(policy):
    loaded, model = LoadedOcto.load(LANG), load_octo(LANG)
    noise = FreshNoise(loaded.config.head, 0)
    tokens = loaded.tokenizer([REACH.language_instruction])
    for number, mask in enumerate([(False, True), (True, True), (True, True)]):
        images = frames(number)
        drawn = noise.draw(0)
        batch = {key: torch.from_numpy(image)[None] for key, image in images.items()}
        with torch.inference_mode():
            plain = model.sample_actions(
                Observations(batch, torch.tensor([mask])),
                Tasks(tokens),
                noise=SamplingNoise(drawn.initial[None], drawn.steps[:, None]),
                embodiment_action_dim=7,
            )
        expected = loaded.scale.robot_units(plain[0].numpy())
        actions = policy.infer(window(images, mask), REACH, 0).actions
        np.testing.assert_allclose(actions, expected, atol=1e-4)


def observation(images, slot):
    return Observation(0, {key: image[slot] for key, image in images.items()}, np.zeros(7))


def test_preparing_saves_work_and_changes_nothing(widowx):
    loaded = LoadedOcto.load(LANG)
    prepared = OctoPolicy(loaded, widowx, seed=0)
    plain = octo_policy(LANG, widowx, seed=0)
    assert not prepared.prepare(())  # there is no task yet
    for number in range(3):
        images = frames(number)
        expected = plain.infer(window(images), REACH, 0).actions
        np.testing.assert_allclose(
            prepared.infer(window(images), REACH, 0).actions, expected, atol=1e-5
        )
        assert prepared.prepare([observation(frames(number + 1), 0)])
    assert loaded.engine.counts.hits == 2
    assert not prepared.prepare([observation(frames(9), 0)], lambda: True)
