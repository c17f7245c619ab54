#!/usr/bin/env bash
# Pins the base images by digest. See --help.
set -euo pipefail

K8S=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=k8s/azure/lib.sh
. "$K8S/azure/lib.sh"

usage() {
    cat << 'TEXT'
usage: k8s/pin-bases.sh [--check] [FILE...]

Asks the registry which digest the tag of each base image has now, and writes it behind the tag: in the Dockerfile (ARG
JDK, ARG BASE) and in pom.xml (jib's base). From then on, two builds stand on the same base; run it again for a newer
one. With --check nothing is written: exit status 1 if a digest is missing or not the tag's. Microsoft's registry asks
for no sign-in. Needs curl. Exit status: 0 pinned, 1 see above or no answer, 2 wrong usage, 3 a tool is missing.
TEXT
}

# A list of all platforms if there is one, so that one pin is for all of them.
TYPES='application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json'
TYPES+=', application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json'
# Whatever stands behind ARG JDK=, ARG BASE= and in jib's <image>; the digest is optional.
REFERENCE='[A-Za-z0-9.-]+(:[0-9]+)?/[a-z0-9./_-]+:[A-Za-z0-9._-]+(@sha256:[0-9a-f]{64})?'

# digest_of REGISTRY/NAME:TAG
digest_of() {
    local registry=${1%%/*} name=${1#*/} found
    found=$(curl -sSI --fail -H "Accept: $TYPES" "https://$registry/v2/${name%:*}/manifests/${name##*:}" \
        | tr -d '\r' | sed -n 's/^docker-content-digest: *//Ip')
    [[ $found =~ ^sha256:[0-9a-f]{64}$ ]] || die "$EXIT_FAILED" "$registry gave no digest for $1"
    printf %s "$found"
}

# pin FILE
pin() {
    local reference digest pinned
    sed -nE "s#^ARG (JDK|BASE)=($REFERENCE)\$#\\2#p; s#^ *<image>($REFERENCE)</image>\$#\\1#p" "$1" > "$SCRATCH/references"
    while read -r reference; do
        digest=$(digest_of "${reference%@*}") || {
            SAID_WHY=yes
            exit "$EXIT_FAILED"
        }
        pinned=${reference%@*}@$digest
        if [ "$reference" = "$pinned" ]; then
            say "   $1: $reference is what the tag means"
        elif [ -n "$CHECK" ]; then
            say "   $1: $reference is not $pinned"
            BEHIND=yes
        else
            sed "s#$reference\\(\$\\|<\\)#$pinned\\1#" "$1" > "$SCRATCH/pinned"
            cat "$SCRATCH/pinned" > "$1"
            say "   $1: $pinned"
        fi
    done < "$SCRATCH/references"
}

main() {
    local file
    CHECK='' BEHIND=''
    case ${1:-} in
        --help | -h)
            usage
            exit 0
            ;;
        --check)
            CHECK=yes
            shift
            ;;
        -*) die "$EXIT_USAGE" "unknown option \"$1\". See --help." ;;
    esac
    need_tool curl ""
    begin
    step "the base images' digests"
    [ $# -gt 0 ] || set -- "$K8S/../Dockerfile" "$K8S/../pom.xml"
    for file in "$@"; do
        pin "$file"
    done
    [ -z "$BEHIND" ] || die "$EXIT_FAILED" "not pinned to what the tags mean now: run k8s/pin-bases.sh"
}

main "$@"
