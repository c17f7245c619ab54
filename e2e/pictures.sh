#!/usr/bin/env bash
# Makes the pictures of docs/images again: the demo's page at each step of the walk-through, as Chromium shows it. Needs
# what e2e/install.sh installs, pngquant, and the jars: mvn -B -DskipTests package. Look at them before you commit them.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
command -v pngquant > /dev/null || {
    echo "pngquant is missing: apt-get install pngquant" >&2
    exit 3
}
E2E_PICTURES=yes "$root/e2e/run" 85 95

mkdir -p "$root/docs/images"
for name in page-pod page-logged-out page-node page-role-missing page-dark \
    signed-out signed-in pod-without-identity role-missing workload-identity pod-identity; do
    pngquant --force --strip --speed 1 --output "$root/docs/images/$name.png" 32 -- "$root/e2e/target/$name.png"
done
du -b "$root"/docs/images/*.png
