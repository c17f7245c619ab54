#!/usr/bin/env bash
# Installs what the end-to-end checks need on Debian 13, and only what is missing: the real Azure CLI, the real Azurite,
# and the tools for manifests, image and screenshots. Needs root for the packages, and node with npm.
set -euo pipefail

AZURITE_VERSION=3.37.0
AZURITE_HOME=${XDG_CACHE_HOME:-$HOME/.cache}/pod-identity/azurite

# program=package
needed=(
    curl=curl jq=jq openssl=openssl shellcheck=shellcheck ip=iproute2 setsid=util-linux ps=procps
    kubectl=kubectl az=azure-cli buildah=buildah podman=podman runc=runc catatonit=catatonit chromium=chromium
    promtool=promtool
)

packages() {
    local pair missing=()
    for pair in "${needed[@]}"; do
        command -v "${pair%%=*}" > /dev/null || missing+=("${pair#*=}")
    done
    /usr/bin/python3 -c 'import yaml' 2> /dev/null || missing+=(python3-yaml)
    [ "${#missing[@]}" -gt 0 ] || return 0
    echo "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q update
    # Unpacking 100 Python packages is what takes time: no fsync after each file.
    apt-get -q install -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io "${missing[@]}"
}

azurite() {
    local installed=$AZURITE_HOME/node_modules/azurite/package.json
    if [ -f "$installed" ] && [ -f "$AZURITE_HOME/version" ] && [ "$(cat "$AZURITE_HOME/version")" = "$AZURITE_VERSION" ]; then
        return 0
    fi
    echo "installing azurite $AZURITE_VERSION into $AZURITE_HOME"
    mkdir -p "$AZURITE_HOME"
    # It asks for a newer node than it needs; 20 will do.
    npm install --prefix "$AZURITE_HOME" --no-audit --no-fund --no-save --loglevel=error "azurite@$AZURITE_VERSION"
    echo "$AZURITE_VERSION" > "$AZURITE_HOME/version"
}

azurite
packages
