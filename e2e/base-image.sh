#!/usr/bin/env bash
# Builds a small runtime image from this machine's JDK, because no registry can be reached: a Java runtime from jlink,
# the libraries that it loads, a user 10001, and no shell. Uses JDK 25 if there is one, else the JDK of javac.
#
#   e2e/base-image.sh NAME [buildah options such as --root DIR]
set -euo pipefail

name=${1:?usage: e2e/base-image.sh NAME [buildah options]}
shift

jdk=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
for candidate in "${JDK25_HOME:-/nowhere}" /usr/lib/jvm/*-25-* /opt/java/*25*; do
    if [ -x "$candidate/bin/jlink" ]; then
        jdk=$candidate
        break
    fi
done
# The modules that Spring Boot with Tomcat and the Azure SDK load; java.desktop for java.beans, jdk.crypto.ec for TLS.
modules=java.base,java.compiler,java.desktop,java.instrument,java.logging,java.management,java.management.rmi
modules+=,java.naming,java.net.http,java.prefs,java.rmi,java.scripting,java.security.jgss,java.sql,java.xml
modules+=,jdk.crypto.ec,jdk.httpserver,jdk.management,jdk.naming.dns,jdk.net,jdk.unsupported,jdk.zipfs
version=$("$jdk/bin/java" -version 2>&1 | sed -nE '1s/.*"([^"]+)".*/\1/p')

rootfs=$(mktemp -d)
trap 'rm -rf "$rootfs"' EXIT
mkdir -p "$rootfs/opt" "$rootfs/etc"
install -d -m 1777 "$rootfs/tmp"

"$jdk/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --compress=2 \
    --output "$rootfs/opt/java" 2>&1 | grep -v '^Warning: The 2 argument' || true
test -x "$rootfs/opt/java/bin/java"
# The class archive of the JDK itself: every JDK has it, but jlink does not create it.
"$rootfs/opt/java/bin/java" -Xshare:dump > /dev/null
# Debian keeps the CA certificates outside the JDK, behind a link.
cp --remove-destination "$(readlink -f "$jdk/lib/security/cacerts")" "$rootfs/opt/java/lib/security/cacerts"

# Each library at the path where the loader looks for it.
{
    echo "$rootfs/opt/java/bin/java"
    find "$rootfs/opt/java/lib" -name 'lib*.so' ! -name 'libawt*' ! -name 'libfont*' ! -name 'libsplash*' ! -name 'libjawt*'
} | while read -r file; do ldd "$file"; done \
    | awk '{ for (i = 1; i <= NF; i++) if ($i ~ /^\//) { print $i; break } }' | grep -v "^$rootfs" | sort -u \
    | while read -r library; do install -D -m 755 "$(readlink -f "$library")" "$rootfs$library"; done

printf '%s\n' 'root:x:0:0::/:/nologin' 'app:x:10001:10001::/tmp:/nologin' > "$rootfs/etc/passwd"
printf '%s\n' 'root:x:0:' 'app:x:10001:' > "$rootfs/etc/group"
chmod -R go-w,a+rX "$rootfs/opt" "$rootfs/etc"
chmod 755 "$rootfs"

container=$(buildah "$@" from scratch)
buildah "$@" copy -q "$container" "$rootfs" / > /dev/null
buildah "$@" config --env PATH=/opt/java/bin --env JAVA_HOME=/opt/java --env JAVA_VERSION="$version" "$container"
buildah "$@" commit -q "$container" "$name" > /dev/null
buildah "$@" rm "$container" > /dev/null
