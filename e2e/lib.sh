# shellcheck shell=bash disable=SC2034
# Functions for all steps: checks that print one line each, processes that are stopped by ID, and assertions.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Everything that a run creates is here and is deleted at its end: keys, az's folder, logs.
WORK=$(mktemp -d "${TMPDIR:-/tmp}/pod-identity-e2e.XXXXXX")
# What you may want to look at afterwards: screenshots, transcripts. Two runs at once need a folder each.
OUT=${E2E_OUT:-$ROOT/e2e/target}
DOWNLOADS=${XDG_CACHE_HOME:-$HOME/.cache}/pod-identity
AZURE_IDENTITY_JS_HOME=$DOWNLOADS/azure-identity-js
PYTHON=/usr/bin/python3
PODID_JAR=$ROOT/podid/cli/target/podid.jar
LIBRARY_JAR=$ROOT/token-provider/target/token-provider.jar
DEMO_JAR=$(find "$ROOT/demo-app/target" -maxdepth 1 -name 'demo-app*.jar' 2> /dev/null | head -1 || true)
STORAGE_RESOURCE=https://storage.azure.com/

# The JDK that runs Maven also runs the programs under test.
JAVA_HOME=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}
export JAVA_HOME
# Whatever Maven builds in a step finds everything compiled; it would compile it again for a jar in place of a folder.
export MAVEN_ARGS=-Dmaven.compiler.useIncrementalCompilation=false

# The caller's own Azure sign-in and proxies must not affect a step.
unset_azure() {
    local name
    while read -r name; do unset "$name"; done < <(compgen -e | grep -E '^(AZURE_|ARM_|IDENTITY_|MSI_|IMDS_)|^AzureServicesAuthConnectionString$|_(PROXY|proxy)$' || true)
    export AZURE_CORE_INSTANCE_DISCOVERY=false AZURE_CORE_COLLECT_TELEMETRY=0 AZURE_CORE_NO_COLOR=1 PYTHONWARNINGS=ignore
}

# check NAME COMMAND...: runs the command in a subshell that stops at the first failing command. Prints one line, and the
# output of the command if it fails.
check() {
    local name=$1 status=0 began=$EPOCHREALTIME log=$WORK/check.log seconds
    shift
    set +e
    (
        set -e
        "$@"
    ) > "$log" 2>&1
    status=$?
    set -e
    seconds=$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
    if [ "$status" -eq 0 ]; then
        echo "pass $name" >> "$WORK/results"
        printf 'pass  %s (%s s)\n' "$name" "$seconds"
    else
        echo "failed: $name" >> "$WORK/results"
        printf 'FAIL  %s (%s s, exit %s)\n' "$name" "$seconds" "$status"
        tail -c 6000 "$log" | sed 's/^/      | /'
    fi
}

# at_end COMMAND...: when this step or part ends, whatever happened; the last one first. Not inside a check.
AT_END=()
at_end() {
    AT_END=("$*" ${AT_END[@]+"${AT_END[@]}"})
}

end_all() {
    local command
    trap - EXIT
    stop_all
    for command in ${AT_END[@]+"${AT_END[@]}"}; do $command > /dev/null 2>&1 || true; done
}

# So that `set -e` notices a failure, an assertion must be a separate command, never the left side of && or ||.
fail() {
    printf '%s\n' "$*" >&2
    return 1
}

expect_equal() {
    [ "$1" = "$2" ] || fail "expected: $1"$'\n'"but got:  $2"
}

# expect_text FILE TEXT...: each text occurs in the file, in upper or lower case.
expect_text() {
    local file=$1 text
    shift
    for text in "$@"; do
        grep -qiF -- "$text" "$file" || { head -c 3000 "$file" >&2; fail "no \"$text\" in $file"; } || return 1
    done
}

# expect_json FILE JQ-CONDITION...: each condition is true.
expect_json() {
    local file=$1 condition
    shift
    for condition in "$@"; do
        jq -e "$condition" "$file" > /dev/null 2>&1 || { head -c 3000 "$file" >&2; fail "not so in $file: $condition"; } || return 1
    done
}

# expect_exit STATUS FILE COMMAND...: its output is in the file.
expect_exit() {
    local expected=$1 file=$2 status=0
    shift 2
    "$@" > "$file" 2>&1 || status=$?
    [ "$status" -eq "$expected" ] || { tail -n 40 "$file" >&2; fail "exit $status, not $expected"; }
}

