# shellcheck shell=bash
# Everything that CI runs, in order; sourced by ./run test after tools/setup.sh.
# Each part adds to three counters; the last line is "N passed, N failed, N skipped".
OV_PASSED=0 OV_FAILED=0 OV_SKIPPED=0
OV_FAILURES=() OV_SUMMARY=()

count() { # part passed failed skipped
  OV_PASSED=$((OV_PASSED + $2)) OV_FAILED=$((OV_FAILED + $3)) OV_SKIPPED=$((OV_SKIPPED + $4))
  OV_SUMMARY+=("$(printf '%-48s %6d passed %4d failed %4d skipped  at %5d s' "$1" "$2" "$3" "$4" "$SECONDS")")
  (($3 == 0)) || OV_FAILURES+=("$1")
}

check() { # part command... : one test that passes if the command does; a "fail" inside ends only this part
  local part=$1
  shift
  say "$part"
  if ("$@"); then count "$part" 1 0 0; else count "$part" 0 1 0; fi
}

left_out() { # part : OV_SKIP names parts that this run leaves out
  [[ " ${OV_SKIP:-} " == *" $1 "* ]] || return 1
  count "$1 (left out by OV_SKIP)" 0 0 1
}

# Runs ctest in a build folder and counts the GoogleTest cases inside its executables.
run_ctest() { # part folder [ctest arguments]
  local part=$1 folder=$2 counts results
  shift 2
  results=$PWD/$folder/results
  rm -rf "$results"
  mkdir -p "$results"
  say "$part: ctest in $folder"
  GTEST_OUTPUT="xml:$results/" "${OV_NO_ASLR[@]}" ctest --test-dir "$folder" --output-on-failure \
    -j "$(num_jobs)" --output-junit "$results/ctest.junit" "$@" >"$results/log" 2>&1 || grep -v '^ *Start ' "$results/log"
  counts=$(python3 tools/count_tests.py "$results") || counts="0 1 0"
  # shellcheck disable=SC2086
  count "$part" $counts
}

# The tests that need the real Qwen2 vocabulary skip with a reason where this folder is missing.
prepare_tokenizer() {
  setup_venv .venv-test tools/requirements-test.txt
  make_qwen2_tokenizer .venv-test/bin/python
}

test_release() {
  local failed=$OV_FAILED
  check "release build" build_preset release build
  ((OV_FAILED == failed)) || return 0
  check "built-in model" make_nano
  ((OV_FAILED == failed)) || return 0
  run_ctest "release tests" build
  if compgen -G 'tests/*_test.py' >/dev/null; then
    local log=build/results/e2e.log
    say "end to end tests"
    .venv-test/bin/python -m unittest discover -v -s tests -p '*_test.py' >"$log" 2>&1 || cat "$log"
    # shellcheck disable=SC2046
    count "end to end tests" $(python3 tools/count_tests.py --unittest "$log")
  fi
}

test_sanitized() { # preset part [build targets, then -- and ctest arguments]
  local preset=$1 part=$2 targets=() failed=$OV_FAILED
  shift 2
  while (($#)) && [[ $1 != -- ]]; do
    targets+=("$1")
    shift
  done
  (($#)) && shift
  left_out "$preset" && return
  check "$part build" build_preset "$preset" "build-$preset" "${targets[@]}"
  ((OV_FAILED == failed)) || return 0
  run_ctest "$part tests" "build-$preset" "$@"
}

fuzz_one() { # target : a fuzzing session over a copy of its seeds; findings go to build-fuzz/findings
  local target=$1 name=${1%_fuzz} corpus=build-fuzz/findings/$1.corpus
  rm -rf "$corpus"
  mkdir -p "$corpus"
  if [[ -d fuzz/seeds/$name ]]; then cp -r "fuzz/seeds/$name/." "$corpus"; fi
  find "$corpus" -type f | wc -l >"build-fuzz/findings/$target.seeds"
  local status=0
  "${OV_NO_ASLR[@]}" "build-fuzz/fuzz/$target" "$corpus" -max_total_time="${OV_FUZZ_SECONDS:-60}" -timeout=30 \
    -rss_limit_mb=3000 -artifact_prefix="build-fuzz/findings/$target-" -print_final_stats=1 \
    >"build-fuzz/findings/$target.log" 2>&1 || status=$?
  rm -rf "$corpus"
  return "$status"
}

test_fuzz() {
  left_out fuzz && return
  local target targets=() pids=() failed=$OV_FAILED runs
  check "fuzz build" build_preset fuzz build-fuzz
  ((OV_FAILED == failed)) || return 0
  mkdir -p build-fuzz/findings
  for target in build-fuzz/fuzz/*_fuzz; do
    [[ -x $target ]] && targets+=("$(basename "$target")")
  done
  say "fuzzing ${#targets[@]} targets, two at a time, ${OV_FUZZ_SECONDS:-60} s each"
  local first
  for ((first = 0; first < ${#targets[@]}; first += 2)); do
    pids=()
    for target in "${targets[@]:first:2}"; do
      fuzz_one "$target" &
      pids+=("$target:$!")
    done
    for target in "${pids[@]}"; do
      if wait "${target#*:}"; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "build-fuzz/findings/${target%:*}.log")
        count "${target%:*} ($(<"build-fuzz/findings/${target%:*}.seeds") seeds, ${runs:-?} inputs)" 1 0 0
      else
        tail -40 "build-fuzz/findings/${target%:*}.log"
        count "${target%:*}" 0 1 0
      fi
    done
  done
}

run_tests() {
  setup_packages "${OV_BUILD_PACKAGES[@]}" "${OV_TEST_PACKAGES[@]}"
  setup_torch
  # The sanitizers of clang 14 lose their fixed addresses when the kernel randomises too many bits.
  OV_NO_ASLR=()
  setarch -R true 2>/dev/null && OV_NO_ASLR=(setarch -R)
  export TSAN_OPTIONS="suppressions=$PWD/tools/tsan.supp" UBSAN_OPTIONS=print_stacktrace=1 \
    LSAN_OPTIONS="suppressions=$PWD/tools/lsan.supp:print_suppressions=0"
  mapfile -t sources < <(cpp_files)
  check "floors" python3 tools/check_floors.py
  check "house" python3 tools/check_house.py
  check "format" clang-format-14 --dry-run -Werror "${sources[@]}"
  check "tokenizer folder" prepare_tokenizer
  export OV_QWEN2_TOKENIZER=$PWD/build/qwen2-tokenizer
  test_release
  test_sanitized asan "address and undefined"
  test_sanitized tsan "thread" base_test kernels_test media_test data_test -- -R '^(base|kernels|media|data)$'
  test_fuzz
  printf '\n'
  printf '%s\n' "${OV_SUMMARY[@]}"
  ((${#OV_FAILURES[@]})) && printf 'failed: %s\n' "${OV_FAILURES[@]}"
  ((OV_PASSED > 0)) || printf 'no test passed\n'
  printf '%d passed, %d failed, %d skipped\n' "$OV_PASSED" "$OV_FAILED" "$OV_SKIPPED"
  ((OV_FAILED == 0 && OV_PASSED > 0))
}
