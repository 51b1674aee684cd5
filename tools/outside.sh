#!/bin/sh
# outside.sh: what some tests need beside Python, from this machine's own package managers: Debian's for the browser,
# Graphviz and git, and npm for the packages of tools/node. What is there already is not installed again.
set -eu
cd "$(dirname "$0")"

wanted=
while read -r program package; do
    command -v "$program" >/dev/null 2>&1 || wanted="$wanted $package"
done <<'END'
chromium chromium
dot graphviz
git git
node nodejs
npm npm
END

if [ -n "$wanted" ]; then
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "Install$wanted first: this machine has no apt-get to do it with." >&2
        exit 3
    fi
    export DEBIAN_FRONTEND=noninteractive
    echo "Installing$wanted ..."
    apt-get update -qq
    # with what they recommend: a browser without fonts draws nothing
    # shellcheck disable=SC2086
    apt-get install -y -qq $wanted fonts-dejavu-core fonts-liberation >/dev/null
fi

echo "Installing the packages of tools/node ..."
npm install --prefix node --no-audit --no-fund --no-package-lock --ignore-scripts --silent --fetch-timeout 60000
