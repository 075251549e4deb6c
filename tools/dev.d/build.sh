# shellcheck shell=bash
# Configures and builds a preset, formats, runs the demo, the benchmark and the simulator.

build() { # PRESET [TARGET...]
  local preset=$1
  shift
  [ "build/$preset/build.ninja" -nt CMakePresets.json ] || quiet "configure-$preset" cmake --preset "$preset"
  local targets=("$@")
  [ ${#targets[@]} -gt 0 ] || targets=(all)
  say "build: $preset (${targets[*]})"
  cmake --build "build/$preset" --parallel "$(jobs_for_machine)" --target "${targets[@]}"
}

demo() {
  setup build
  build release
  tools/engine fetch >/dev/null
  exec build/release/src/bin/cocoon up --ask "${*:-Why is the sky blue?}"
}

bench() {
  build release
  bench/run "$@"
}

simulate() {
  build release
  build/release/src/bin/cocoon-sim "$@"
}

format_sources() { sources | xargs -r clang-format-19 -i; }
