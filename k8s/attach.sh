#!/usr/bin/env bash
# Attaches two documents to an image in a registry, by oras (1.2 or newer), as artifacts whose subject is the image:
#
#   k8s/attach.sh REGISTRY/NAME@sha256:DIGEST [BASE@sha256:DIGEST...]
#
#   application/vnd.cyclonedx+json   the SBOM that Maven wrote, unless it was offline
#   application/vnd.in-toto+json     the provenance (SLSA 1.0): source and revision as the image's labels say, the bases that
#                                    its annotations or you name
#
# Neither is signed: whoever may push to the registry can write the same. Run again, it changes nothing. oras signs in as
# docker and podman do. Needs oras and jq.
set -euo pipefail

[[ ${1:-} == *@sha256:* ]] || { echo "attach.sh: name the image by its digest, not \"${1:-}\"" >&2 && exit 2; }
image=$1
shift
k8s=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sbom=$k8s/../demo-app/target/classes/META-INF/sbom/application.cdx.json
[ -s "$sbom" ] || { echo "attach.sh: there is no SBOM $sbom: mvn -DskipTests package makes it, unless it is offline" >&2 && exit 2; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp "$sbom" "$scratch/cyclonedx"
cd "$scratch"

# Of an image of several platforms, the first one's labels and annotations.
oras manifest fetch "$image" > index
platform=$(jq -r '.manifests[0].platform // empty | "\(.os)/\(.architecture)"' index)
oras manifest fetch ${platform:+--platform "$platform"} "$image" > image.json
oras manifest fetch-config ${platform:+--platform "$platform"} "$image" > config
jq -n --arg name "${image%@*}" --arg digest "${image#*@sha256:}" --arg source https://github.com/pod-identity/pod-identity-java \
    --slurpfile config config --slurpfile image image.json -f "$k8s/provenance.jq" --args "$@" > in-toto
# With a fixed date: oras would write that of today, and a second run would add a second artifact.
for type in cyclonedx in-toto; do
    oras attach --no-tty --artifact-type "application/vnd.$type+json" --annotation org.opencontainers.image.created=2000-01-01T00:00:00Z \
        "$image" "$type:application/vnd.$type+json" >&2
done
