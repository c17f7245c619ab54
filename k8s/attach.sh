#!/usr/bin/env bash
# Attaches the list of parts and the provenance to an image in a registry. See --help.
set -euo pipefail

usage() {
    cat << 'TEXT'
usage: k8s/attach.sh REGISTRY/NAME@sha256:DIGEST [BASE@sha256:DIGEST...]

Attaches two documents to the image by oras (1.2 or newer), as artifacts whose subject is the image:
  application/vnd.cyclonedx+json   the SBOM, which Maven wrote: demo-app/target/classes/META-INF/sbom/application.cdx.json
  application/vnd.in-toto+json     the provenance (SLSA 1.0): source and revision as the image's labels say, the bases
                                   that its annotations or you name, and who built it: somebody's own machine

Neither is signed: whoever may push to the registry can write the same. Run again, it changes nothing. oras signs in as
docker and podman do. Needs oras and jq. Exit status: 0 attached, 1 oras failed and says why, 2 wrong usage.
TEXT
}

SOURCE=https://github.com/pod-identity/pod-identity-java
K8S=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SBOM=$K8S/../demo-app/target/classes/META-INF/sbom/application.cdx.json

wrong() {
    echo "attach.sh: $*" >&2
    exit 2
}

# attach TYPE FILE: with a fixed date, since oras would write that of today, and a second run would add a second artifact.
attach() {
    (cd "$(dirname "$2")" && oras attach --no-tty --artifact-type "$1" --annotation org.opencontainers.image.created=2000-01-01T00:00:00Z \
        "$IMAGE" "$(basename "$2"):$1") | grep -E '^(Attached|Digest)' >&2
}

case ${1:-} in
    -h | --help) usage && exit 0 ;;
    *@sha256:*) IMAGE=$1 && shift ;;
    *) wrong "the image must be named by its digest, not \"${1:-}\". See --help." ;;
esac
[ -s "$SBOM" ] || wrong "there is no SBOM $SBOM: mvn -DskipTests package makes it, unless it is offline"
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT

# Of an image of several platforms, the first one's labels and annotations.
platform=()
oras manifest fetch "$IMAGE" > "$SCRATCH/manifest"
first=$(jq -r '.manifests[0].platform // empty | "\(.os)/\(.architecture)"' "$SCRATCH/manifest")
[ -z "$first" ] || platform=(--platform "$first")
oras manifest fetch ${platform[@]+"${platform[@]}"} "$IMAGE" > "$SCRATCH/manifest"
oras manifest fetch-config ${platform[@]+"${platform[@]}"} "$IMAGE" > "$SCRATCH/config"
jq -n --arg name "${IMAGE%@*}" --arg digest "${IMAGE#*@sha256:}" --arg source "$SOURCE" --slurpfile config "$SCRATCH/config" \
    --slurpfile image "$SCRATCH/manifest" -f "$K8S/provenance.jq" --args "$@" > "$SCRATCH/provenance.json"
attach application/vnd.cyclonedx+json "$SBOM"
attach application/vnd.in-toto+json "$SCRATCH/provenance.json"
