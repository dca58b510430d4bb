# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The process of the original for original_octo.py; runs in the interpreter that has JAX.

What is changed of the original, to make it without downloads: it gets T5-base's sizes from here
instead of a hub. `dlimp`, which its training data need, is replaced by an empty module if it is
not installed.
"""

import argparse
import importlib.util
import json
import logging
import os
import platform
import sys
import time
import types
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

os.environ['JAX_PLATFORMS'] = 'cpu'
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')  # tensorflow reports on GPUs that nobody uses

import jax
import numpy as np
import transformers

WIDTHS = {'small': (384, 6), 'base': (768, 12)}
CAMERAS = {'primary': 256, 'wrist': 128}
WINDOW, HORIZON, ACTION_DIM, WORDS, STEPS = 2, 4, 7, 16, 20
CHUNK = HORIZON * ACTION_DIM
T5_BASE = {
    'd_model': 768,
    'd_ff': 3072,
    'd_kv': 64,
    'num_layers': 12,
    'num_heads': 12,
    'vocab_size': 32128,
}
# Bring actions back as they are; the gripper is not normalised.
STATISTICS = {
    'mean': np.zeros(ACTION_DIM, np.float32),
    'std': np.ones(ACTION_DIM, np.float32),
    'mask': np.arange(ACTION_DIM) < ACTION_DIM - 1,
}


class Original:
    """The original's network with random weights; methods are asked for by the parent.

    Args:
        source: Checkout of the original.
    """

    def __init__(self, source: Path) -> None:
        self._class = import_original(source)
        self._random = np.random.default_rng(0)
        self._key = jax.random.PRNGKey(0)

    def make(self, size: str, directory: str) -> dict[str, Any]:
        """Make the network, save it, and load it again as users do.

        Args:
            size: `small` or `base`.
            directory: Where its checkpoint is written.
        """
        example = {'observation': self._observation(), 'task': self._task()}
        model = self._class.from_config(
            released_config(size), example, dataset_statistics={'action': STATISTICS}
        )
        model = model.replace(params=_passing_noise_through(model.params))
        model.save_pretrained(0, directory)
        del model
        self._model = self._class.load_pretrained(directory)
        leaves = jax.tree_util.tree_leaves(self._model.params)
        self._features = jax.jit(self._encode)
        return {
            'parameters': sum(leaf.size for leaf in leaves),
            'python': platform.python_version(),
            'jax': jax.__version__,
            'without_dlimp': not hasattr(sys.modules['dlimp'], '__file__'),
        }

    def reference(self, path: str) -> float:
        """Write an input, the noise that the original draws, and the actions that it makes.

        Returns:
            Largest difference that the encoded instruction makes.
        """
        observation, task, key = self._observation(), self._task(), self._next_key()
        arrays = {name: observation[name] for name in observation if name.startswith('image')}
        initial, steps = _noise(key)
        actions = self._act(observation, task, key)
        np.savez(
            path,
            **arrays,
            **task['language_instruction'],
            initial=initial,
            steps=steps,
            actions=actions,
        )
        cached = self._act(observation, self._encoded(task), key)
        return float(np.abs(cached - actions).max())

    def time(self, calls: int) -> dict[str, list[float]]:
        """One turn: so many calls of each kind, by kind [ms]."""
        task = self._task()
        encoded = self._encoded(task)
        return {
            'shipped': [self._milliseconds(task) for _ in range(calls)],
            'cached': [self._milliseconds(encoded) for _ in range(calls)],
            'encode': [_milliseconds(partial(self._encoded, task)) for _ in range(calls)],
        }

    def _milliseconds(self, task: dict[str, Any]) -> float:
        return _milliseconds(partial(self._act, self._observation(), task, self._next_key()))

    def _act(
        self, observation: dict[str, Any], task: dict[str, Any], key: jax.Array
    ) -> np.ndarray:
        """As in the original's examples; shape (HORIZON, ACTION_DIM)."""
        actions = self._model.sample_actions(
            observation,
            task,
            unnormalization_statistics=self._model.dataset_statistics['action'],
            rng=key,
        )
        return np.asarray(actions)[0]  # waits for the result

    def _encoded(self, task: dict[str, Any]) -> dict[str, Any]:
        """The task with the output of T5 in place of words, which the original takes as well."""
        features = np.asarray(self._features(self._model.params, task['language_instruction']))
        return task | {'language_instruction': features}

    def _encode(self, params: dict[str, Any], words: dict[str, Any]) -> jax.Array:
        transformer = self._model.module.bind({'params': params}).octo_transformer
        return transformer.task_tokenizers['language'].hf_model(**words).last_hidden_state

    def _observation(self) -> dict[str, Any]:
        """Two new frames of noise from both cameras."""
        images = {
            f'image_{camera}': self._random.integers(
                0, 256, (1, WINDOW, pixels, pixels, 3), np.uint8
            )
            for camera, pixels in CAMERAS.items()
        }
        present = dict.fromkeys(images, np.ones((1, WINDOW), np.bool_))
        mask = np.ones((1, WINDOW), np.bool_)
        return images | {'timestep_pad_mask': mask, 'pad_mask_dict': present}

    def _task(self) -> dict[str, Any]:
        """Six words, the end mark and padding, as `create_tasks` packs them; no goal images."""
        ids = np.zeros((1, WORDS), np.int32)
        ids[0, :7] = [*self._random.integers(3, T5_BASE['vocab_size'], 6), 1]
        goals = {
            f'image_{camera}': np.zeros((1, pixels, pixels, 3), np.uint8)
            for camera, pixels in CAMERAS.items()
        }
        absent = dict.fromkeys(goals, np.zeros(1, np.bool_))
        words = {'input_ids': ids, 'attention_mask': (ids > 0).astype(np.int32)}
        flags = absent | {'language_instruction': np.ones(1, np.bool_)}
        return goals | {'language_instruction': words, 'pad_mask_dict': flags}

    def _next_key(self) -> jax.Array:
        self._key, key = jax.random.split(self._key)
        return key


