# shellcheck shell=bash disable=SC2034,SC2154
# podid as an image.
# Needs: image

PODID_IMAGE=localhost/podid:e2e
check "podid: its image builds" build "$PODID_IMAGE" -f podid/Dockerfile
