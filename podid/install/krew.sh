#!/bin/sh
# Prints krew's manifest for the archives of a release: podid/install/krew.sh VERSION FOLDER
# FOLDER has podid-VERSION-OS-ARCH.tar.gz, as the release workflow makes them. Not for Windows, where krew's link has to
# be an .exe.
set -eu
version=$1 folder=$2
releases=https://github.com/pod-identity/pod-identity-java/releases/download
sed -n "/^PLATFORMS/q; s/VERSION/$version/; p" "$(dirname "$0")/podid.yaml"
for archive in "$folder/podid-$version"-*.tar.gz; do
    name=$(basename "$archive")
    platform=${name#"podid-$version-"} platform=${platform%.tar.gz}
    cat << END
    - selector:
        matchLabels: {os: ${platform%-*}, arch: ${platform#*-}}
      uri: $releases/v$version/$name
      sha256: $(sha256sum "$archive" | cut -d' ' -f1)
      files: [{from: "podid-$version/*", to: .}]
      bin: bin/podid
END
done