# expect_no_secret FILE...: no token (a JWT begins with eyJ) and no client secret of this run.
expect_no_secret() {
    local file secret
    secret=$(cat "$WORK/client-secret" 2> /dev/null || true)
    for file in "$@"; do
        ! grep -qF eyJ "$file" || fail "a token in $file: $(grep -oE 'eyJ.{0,12}' "$file" | head -1)" || return 1
        [ -z "$secret" ] || ! grep -qF -- "$secret" "$file" || fail "the client secret in $file" || return 1
    done
}

# fetch FILE URL [curl options]: writes the body to FILE and the status to stdout.
fetch() {
    local file=$1 url=$2
    shift 2
    curl -sS --noproxy '*' --max-time 40 -o "$file" -w '%{http_code}' "$@" "$url"
}

# expect_status STATUS FILE URL [curl options]
expect_status() {
    local expected=$1 got
    shift
    got=$(fetch "$@") || return 1
    [ "$got" = "$expected" ] || { head -c 3000 "$1" >&2; fail "HTTP $got, not $expected, from $2"; }
}

# yaml_to_json < YAML: its documents as one array.
yaml_to_json() {
    "$PYTHON" -c 'import json, sys, yaml; print(json.dumps([d for d in yaml.safe_load_all(sys.stdin) if d], default=str))'
}

# new_secret FILE: a password that no log must ever show, and that a search can find if one does.
new_secret() {
    (umask 077 && printf 'e2e-%s\n' "$(openssl rand -hex 16)" > "$1")
}

# A port below those that the kernel gives to outgoing connections, so that it is still free when a program that starts slowly
# binds it.
free_port() {
    "$PYTHON" -c 'import random, socket
def is_free(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) != 0
print(next(filter(is_free, iter(lambda: random.randrange(10240, 32000), 0))))'
}

# port NAME: the same free port whenever it is asked for that name.
port() {
    [ -f "$WORK/$1.port" ] || free_port > "$WORK/$1.port"
    cat "$WORK/$1.port"
}

# start NAME COMMAND...: starts it in the background, in its own process group; its output is in $WORK/NAME.out and .err.
start() {
    local name=$1
    shift
    # Empty the files now and not in the child, so that output of an earlier process with this name is not read.
    : > "$WORK/$name.out"
    : > "$WORK/$name.err"
    setsid "$@" > "$WORK/$name.out" 2> "$WORK/$name.err" < /dev/null &
    echo $! > "$WORK/$name.pid"
}

# A process that has ended but was not collected by its parent (a zombie) counts as ended.
alive() {
    local state
    state=$(sed -E 's/.*\) (.).*/\1/' "/proc/$1/stat" 2> /dev/null) || return 1
    [ -n "$state" ] && [ "$state" != Z ]
}

running() {
    alive "$(cat "$WORK/$1.pid")"
}

# stop NAME: stops the whole process group, first with SIGTERM.
stop() {
    local pid i
    [ -f "$WORK/$1.pid" ] || return 0
    pid=$(cat "$WORK/$1.pid")
    kill -TERM -- "-$pid" 2> /dev/null || true
    for i in {1..50}; do
        ps -A -o pgid=,stat= | awk -v group="$pid" '$1 == group && $2 !~ /^Z/ { found = 1 } END { exit !found }' || break
        [ "$i" -lt 50 ] || kill -KILL -- "-$pid" 2> /dev/null || true
        sleep 0.1
    done
    rm -f "$WORK/$1.pid"
}

