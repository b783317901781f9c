# Python packages for the tests: the original SDK that steps use, and a mock of AWS. Exactly what python.txt names, in
# a virtual environment that all clones share. Sourced by setup.sh.
# shellcheck shell=bash

PYTHON_FOLDER="$RELAY_CACHE/python"
PYTHON_WANTED="$ROOT/scripts/setup/python.txt"

# Debian's own, because steps see it in their sandbox: somebody's choice under /home they would not.
PYTHON=/usr/bin/python3

# What is installed: the interpreter that the environment belongs to, and the list.
python_stamp() {
    "$PYTHON" -V 2>/dev/null
    cat "$PYTHON_WANTED"
}

# The stamp is made after pip has ended.
python_current() {
    cmp -s <(python_stamp) "$PYTHON_FOLDER/relay-stamp.txt"
}

python_plan() {
    if [ "$1" != build ] && ! python_current; then
        python_missing=1
        need "Python packages for the tests: the original SDK and a mock of AWS (pip, 40 MB)"
    fi
}

python_do() {
    [ -n "${python_missing:-}" ] || return 0
    say "installing the Python packages for the tests"
    rm -rf "$PYTHON_FOLDER"
    mkdir -p "$RELAY_CACHE"
    logged python-venv "$PYTHON" -m venv "$PYTHON_FOLDER"
    logged python-packages "$PYTHON_FOLDER/bin/pip" install --disable-pip-version-check --no-deps -r "$PYTHON_WANTED"
    # A step in its sandbox is nobody in particular.
    chmod -R a+rX "$PYTHON_FOLDER"
    python_stamp >"$PYTHON_FOLDER/relay-stamp.txt"
}
