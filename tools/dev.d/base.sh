# shellcheck shell=bash
# What every command shares: messages, logs, the number of parallel jobs, the compiler cache.

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() {
  printf 'dev: %s\n' "$*" >&2
  return 1
}

# quiet NAME COMMAND...: output goes to build/log/NAME, its end is shown only when the command fails.
quiet() {
  local log=build/log/$1
  shift
  mkdir -p build/log
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 40 "$log" >&2
    fail "'$*' failed; the whole output is in $log"
  fi
}

# A C++ file with the networking headers takes over 1 GB to compile.
jobs_for_machine() {
  local cores gigabytes
  cores=$(nproc)
  gigabytes=$(awk '/MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)
  [ "$gigabytes" -ge 1 ] || gigabytes=1
  echo $((cores < gigabytes ? cores : gigabytes))
}

sources() { git ls-files --cached --others --exclude-standard -- 'src/*.cc' 'src/*.h' 'bench/*.cc' 'bench/*.h'; }

# Checkouts in different folders share the cache.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
export ASAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-19 TSAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-19
export PYTHONDONTWRITEBYTECODE=1
