# Sourced by start.sh and test.sh: makes .venv and keeps it at the pinned requirements.
#
# ensure_venv FILE... installs the requirement files whose text changed since they were installed last.
# Environment: PYTHON, the interpreter to make .venv with (default: the newest of 3.13, 3.12, 3.11).

VENV=.venv

fail() {
  echo "$*" >&2
  exit 1
}

# Prints the version if this command is a Python that will do; fails otherwise.
usable_python() {
  "$1" -c '
import sys
sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 &&
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1
}

# What was found, for the message that none of it will do.
describe_python() {
  local version
  version=$("$1" -c 'import platform; print(platform.python_version())' 2>/dev/null) || return 0
  if usable_python "$1"; then return 0; fi
  case $version in
    3.11.* | 3.12.* | 3.13.*) echo "$1 is $version but has no venv module (on Debian: apt install python3-venv)" ;;
    *) echo "$1 is $version" ;;
  esac
}

find_python() {
  local candidate described found=""
  if [ -n "${PYTHON:-}" ]; then
    usable_python "$PYTHON" && echo "$PYTHON" && return
    fail "PYTHON=$PYTHON will not do: Longshore needs Python 3.11 to 3.13 with venv. $(describe_python "$PYTHON")"
  fi
  for candidate in python3.13 python3.12 python3.11 python3 python; do
    if usable_python "$candidate"; then echo "$candidate" && return; fi
    described=$(describe_python "$candidate")
    if [ -n "$described" ]; then found="$found${found:+; }$described"; fi
  done
  fail "Longshore needs Python 3.11 to 3.13 with venv; found: ${found:-none}. Set PYTHON to one that will do."
}

# Whether .venv is whole, was made in this folder, and its Python still runs.
venv_is_whole() {
  [ -x "$VENV/bin/python" ] && [ ! -e "$VENV/incomplete" ] && "$VENV/bin/python" -c 'import pip' 2>/dev/null &&
    { [ ! -e "$VENV/made-in" ] || [ "$(cat "$VENV/made-in")" = "$PWD" ]; }
}

make_venv() {
  local python
  python=$(find_python)
  echo "Making $VENV with $("$python" --version) …"
  rm -rf "$VENV"
  mkdir "$VENV"
  touch "$VENV/incomplete" # a start that is broken off here is repaired by the next one
  "$python" -m venv "$VENV"
  printf '%s' "$PWD" >"$VENV/made-in" # its scripts name this folder: a moved one is made anew
  rm "$VENV/incomplete"
}

installed() {
  local file
  for file in "$@"; do
    cmp -s "$file" "$VENV/installed/$file" || return 1
  done
}

install_requirements() {
  local file last="${*: -1}"
  echo "Installing $last … (a minute or two, the first time)"
  rm -rf "$VENV/installed"
  "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check -r "$last" ||
    fail "pip could not install $last; its reason stands above. Try again, or delete $PWD/$VENV first."
  mkdir -p "$VENV/installed"
  for file in "$@"; do cp "$file" "$VENV/installed/$file"; done
}

# The files from the smallest set to the largest; each includes those before it.
ensure_venv() {
  if installed "$@" && [ -x "$VENV/bin/python" ] && [ "$(cat "$VENV/made-in" 2>/dev/null)" = "$PWD" ]; then
    return 0
  fi
  venv_is_whole || make_venv
  installed "$@" || install_requirements "$@"
}
