#!/bin/sh
# venv.sh FOLDER WHAT [PYTHON]: a virtual environment in FOLDER with this project (WHAT: "." or ".[dev]") installed
# for editing. Needs Python 3.11 or newer and nothing else. An environment that still works is used again.
set -eu
folder=$1 what=$2 chosen=${3:-}
fit='import sys; sys.exit(sys.version_info < (3, 11))'

python=
for candidate in ${chosen:-python3.13 python3.12 python3.11 python3 python}; do
    # A name on the path may be a shim without an interpreter behind it: only running it tells.
    if "$candidate" -c "$fit" >/dev/null 2>&1; then
        python=$candidate
        break
    fi
done

if ! "$folder/bin/python" -c "$fit" >/dev/null 2>&1; then
    if [ -z "$python" ]; then
        echo "rulesengine needs Python 3.11 or newer${chosen:+, and '$chosen' is not one}; none was found." >&2
        echo "Install it, or name it: make demo PYTHON=/path/to/python3.11" >&2
        exit 3
    fi
    echo "Setting up $folder with $("$python" --version) ..." >&2
    "$python" -m venv --clear "$folder" >/dev/null 2>&1 || "$python" -m venv --clear --without-pip "$folder"
fi

install() {
    "$@" install --quiet --quiet --disable-pip-version-check --no-input --editable "$what"
}

echo "Installing rulesengine into $folder ..." >&2
if "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    install "$folder/bin/python" -m pip
elif "${python:-python3}" -m pip --version >/dev/null 2>&1; then
    # Some systems ship Python without ensurepip; the machine's own pip can install into the environment then.
    install "${python:-python3}" -m pip --python "$folder/bin/python"
else
    echo "This Python has neither ensurepip nor pip; on Debian and Ubuntu the package python3-venv has both." >&2
    exit 3
fi