def import_original(source: Path) -> type:
    """The class `OctoModel`, able to build its T5 without a network connection."""
    sys.path.insert(0, str(source))
    if importlib.util.find_spec('octo') is None:
        sys.exit(f'There is no package octo in {source}; give --source a checkout of the original')
    if importlib.util.find_spec('dlimp') is None:
        # Imported beside the model; an annotation names the class.
        sys.modules['dlimp'] = types.ModuleType('dlimp')
        sys.modules['dlimp'].DLataset = object
    transformers.AutoConfig.from_pretrained = t5_config
    logging.getLogger().setLevel(logging.ERROR)  # it warns that encoded words are no words
    from octo.model.octo_model import OctoModel

    return OctoModel


def t5_config(name: str) -> transformers.T5Config:
    """What the hub answers for the one language network of the released checkpoints."""
    if name != 't5-base':
        message = f'the original asked for the config of {name!r}; only t5-base is known here'
        raise ValueError(message)
    return transformers.T5Config(**T5_BASE)


def released_config(size: str) -> dict[str, Any]:
    """The config of version 1.5 of that size, as its `config.json` holds it."""
    width, heads = WIDTHS[size]

    def spec(module: str, name: str, **kwargs: object) -> dict[str, Any]:
        path = f'octo.model.components.{module}'
        return {'module': path, 'name': name, 'args': (), 'kwargs': kwargs}

    model = {
        'observation_tokenizers': {
            camera: spec(
                'tokenizers',
                'ImageTokenizer',
                obs_stack_keys=(f'image_{camera}',),
                task_stack_keys=(f'image_{camera}',),
                encoder=spec('vit_encoders', 'SmallStem16'),
            )
            for camera in CAMERAS
        },
        'task_tokenizers': {
            'language': spec(
                'tokenizers', 'LanguageTokenizer', encoder='t5-base', finetune_encoder=False
            )
        },
        'readouts': {'action': 1},
        'heads': {
            'action': spec(
                'action_heads',
                'DiffusionActionHead',
                readout_key='readout_action',
                use_map=False,
                action_horizon=HORIZON,
                action_dim=ACTION_DIM,
            )
        },
        'token_embedding_size': width,
        'transformer_kwargs': {
            'num_layers': 12,
            'mlp_dim': 4 * width,
            'num_attention_heads': heads,
            'dropout_rate': 0.0,
            'attention_dropout_rate': 0.0,
            'add_position_embedding': False,
        },
        'max_horizon': 10,
        'repeat_task_tokens': True,
        'use_correct_attention': True,
    }
    return {'model': model, 'text_processor': None}


def _passing_noise_through(params: dict[str, Any]) -> dict[str, Any]:
    """A denoiser that predicts roughly the noise that it is given.

    Random weights drive every number to the clip, where no difference could be seen. Two hidden
    units per number carry it past the blocks: silu(x) - silu(-x) = x.
    """
    params = jax.tree_map(np.array, params)
    network = params['heads_action']['diffusion_model']['reverse_network']
    both = np.concatenate([np.eye(CHUNK), -np.eye(CHUNK)], axis=1)  # (CHUNK, 2 CHUNK)
    network['Dense_0']['kernel'][:, : 2 * CHUNK] = 0
    network['Dense_0']['kernel'][-CHUNK:, : 2 * CHUNK] = both
    network['Dense_1']['kernel'][: 2 * CHUNK] = both.T
    return params


def _noise(key: jax.Array) -> tuple[np.ndarray, np.ndarray]:
    """What its sampler draws for the newest frame, shapes (1, CHUNK) and (STEPS, 1, CHUNK)."""
    key, own = jax.random.split(key)
    draws = [jax.random.normal(own, (1, WINDOW, CHUNK))]
    for _ in range(STEPS):
        key, own = jax.random.split(key)
        draws.append(jax.random.normal(own, (1, WINDOW, CHUNK)))
    newest = np.stack(draws)[:, :, -1]
    return newest[0], newest[1:]


def _milliseconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return 1e3 * (time.perf_counter() - started)


def serve(served: Original) -> None:
    """Answer until the parent closes its end; an exception ends the process."""
    answers = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)  # what libraries print is no answer
    for line in sys.stdin:
        method, *arguments = json.loads(line)
        answers.write(json.dumps(getattr(served, method)(*arguments)) + '\n')
        answers.flush()


def main() -> None:
    """Serve the parent."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--source', type=Path, required=True, help='checkout of the original')
    serve(Original(parser.parse_args().source))


if __name__ == '__main__':
    main()
