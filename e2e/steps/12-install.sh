# shellcheck shell=bash disable=SC2154
# podid as its users install it: the folder with a Java of its own, from another place than it was built in, and each way to it.

HERE=$WORK/install/place
JBANG=$DOWNLOADS/jbang-cli-0.132.1-all.jar
WRONG=$ROOT/podid/maven-plugin/src/it/fails/k8s

install_folder() {
    local jdk made
    jdk=$(find /usr/lib/jvm /opt/java -maxdepth 1 -name '*25*' 2> /dev/null | head -1 || true)
    (cd "$ROOT" && mvn -B -q -pl podid/cli package -Pfolder -DskipTests -Dspotless.check.skip=true "-Dfolder.jdk=${JDK25_HOME:-${jdk:-$JAVA_HOME}}")
    made=$(find "$ROOT/podid/cli/target" -maxdepth 1 -type d -name 'podid-[0-9]*')
    tar -C "$(dirname "$made")" -czf "$OUT/podid-1.2.3-linux-amd64.tar.gz" --transform 's|^[^/]*|podid-1.2.3|;' --hard-dereference "$(basename "$made")"
    mkdir -p "$HERE" && tar -C "$HERE" -xzf "$OUT/podid-1.2.3-linux-amd64.tar.gz"
}

# As krew unpacks it: the archive, its files, and a link to bin; run with no variable of this shell, so with no JDK.
install_krew() {
    local krew=$WORK/krew.json
    mkdir -p "$WORK/install/krew" "$WORK/install/bin"
    "$ROOT/podid/install/krew.sh" 1.2.3 "$OUT" | yaml_to_json > "$krew"
    expect_json "$krew" '.[0] | .apiVersion == "krew.googlecontainertools.github.com/v1alpha2" and .kind == "Plugin" and .metadata.name == "podid"' \
        '.[0].spec | .version == "v1.2.3" and (.shortDescription | length > 0)' '.[0].spec.platforms[0] | .selector.matchLabels == {os: "linux", arch: "amd64"}' \
        ".[0].spec.platforms[0].sha256 == \"$(sha256sum < "$OUT/podid-1.2.3-linux-amd64.tar.gz" | cut -d' ' -f1)\"" \
        '.[0].spec.platforms[0] | .files == [{from: "podid-1.2.3/*", to: "."}] and .bin == "bin/podid"'
    cp -r "$HERE"/podid-1.2.3/* "$WORK/install/krew"
    ln -s ../krew/bin/podid "$WORK/install/bin/kubectl-podid"
    # shellcheck disable=SC2016
    unshare --mount sh -c 'mount -t tmpfs none "$1" && shift && ! java -version && exec "$@"' - "$JAVA_HOME" env -i HOME="$WORK/install" \
        PATH="$WORK/install/bin:/usr/bin:/bin" "$(command -v kubectl)" podid --version > "$WORK/version.txt"
    expect_text "$WORK/version.txt" 'podid '
}

install_completes() {
    local share=$HERE/podid-1.2.3/share
    # shellcheck disable=SC2016
    bash -c '. "$1" && complete -p podid && COMP_WORDS=(podid che) COMP_CWORD=1 && _complete_podid && echo "${COMPREPLY[@]}"' - \
        "$share/completion/podid.bash" > "$WORK/completion.txt"
    expect_text "$WORK/completion.txt" '-F _complete_podid' check
    fish -c "source $share/completion/podid.fish; complete -C 'podid check --fail'" | grep -- --fail-on
    man -l "$share/man/man1/podid-check.1" > "$WORK/man.txt"
    expect_text "$WORK/man.txt" 'PODID-CHECK(1)' --fail-on
}

install_jbang() {
    [ -f "$JBANG" ] || mvn -B -q dependency:copy -Dartifact=dev.jbang:jbang-cli:0.132.1:jar:all -DoutputDirectory="$DOWNLOADS"
    mkdir -p "$WORK/jbang"
    sed "s|io.podidentity:podid:[^\"]*|$PODID_JAR|" "$ROOT/jbang-catalog.json" > "$WORK/jbang/jbang-catalog.json"
    # It prints the command that its script would run.
    cd "$WORK/jbang" || return 1
    expect_exit 255 run.sh env JBANG_DIR="$WORK/jbang" java -jar "$JBANG" podid --version
    bash run.sh > version.txt
    expect_text version.txt 'podid '
}

install_pipelines() {
    local system folder=$HERE/podid-1.2.3
    cd "$WORK/install" || return 1
    for system in github gitlab azure; do
        GITHUB_STEP_SUMMARY=$WORK/summary.md PODID=$folder/bin/podid expect_exit 1 "$WORK/$system.txt" "$ROOT/podid/install/check.sh" "$system" "$WRONG"
    done
    expect_text "$WORK/github.txt" '::error file=' 'title=label-not-on-pod-template'
    expect_text "$WORK/summary.md" '| error | ' 'label-not-on-pod-template'
    expect_text "$WORK/azure.txt" '##vso[task.logissue type=error;sourcepath='
    expect_json podid.sarif '.version == "2.1.0"'
    expect_text podid.xml '<testsuite'
}

check "the folder is made, and is put elsewhere" install_folder
check "krew's files and link give kubectl podid, without a JDK" install_krew
check "bash completes its commands, and its manual is read" install_completes
check "jbang runs it by the catalog" install_jbang
check "the steps for GitHub, GitLab and Azure Pipelines report what is wrong" install_pipelines
