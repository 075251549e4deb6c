# shellcheck shell=bash
# Tests: unit tests under sanitizers, the tools' own tests, end to end, fuzz targets.

run_tests() { # [MODULE...]
  if [ "$*" = contracts ]; then
    contract_tests
    return
  fi
  if [ "$*" = devnet ]; then
    devnet_tests
    return
  fi
  if [ "$*" = planted ]; then
    planted_bugs
    return
  fi
  if [ $# -gt 0 ]; then
    build dev "${@/%/_test}"
    unit_tests dev "$(IFS='|' && echo "^($*)\$")"
    return
  fi
  build dev
  unit_tests dev
  tool_tests
  contract_tests
  devnet_tests
  planted_bugs
  end_to_end dev
}

unit_tests() { # PRESET [REGEX]
  say "test: units ($1)"
  ctest --test-dir "build/$1" --output-on-failure --parallel "$(jobs_for_machine)" --no-tests=error ${2:+-R "$2"}
}

tool_tests() {
  say "test: tools"
  local folder
  for folder in $(git ls-files --cached --others --exclude-standard 'tools/*_test.py' 'bench/*_test.py' | xargs -n1 dirname | sort -u); do
    .venv/bin/python -m unittest discover --buffer -s "$folder" -t "$folder" -p '*_test.py'
  done
}

# npm of folder $1 with the arguments after it.
npm_in() {
  local folder=$1
  shift
  PATH="$PWD/.venv/bin:$PATH" .venv/bin/npm --prefix "$folder" "$@"
}

contract_tests() {
  say "test: contracts on the TVM"
  npm_in contracts run --silent types
  npm_in contracts test --silent
}

devnet_tests() {
  say "test: devnet, with third-party clients"
  npm_in devnet run --silent types
  npm_in devnet test --silent
}

planted_bugs() {
  say "test: planted bugs, which the simulator must find"
  tests/planted/run
}

check_typescript_format() {
  local folder
  for folder in contracts devnet; do npm_in "$folder" run --silent format; done
}

end_to_end() { # PRESET
  say "test: end to end ($1)"
  tools/engine fetch >/dev/null
  # Two files at a time, whatever the machine: they mostly wait.
  PATH="$PWD/.venv/bin:$PATH" COCOON_BUILD="$PWD/build/$1" \
    .venv/bin/python -m pytest -q -p no:cacheprovider --numprocesses 2 --dist loadfile tests/e2e tests/interop
}

fuzz() { # SECONDS per target
  build dev fuzz_targets
  say "fuzz: $1 s per target"
  tools/fuzz --seconds "$1" --build build/dev
}
