#!/usr/bin/env bash
# Builds what would be sent to Maven Central: made with the release profile, signed, deployed to a folder, checked, used.
#
#   e2e/release.sh                            with a throwaway key
#   e2e/release.sh --key ID --bundle FILE     with your own key, without the use; writes the file to upload to the Central Portal
#
# Works on a copy of the sources whose version has no -SNAPSHOT, and writes nothing to ~/.m2. The passphrase of
# your key, if it has one and no agent asks for it, is read from MAVEN_GPG_PASSPHRASE.
set -euo pipefail

ROOT=$(cd "$(dirname "$0")/.." && pwd)
key=
bundle=
while [ $# -gt 0 ]; do
    case $1 in
        --key) key=${2:?} ;;
        --bundle) bundle=$(realpath -m "${2:?}") ;;
        *) echo "unknown: $1; see the head of $0" >&2 && exit 2 ;;
    esac
    shift 2
done

WORK=$(mktemp -d "${TMPDIR:-/tmp}/pod-identity-release.XXXXXX")
throwaway=
finish() {
    local status=$?
    trap - EXIT INT TERM
    [ -z "$throwaway" ] || gpgconf --kill all || true
    rm -rf "$WORK"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    printf 'release: %s\n' "$*" >&2
    exit 1
}

# The version of the root POM is the one that is indented by two spaces.
snapshot=$(sed -n 's|^  <version>\(.*\)</version>$|\1|p' "$ROOT/pom.xml" | head -1)
version=${snapshot%-SNAPSHOT}
repository=$WORK/repository
group=$repository/io/podidentity

mkdir "$WORK/source"
tar -C "$ROOT" --exclude=.git --exclude=target -cf - . | tar -xf - -C "$WORK/source"
grep -rlIF "$snapshot" "$WORK/source" | xargs sed -i "s/$snapshot/$version/g"

if [ -z "$key" ]; then
    throwaway=yes
    export GNUPGHOME=$WORK/gnupg
    mkdir -m 700 "$GNUPGHOME"
    gpg --batch --quiet --passphrase '' --quick-generate-key 'Throwaway <throwaway@invalid>' ed25519 sign 1d
    key=$(gpg --batch --with-colons --list-keys | awk -F: '$1 == "fpr" { print $10; exit }')
fi

# Reads what Maven has already downloaded from ~/.m2, and writes nothing there.
local=("-Dmaven.repo.local=$WORK/local" "-Dmaven.repo.local.tail=$HOME/.m2/repository")
(cd "$WORK/source" && mvn -B -q "${local[@]}" -Prelease deploy -Dmaven.test.skip=true -Dspotless.check.skip=true -Derror-prone= \
    -Dmaven.install.skip=true -DskipITs=true -Dgpg.keyname="$key" "-DaltDeploymentRepository=release::file:$repository")

# The BOM and the modules in it, each with every file that Central requires, and nothing else.
bom=pod-identity-bom
mapfile -t published < <(sed -n 's|.*<artifactId>\(.*\)</artifactId>.*|\1|p' "$group/$bom/$version/$bom-$version.pom" \
    | grep -v "^$bom$")
{
    printf '%s\n' "$bom/$version/$bom-$version.pom"{,.asc,.md5,.sha1}
    printf '%s\n' "token-provider-bridges/$version/token-provider-bridges-$version-drop-in.jar"{,.asc,.md5,.sha1}
    for module in "${published[@]}"; do
        printf '%s\n' "$module/$version/$module-$version"{.jar,-sources.jar,-javadoc.jar,.pom}{,.asc,.md5,.sha1}
    done
} | sort > "$WORK/expected"
(cd "$group" && find . -type f ! -name 'maven-metadata.xml*' -printf '%P\n' | sort) > "$WORK/deployed"
diff "$WORK/expected" "$WORK/deployed" || fail "< is missing from the BOM's modules, > is not in the BOM"

# Central compares each file with its sums.
for sum in md5 sha1; do
    for file in "$group"/*/*/*."$sum"; do
        echo "$(cat "$file")  ${file%."$sum"}" | "${sum}sum" --check --status || fail "$file is the sum of something else"
    done
done
for signature in "$group"/*/*/*.asc; do
    gpg --batch --quiet --verify "$signature" "${signature%.asc}" 2> "$WORK/gpg.log" || fail "$(cat "$WORK/gpg.log")"
done
for pom in "$group"/*/*/*.pom; do
    for element in name description url license developer scm; do
        grep -q "<${element}[ >]" "$pom" || fail "no <$element> in $pom"
    done
    ! grep -E 'SNAPSHOT|<parent>|<scope>test|\$\{(revision|env)' "$pom" || fail "$pom contains what a user does not need"
done

for module in "${published[@]}"; do
    stem=$group/$module/$version/$module-$version
    for place in .jar/LICENSE .jar/NOTICE -sources.jar/LICENSE -sources.jar/NOTICE; do
        unzip -p "$stem${place%/*}" "META-INF/${place#*/}" | cmp - "$ROOT/${place#*/}" || fail "no ${place#*/} in $stem${place%/*}"
    done
    unzip -l "$stem-sources.jar" '*.java' > /dev/null || fail "no sources in $stem-sources.jar"
    unzip -l "$stem-javadoc.jar" index.html > /dev/null || fail "no Javadoc in $stem-javadoc.jar"
done

# Only with a throwaway key: whoever holds your key runs nothing of what was made, nor of what it depends on.
if [ -n "$throwaway" ]; then
    # shellcheck source=e2e/parts/release-use.sh
    . "$ROOT/e2e/parts/release-use.sh"
fi

(cd "$group" && find . \( -name '*.jar' -o -name '*.pom' \) -printf '%9s  %f\n' | sort -k 2)
if [ -n "$bundle" ]; then
    (cd "$repository" && find io -type f ! -name 'maven-metadata.xml*' | sort > "$WORK/files" \
        && jar --create --no-manifest --file "$bundle" "@$WORK/files")
    echo "$bundle"
fi
used=
[ -z "$throwaway" ] || used=", and the README's dependencies and the examples work"
echo "$(wc -l < "$WORK/deployed") files, $(grep -c 'asc$' "$WORK/deployed") good signatures$used"
