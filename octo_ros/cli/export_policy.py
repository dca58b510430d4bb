# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`export_policy`: a checkpoint as graphs for ONNX Runtime and OpenVINO."""

from __future__ import annotations

import argparse
from pathlib import Path

from octo_ros.policy.engines.manifest import PRECISIONS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.description = (
        'Write the network as ONNX graphs with a manifest of hashes, for the engines onnxruntime '
        'and openvino. Precision int8 measures its scales on a dataset of the robot.'
    )
    add = parser.add_argument
    add('checkpoint', metavar='CHECKPOINT', help='directory, or name on the Hugging Face hub')
    add('--output', type=Path, required=True, metavar='DIR', help='directory to make')
    add('--precision', choices=PRECISIONS, default='fp32', help='default: %(default)s')
    add('--calibration', type=Path, metavar='RLDS_DIR', help='dataset, for int8')
    add('--step', type=int, metavar='N', help='training step (default: the latest)')
    add('--embodiment', metavar='NAME', help='robot that it is for, noted in the manifest')


def run(arguments: argparse.Namespace) -> int:
    """Export; returns 0."""
    from octo_ros.data.rlds.recorded_windows import recorded_windows
    from octo_ros.model.checkpoint import CheckpointDirectory
    from octo_ros.model.text import load_text_tokenizer
    from octo_ros.policy.calibration import TICKS, calibration_tick
    from octo_ros.policy.export import ExportOptions, export_policy

    checkpoint = CheckpointDirectory.find(arguments.checkpoint, arguments.step)
    ticks = []
    if arguments.calibration is not None:
        config, tokenizer = checkpoint.config, load_text_tokenizer(checkpoint)
        ticks = [
            calibration_tick(window.instruction, window.frames, config, tokenizer)
            for window in recorded_windows(arguments.calibration, config.window_size, TICKS)
        ]
    options = ExportOptions(arguments.precision, arguments.step, arguments.embodiment)
    manifest = export_policy(checkpoint, arguments.output, options, ticks)
    size = sum(record.size for record in manifest.files.values())
    print(f'{arguments.output}: {len(manifest.files)} files, {size / 1e6:.0f} MB')
    return 0
