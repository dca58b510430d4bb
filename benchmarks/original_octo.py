# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How long the original Octo, in JAX, takes for one `sample_actions` on the CPUs of this machine.

The network is of the size of octo-small-1.5 or octo-base-1.5 with random weights, which cost as
much as trained ones: window of 2, both cameras, 16 tokens of language, 20 diffusion steps,
unnormalised actions. It is called as its examples call it, with images as numpy arrays and with
the original's own jit; compilation is outside the figures. Weights are JAX arrays, which is the
fast way; `--restored` saves them and loads them with the original's `load_pretrained` first.

This file runs in the interpreter that has the original, not in .venv; it imports no octo_ros.
To make one (the model needs nothing else; dlimp, of the training data, may stay out):

    python3.11 -m venv octo-env
    octo-env/bin/pip install jax==0.4.20 jaxlib==0.4.20 flax==0.7.5 orbax-checkpoint==0.4.4 \
        optax==0.1.7 chex==0.1.85 distrax==0.1.5 tensorflow-probability==0.23.0 \
        tensorflow-cpu==2.15.0 transformers==4.36.2 'numpy==1.26.*' 'scipy<1.13' 'protobuf<5' \
        'setuptools<70' einops tqdm rich
    git clone https://github.com/octo-models/octo octo-source

Run as: octo-env/bin/python benchmarks/original_octo.py --source octo-source
    [--size small|base] [--calls N] [--restored] [--json]
"""

import argparse
import importlib.util
import json
import os
import platform
import statistics
import sys
import tempfile
import time
import types
from pathlib import Path
from typing import Any

os.environ['JAX_PLATFORMS'] = 'cpu'
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')  # tensorflow reports on GPUs that nobody uses

import jax
import numpy as np
import transformers
from rich.console import Console
from rich.table import Table

WIDTHS = {'small': (384, 6), 'base': (768, 12)}
CAMERAS = {'primary': 256, 'wrist': 128}
WINDOW, HORIZON, ACTION_DIM, WORDS = 2, 4, 7, 16
WARM_UP = 3
T5_BASE = {
    'd_model': 768,
    'd_ff': 3072,
    'd_kv': 64,
    'num_layers': 12,
    'num_heads': 12,
    'vocab_size': 32128,
}


def import_original(source: Path | None) -> type:
    """The class `OctoModel`, able to build its T5 without a network connection."""
    if source is not None:
        sys.path.insert(0, str(source))
    if importlib.util.find_spec('octo') is None:
        sys.exit('this interpreter has no package octo: give --source, the folder of a checkout')
    if importlib.util.find_spec('dlimp') is None:
        # Imported beside the model, used only for training data; an annotation names the class.
        sys.modules['dlimp'] = types.ModuleType('dlimp')
        sys.modules['dlimp'].DLataset = object
    transformers.AutoConfig.from_pretrained = t5_config
    from octo.model.octo_model import OctoModel

    return OctoModel


def t5_config(name: str) -> transformers.T5Config:
    """What the hub answers for the one language network of the released checkpoints."""
    if name != 't5-base':
        message = f'the original asked for the config of {name!r}; only t5-base is known here'
        raise ValueError(message)
    return transformers.T5Config(**T5_BASE)


def released_config(size: str) -> dict[str, Any]:
    """The config of version 1.5 of that size, as its `config.json` would hold it."""
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


def make_batch(random: np.random.Generator) -> dict[str, Any]:
    """Two frames of both cameras and an instruction, no goal images, packed for the original."""
    images = {f'image_{camera}': pixels for camera, pixels in CAMERAS.items()}
    ids = np.zeros((1, WORDS), np.int32)
    ids[0, :7] = [*random.integers(3, 32000, 6), 1]  # six words, the end, padding
    observation = {
        key: random.integers(0, 256, (1, WINDOW, pixels, pixels, 3), np.uint8)
        for key, pixels in images.items()
    }
    present = dict.fromkeys(images, np.ones((1, WINDOW), np.bool_))
    task = {key: np.zeros((1, pixels, pixels, 3), np.uint8) for key, pixels in images.items()}
    absent = dict.fromkeys(images, np.zeros(1, np.bool_))
    return {
        'observation': observation
        | {'timestep_pad_mask': np.ones((1, WINDOW), np.bool_), 'pad_mask_dict': present},
        'task': task
        | {
            'language_instruction': {
                'input_ids': ids,
                'attention_mask': (ids > 0).astype(np.int32),
            },
            'pad_mask_dict': absent | {'language_instruction': np.ones(1, np.bool_)},
        },
    }


def make_model(original: type, size: str, batch: dict[str, Any], *, restored: bool) -> object:
    """The original's network with random weights."""
    statistics_of_actions = {
        'mean': np.linspace(-0.1, 0.1, ACTION_DIM, dtype=np.float32),
        'std': np.linspace(0.5, 1.5, ACTION_DIM, dtype=np.float32),
        'mask': np.arange(ACTION_DIM) < ACTION_DIM - 1,  # the gripper is not normalised
    }
    model = original.from_config(
        released_config(size), batch, dataset_statistics={'action': statistics_of_actions}
    )
    if restored:
        with tempfile.TemporaryDirectory() as directory:
            model.save_pretrained(0, directory)
            model = original.load_pretrained(directory)
    return model