# What runs now and did not when the step began.
stop_all() {
    local file
    for file in "$WORK"/*.pid; do
        [ ! -f "$file" ] || [[ " ${OF_PARTS:-} " == *" $file "* ]] || stop "$(basename "$file" .pid)"
    done
}

# wait_until SECONDS NAME COMMAND...: waits until the command succeeds; fails if the process NAME has ended.
wait_until() {
    local seconds=$1 name=$2 end why
    shift 2
    end=$((SECONDS + seconds))
    until "$@" > /dev/null 2>&1; do
        why=
        running "$name" || why="$name ended"
        [ "$SECONDS" -lt "$end" ] || why="$name was not ready in $seconds s"
        if [ -n "$why" ]; then
            tail -n 40 "$WORK/$name.out" "$WORK/$name.err" >&2
            fail "$why" || return 1
        fi
        sleep 0.2
    done
}

answers() {
    curl -sf --noproxy '*' --max-time 5 -o /dev/null "$1"
}

# start_server NAME COMMAND...: starts it; the line of JSON that it prints when it serves is in $WORK/NAME.json.
start_server() {
    start "$@"
    wait_until 60 "$1" grep -q '^{' "$WORK/$1.out"
    head -1 "$WORK/$1.out" > "$WORK/$1.json"
}

# serve NAME [option...]: an emulated Azure.
serve() {
    test -f "$PODID_JAR" || fail "no $PODID_JAR: run mvn -B -DskipTests package"
    start_server "$1" java -jar "$PODID_JAR" serve --json "${@:2}"
    expect_no_secret "$WORK/$1.json"
}

# of NAME FILTER: what it printed, by jq.
of() {
    jq -r "$2" "$WORK/$1.json"
}

# az_cloud NAME PREFIX...: az, run with that prefix, takes that emulator for its cloud. Only `az cloud register` with a file
# can set the address of Microsoft Graph.
az_cloud() {
    jq '(.entra) as $base | {
        endpoints: {activeDirectory: $base, resourceManager: $base, management: $base, activeDirectoryResourceId: ($base + "/"),
            activeDirectoryGraphResourceId: ($base + "/"), microsoftGraphResourceId: ($base + "/")},
        suffixes: {storageEndpoint: "localhost", acrLoginServerEndpoint: "localhost"}}' "$WORK/$1.json" > "$WORK/cloud.json"
    shift
    "$@" az cloud register -n Emulated --cloud-config "@$WORK/cloud.json"
    "$@" az cloud set -n Emulated
}

# azure_start NAME [podid option...]: the emulator NAME-emulator with a Resource Manager, and its files in $WORK/NAME.
azure_start() {
    local name=$1 folder=$WORK/$1
    shift
    mkdir -p "$folder/state" "$folder/tmp"
    new_secret "$folder/secret"
    serve "$name-emulator" --secret-file "$folder/secret" "$@"
    cp "$WORK/$name-emulator.json" "$folder/azure.json"
}

# copy_k8s FOLDER: k8s/ without what a user has configured.
copy_k8s() {
    mkdir -p "$1"
    cp -r "$ROOT/k8s" "$1/"
    rm -rf "$1"/k8s/{mine,settings.env}
}

# azure_env NAME: sets AZURE_ENV to a prefix for commands: az is the real one against that emulator; kubectl, docker and mvn
# are the stubs of e2e/stubs/bin, which record their arguments in $WORK/NAME/tools.log.
azure_env() {
    local folder=$WORK/$1
    AZURE_ENV=(env "PATH=$ROOT/e2e/stubs/bin:$PATH" "AZURE_CONFIG_DIR=$folder/az" "TMPDIR=$folder/tmp"
        "REQUESTS_CA_BUNDLE=$(jq -r .ca "$folder/azure.json")" "STUB_LOG=$folder/tools.log" "STUB_ROOT=$ROOT"
        "STUB_STATE=$folder/state" "STUB_KUBECTL=$(command -v kubectl)" "STUB_EXPLAIN=$LIBRARY_JAR")
}

azure_sign_in() {
    azure_env "$1"
    az_cloud "$1-emulator" "${AZURE_ENV[@]}"
    "${AZURE_ENV[@]}" az login --service-principal -u "$(of "$1-emulator" .application.clientId)" -p "$(cat "$WORK/$1/secret")" \
        -t "$(of "$1-emulator" .tenantId)" -o none
}

# as_pod NAME COMMAND...: in the environment of the first pod of that emulator, with the tokens of its identity.
as_pod() {
    env "AZURE_POD_IDENTITY_AUTHORITY_HOST=$(of "$1" '.pods[0].imds')" AzureServicesAuthConnectionString=RunAs=App "${@:2}"
}

# starter_test NAME TRUST-STORE PREFIX... -- CLASS ARGUMENT...: an application of the starter's tests, as in a pod of the emulator
# NAME; its output is in $WORK/CLASS.txt, and shown if it fails.
starter_test() {
    local name=$1 trust=$2 target=$ROOT/spring-boot/starter/target prefix=()
    shift 2
    while [ "$1" != -- ]; do prefix+=("$1") && shift; done
    shift
    expect_exit 0 "$WORK/$1.txt" as_pod "$name" "${prefix[@]}" java -cp "$target/test-classes:$target/classes:$(cat "$target/test-class-path")" \
        -Djavax.net.ssl.trustStore="$trust" -Djavax.net.ssl.trustStorePassword=changeit "io.podidentity.tokenprovider.spring.$1" "${@:2}"
    expect_no_secret "$WORK/$1.txt"
}

# demo_url NAME and management_url NAME, where its health, metrics and explanation are: each demo has ports of its own.
demo_url() {
    echo "http://127.0.0.1:$(port "$1")"
}

management_url() {
    demo_url "$1-management"
}
