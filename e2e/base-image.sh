#!/usr/bin/env bash
# Builds stand-ins for the Dockerfiles' two base images, because no registry can be reached: JDK is this machine's JDK 25,
# BASE a Java without its tools, the libraries that it loads, a user 10001, and no shell.
#
#   e2e/base-image.sh JDK BASE [buildah options such as --root DIR]
set -euo pipefail

jdk_name=${1:?usage: e2e/base-image.sh JDK BASE [buildah options]}
base_name=${2:?usage: e2e/base-image.sh JDK BASE [buildah options]}
shift 2

for jdk in "${JDK25_HOME:-/nowhere}" /usr/lib/jvm/*-25-* /opt/java/*25*; do
    [ ! -x "$jdk/bin/jlink" ] || break
done
test -x "$jdk/bin/jlink" || { echo "no JDK 25: set JDK25_HOME" >&2; exit 1; }

rootfs=$(mktemp -d)
trap 'rm -rf "$rootfs"' EXIT
mkdir -p "$rootfs/etc"
install -d -m 1777 "$rootfs/tmp"

# Each library at the path where the loader looks for it.
{
    echo "$jdk/bin/java"
    find "$jdk/lib" -name 'lib*.so' ! -name 'libawt*' ! -name 'libfont*' ! -name 'libsplash*' ! -name 'libjawt*'
} | while read -r file; do ldd "$file"; done \
    | awk '{ for (i = 1; i <= NF; i++) if ($i ~ /^\//) { print $i; break } }' | grep -v "^$jdk" | sort -u \
    | while read -r library; do install -D -m 755 "$(readlink -f "$library")" "$rootfs$library"; done

# Microsoft's has the tools too.
"$jdk/bin/jlink" --output "$rootfs/usr/lib/jvm/java" --strip-java-debug-attributes --no-header-files --no-man-pages --compress zip-6 \
    --add-modules java.se,jdk.crypto.ec,jdk.httpserver,jdk.jfr,jdk.management,jdk.naming.dns,jdk.net,jdk.unsupported,jdk.zipfs
cp --remove-destination "$(readlink -f "$jdk/lib/security/cacerts")" "$rootfs/usr/lib/jvm/java/lib/security/cacerts"
printf '%s\n' 'root:x:0:0::/:/nologin' 'app:x:10001:10001::/tmp:/nologin' > "$rootfs/etc/passwd"
printf '%s\n' 'root:x:0:' 'app:x:10001:' > "$rootfs/etc/group"
chmod -R go-w,a+rX "$rootfs/etc" "$rootfs/usr"
chmod 755 "$rootfs"

# commit NAME FOLDER PATH [buildah config options]: an image of the last one and that folder.
from=scratch
commit() {
    local name=$1 folder=$2 path=$3 container
    shift 3
    container=$(buildah "${options[@]}" from --pull=never "$from")
    buildah "${options[@]}" copy -q "$container" "$folder" "$path" > /dev/null
    [ $# -eq 0 ] || buildah "${options[@]}" config "$@" "$container"
    buildah "${options[@]}" commit -q "$container" "$name" > /dev/null
    buildah "${options[@]}" rm "$container" > /dev/null
    from=$name
}
options=("$@")

commit "$base_name" "$rootfs" / --env JAVA_HOME=/usr/lib/jvm/java --env PATH=/usr/lib/jvm/java/bin:/usr/bin
rm -rf "$rootfs"
# Without its sources (jlink checks all other files); with the CA certificates, which Debian keeps outside the JDK, behind a link.
mkdir "$rootfs"
cp -rl "$jdk" "$rootfs/jdk" 2> /dev/null || cp -r "$jdk" "$rootfs/jdk"
rm -f "$rootfs/jdk/lib/src.zip"
if [ -L "$jdk/lib/security/cacerts" ]; then
    cp --remove-destination "$(readlink -f "$jdk/lib/security/cacerts")" "$rootfs/jdk/lib/security/cacerts"
fi
commit "$jdk_name" "$rootfs/jdk" /usr/lib/jvm/jdk --env PATH=/usr/lib/jvm/jdk/bin
