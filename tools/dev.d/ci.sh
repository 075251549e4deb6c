# shellcheck shell=bash
# ./dev lint and ./dev ci. Every step runs even if one before it failed; the summary says what and how long.

lint() {
  STEPS=()
  step format check_format
  step layers tools/layers --check
  step style tools/tidy
  step rules tools/rules
  step shell shellcheck -x dev .ci/run tools/dev.d/*.sh
  step typescript check_typescript_format
  step clang-tidy clang_tidy
  summary
}

check_format() { sources | xargs -r -P "$(nproc)" -n 20 clang-format-19 --dry-run -Werror; }

clang_tidy() {
  quiet configure-tidy cmake --preset tidy
  cmake --build build/tidy --target cocoon_tl # Makes the headers that others include.
  tools/clang-tidy build/tidy
}

ci() {
  local started=$SECONDS
  STEPS=()
  step setup setup all
  step format check_format
  step layers tools/layers --check
  step style tools/tidy
  step rules tools/rules
  step shell shellcheck -x dev .ci/run tools/dev.d/*.sh
  step tools tool_tests
  step typescript check_typescript_format
  step contracts contract_tests
  step devnet devnet_tests
  step build-dev build dev
  step unit unit_tests dev
  step build-tsan build tsan io_test store_test
  step threads unit_tests tsan '^(io|store)$'
  step engine tools/engine fetch
  build_in_gaps &
  step e2e end_to_end dev
  wait # What failed to build does so again in its step, and shows why.
  step build-release build release
  step symbols tools/symbols build/release
  step planted planted_bugs
  step fuzz fuzz 3
  say "all steps took $(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s"
  summary
}

# What the steps after the end-to-end tests need, with processor time that these leave: they often wait.
build_in_gaps() {
  renice --priority 19 "$BASHPID" >/dev/null
  build release >/dev/null 2>&1
  build dev fuzz_targets >/dev/null 2>&1
}

# step NAME COMMAND...: runs it apart (its failure does not stop the others) and notes result and time.
step() {
  local name=$1 started=$SECONDS result=ok code
  shift
  say "$name"
  set +e
  (
    set -e
    "$@"
  )
  code=$?
  set -e
  [ "$code" -eq 0 ] || result=FAILED
  STEPS+=("$(printf '%-14s %-7s %4d s' "$name" "$result" $((SECONDS - started)))")
}

# Prints every step and closes with the line that tells machines how it went.
summary() {
  local failed
  printf '\n'
  printf '  %s\n' "${STEPS[@]}"
  failed=$(printf '%s\n' "${STEPS[@]}" | grep -c FAILED || true)
  printf '\nsteps: %d passed, %d failed\n' $((${#STEPS[@]} - failed)) "$failed"
  [ "$failed" -eq 0 ]
}
