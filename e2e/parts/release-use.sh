# shellcheck shell=bash disable=SC2154
# Uses what e2e/release.sh has deployed, as a stranger would.


