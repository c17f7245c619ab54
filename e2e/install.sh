#!/usr/bin/env bash
# Installs what the end-to-end checks need on Debian 13, and only what is missing: the real Azure CLI, the real Azurite,
# Azure's identity library for JavaScript, what drives Chromium, Flyway's command line, Kafka's broker, and the tools for
# manifests, image and screenshots. Needs root for the packages, node with npm, and Maven.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
downloads=${XDG_CACHE_HOME:-$HOME/.cache}/pod-identity

# program=package
needed=(
    curl=curl jq=jq openssl=openssl shellcheck=shellcheck ip=iproute2 setsid=util-linux ps=procps
    kubectl=kubectl az=azure-cli buildah=buildah podman=podman runc=runc catatonit=catatonit nft=nftables
    skopeo=skopeo docker-registry=docker-registry unzip=unzip gpg=gnupg chromium=chromium
    promtool=promtool wrk=wrk man=man-db fish=fish
)

# What starts a node for the step on a real kubelet.
[ -z "${E2E_NODE:-}" ] || needed+=(etcd=etcd-server containerd=containerd iptables=iptables busybox=busybox-static xz=xz-utils)

packages() {
    local pair missing=()
    for pair in "${needed[@]}"; do
        command -v "${pair%%=*}" > /dev/null || missing+=("${pair#*=}")
    done
    /usr/bin/python3 -c 'import yaml' 2> /dev/null || missing+=(python3-yaml)
    compgen -G '/usr/lib/postgresql/*/bin/postgres' > /dev/null || missing+=(postgresql)
    [ -z "${E2E_NODE:-}" ] || [ -x /usr/lib/cni/bridge ] || missing+=(containernetworking-plugins)
    compgen -G '/lib/*/security/pam_script.so' > /dev/null || missing+=(libpam-script)
    [ "${#missing[@]}" -gt 0 ] || return 0
    echo "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q update
    # Unpacking 100 Python packages takes most of the time: no fsync after each file.
    apt-get -q install -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io "${missing[@]}"
}

# from_npm NAME HOME: what e2e/npm/NAME/package-lock.json lists, each file with the hash that is written there
from_npm() {
    local lock=$here/npm/$1/package-lock.json home=$2
    # npm writes the second one last.
    if cmp -s "$lock" "$home/package-lock.json" && [ -f "$home/node_modules/.package-lock.json" ]; then
        return 0
    fi
    echo "installing $1 into $home"
    mkdir -p "$home"
    cp "$here/npm/$1/package.json" "$lock" "$home/"
    # Both ask for a newer node than they need; 20 is enough.
    npm ci --prefix "$home" --no-audit --no-fund --loglevel=error
}

# from_maven NAME HOME: the jars that e2e/maven/NAME/pom.xml names
from_maven() {
    local pom=$here/maven/$1/pom.xml home=$2
    if cmp -s "$pom" "$home/pom.xml"; then
        return 0
    fi
    echo "installing $1 into $home"
    rm -rf "$home"
    mvn -B -q -f "$pom" org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies -DoutputDirectory="$home"
    cp "$pom" "$home/"
}

for name in azurite azure-identity-js browser; do from_npm "$name" "$downloads/$name"; done
for name in flyway kafka azure-identity-1.18 azure-identity-1.19; do from_maven "$name" "$downloads/$name"; done
packages