def measure(original: type, size: str, calls: int, *, restored: bool) -> dict[str, Any]:
    """Time of each call; the network is left behind before the next one is made."""
    batch = make_batch(np.random.default_rng(0))
    model = make_model(original, size, batch, restored=restored)
    keys = jax.random.split(jax.random.PRNGKey(0), WARM_UP + calls)
    wall, cpu, load = [], [], [os.getloadavg()[0]]
    for number, key in enumerate(keys):
        if number == WARM_UP:
            busy = busy_seconds()
        started, used = time.perf_counter(), time.process_time()
        actions = model.sample_actions(
            batch['observation'],
            batch['task'],
            unnormalization_statistics=model.dataset_statistics['action'],
            rng=key,
        )
        actions = np.asarray(actions)  # waits for the result
        wall.append(1e3 * (time.perf_counter() - started))
        cpu.append(1e3 * (time.process_time() - used))
    load.append(os.getloadavg()[0])
    timed, timed_cpu = wall[WARM_UP:], cpu[WARM_UP:]
    others = (busy_seconds() - busy - 1e-3 * sum(timed_cpu)) / (1e-3 * sum(timed))
    if actions.shape != (1, HORIZON, ACTION_DIM) or not np.isfinite(actions).all():
        message = f'the original gave no usable actions, shape {actions.shape}: {actions}'
        raise RuntimeError(message)
    return {
        'network': f'octo-{size}-1.5',
        'parameters': sum(leaf.size for leaf in jax.tree_util.tree_leaves(model.params)),
        'calls': calls,
        'median_ms': statistics.median(timed),
        'p95_ms': float(np.percentile(timed, 95)),
        'min_ms': min(timed),
        'cpu_median_ms': statistics.median(timed_cpu),
        'cpu_min_ms': min(timed_cpu),
        'first_call_s': wall[0] / 1e3,
        'weights': 'restored' if restored else 'JAX arrays',
        'others_cores': max(0.0, others),
        'load': load,
        'cores': len(os.sched_getaffinity(0)),
        'machine': platform.machine(),
        'jax': jax.__version__,
    }


def busy_seconds() -> float:
    """Time that all cores together were not idle since the machine started [s]."""
    user, nice, system, _, _, irq, softirq, steal = (
        int(field) for field in Path('/proc/stat').read_text().split(maxsplit=9)[1:9]
    )
    ticks = user + nice + system + irq + softirq + steal
    return ticks / os.sysconf('SC_CLK_TCK')


def print_table(results: list[dict[str, Any]]) -> None:
    """One line per network."""
    table = Table(title='The original Octo: one call of sample_actions, float32')
    table.add_column('network', no_wrap=True)
    columns = ('median, ms', 'p95, ms', 'min, ms', 'CPU time, ms (min)', 'others', 'first call, s')
    for column in columns:
        table.add_column(column, justify='right')
    for result in results:
        table.add_row(
            f'{result["network"]}, {result["parameters"] / 1e6:.1f} M',
            f'{result["median_ms"]:.0f}',
            f'{result["p95_ms"]:.0f}',
            f'{result["min_ms"]:.0f}',
            f'{result["cpu_median_ms"]:.0f} ({result["cpu_min_ms"]:.0f})',
            f'{result["others_cores"]:.2f} cores',
            f'{result["first_call_s"]:.0f}',
        )
    console = Console(width=110)
    console.print(table)
    first, loads = results[0], [load for result in results for load in result['load']]
    console.print(
        f'{first["cores"]} cores ({first["machine"]}), jax {first["jax"]}, {first["calls"]} calls '
        f'after {WARM_UP}, weights: {first["weights"]}, load {min(loads):.1f} to {max(loads):.1f}'
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--source', type=Path, help='checkout of the original, if not installed')
    parser.add_argument('--size', choices=WIDTHS, help='one network only')
    parser.add_argument('--calls', type=int, default=30, help='calls that count, per network')
    parser.add_argument('--restored', action='store_true', help='weights by load_pretrained')
    parser.add_argument('--json', action='store_true', help='one object per line, no table')
    arguments = parser.parse_args()
    if arguments.calls < 1:
        parser.error(f'--calls {arguments.calls}: at least 1 call')
    original = import_original(arguments.source)
    results = []
    for size in [arguments.size] if arguments.size else WIDTHS:
        results.append(measure(original, size, arguments.calls, restored=arguments.restored))
        if arguments.json:
            print(json.dumps(results[-1]))
    if not arguments.json:
        print_table(results)


if __name__ == '__main__':
    main()
