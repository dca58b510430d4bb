#!/usr/bin/env bash
# Renew the pins: wheels.txt (no ROS installed), sourced.txt (a ROS installation is sourced) and tensorflow.txt (see
# make_tensorflow_env.sh).
# torch pins its own CUDA packages exactly, so they are left to it: a CPU build then pulls none.
set -euo pipefail
cd "$(dirname "$0")"
compile() {
  uv pip compile --quiet --universal --python-version 3.10 --no-header --no-annotate \
    --no-emit-index-url --no-emit-find-links "$@" |
    grep -vE '^(nvidia-|cuda-|triton|torch==|colorama|tzdata-|.*sys_platform == .emscripten.$)' |
    sed 's/ ; python_full_version < .3\.14.$//'
}
{ echo '# Made by requirements/lock.sh: do not edit.'; cat torch.in; compile core.in engines.in kinematics.in dev.in torch.in ros-jazzy.in; } > wheels.txt
{ echo '# Made by requirements/lock.sh: do not edit.'; cat torch.in; compile core.in engines.in dev.in torch.in ros-sourced.in; } > sourced.txt
{ echo '# Made by requirements/lock.sh: do not edit.'; compile core.in kinematics.in tensorflow.in; } > tensorflow.txt
