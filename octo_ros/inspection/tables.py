# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A checkpoint's description as tables for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape
from rich.table import Table

from octo_ros.inspection.description import CheckpointDescription
from octo_ros.model.config import ImageTokenizerConfig
from octo_ros.model.head_config import DiffusionHeadConfig, DiscreteHeadConfig

_MEGABYTE = 1e6


def tables(description: CheckpointDescription) -> Iterator[Table]:
    """One after the other."""
    yield _overview(description)
    yield _inputs(description)
    yield _sequence(description)
    yield _parameters(description)
    if description.datasets:
        yield _datasets(description)


def _overview(d: CheckpointDescription) -> Table:
    table = Table(title=escape(str(d.path)), title_justify='left', show_header=False, box=None)
    config, head = d.config, d.config.head
    rows = {
        'version': f'{d.version.name}: ' + '; '.join(d.version.reasons),
        'steps': ', '.join(f'{step}' for step in d.steps) + f' (this is {d.step})',
        'transformer': (
            f'{config.transformer.num_layers} layers, width {config.token_embedding_size}, '
            f'{config.transformer.num_attention_heads} heads, MLP {config.transformer.mlp_dim}'
        ),
        'attention mask': 'correct' if config.use_correct_attention else 'legacy, as in v1.0',
        'window': f'{config.window_size} timesteps in training, at most {config.max_horizon}',
        'actions': f'{head.action_horizon} per chunk, {head.action_dim} numbers each',
        'head': f'{_head(d)}; it reads {head.readout_key}',
        'normalisation': d.normalization,
        'words': _words(d),
    }
    for name, text in rows.items():
        table.add_row(f'[bold]{name}[/]', escape(text))
    for note in d.notes:
        table.add_row('[bold red]problem[/]', escape(note))
    return table


def _head(d: CheckpointDescription) -> str:
    head = d.config.head
    pooled = 'attention pooling' if head.use_map else 'mean'
    if isinstance(head, DiffusionHeadConfig):
        return f'diffusion, {head.diffusion_steps} steps, {pooled}'
    if isinstance(head, DiscreteHeadConfig):
        return f'discrete, {head.vocab_size} {head.normalization_type} bins, {pooled}'
    return f'continuous, {head.loss_type} loss, {pooled}'


def _words(d: CheckpointDescription) -> str:
    language = d.config.language
    if language is None:
        return 'none: the network takes goal images only'
    if language.t5 is None:
        return f'as one vector of {language.vector_size} numbers'
    repeated = ', repeated in every timestep' if d.config.repeat_task_tokens else ''
    tokenizer = d.text_processor or 'no tokenizer is named'
    return f'{language.num_tokens} tokens{repeated}; tokenizer: {tokenizer}'


def _inputs(d: CheckpointDescription) -> Table:
    table = _table('observations', 'tokenizer', 'reads', 'size', 'goal images', '>tokens')
    for tokenizer in d.config.observation_tokenizers:
        if isinstance(tokenizer, ImageTokenizerConfig):
            height, width = tokenizer.image_size
            keys, size = tokenizer.image_keys, f'{height}x{width} pixels'
            goals = ', '.join(tokenizer.goal_keys) or 'none'
        else:
            keys, goals = tuple(key for key, _ in tokenizer.inputs), '-'
            size = ' + '.join(f'{n}' for _, n in tokenizer.inputs) + ' numbers'
        table.add_row(
            escape(tokenizer.name),
            escape(', '.join(keys)),
            size,
            escape(goals),
            str(tokenizer.num_tokens),
        )
    return table


def _sequence(d: CheckpointDescription) -> Table:
    window = d.config.window_size
    table = _table('sequence', 'group', '>tokens', 'where')
    for span in d.sequence:
        where = 'every timestep' if span.per_timestep else 'once, in front'
        table.add_row(escape(span.name), str(span.tokens), where)
    for size in sorted({1, window}):
        table.add_row('[bold]in all[/]', f'[bold]{d.sequence_length(size)}[/]', f'window {size}')
    return table


def _parameters(d: CheckpointDescription) -> Table:
    title = (
        'parameters' if d.parameters.stored else "parameters, as config.json's network has them"
    )
    table = _table(title, 'part', '>arrays', '>parameters', '>MB')
    for part in (*d.parameters.parts, d.parameters.trained, d.parameters.total):
        table.add_row(
            escape(part.name),
            f'{part.arrays}',
            f'{part.parameters:,}',
            f'{part.bytes / _MEGABYTE:.1f}',
        )
    return table


def _datasets(d: CheckpointDescription) -> Table:
    table = _table(
        'statistics', 'dataset', '>transitions', '>trajectories', '>action dims', '>proprio dims'
    )
    for dataset in d.datasets:
        table.add_row(
            escape(dataset.name or '(the only one)'),
            f'{dataset.transitions:,}',
            f'{dataset.trajectories:,}',
            f'{dataset.action_dim} ({dataset.normalized_dims} normalised)',
            '-' if dataset.proprio_dim is None else str(dataset.proprio_dim),
        )
    return table


def _table(title: str, *headings: str) -> Table:
    """Columns whose heading begins with '>' hold numbers."""
    table = Table(title=title, title_justify='left', title_style='bold', pad_edge=False, box=None)
    for heading in headings:
        number = heading.startswith('>')
        table.add_column(heading.removeprefix('>'), justify='right' if number else 'left')
    return table
