# shellcheck shell=bash disable=SC2034
# Functions for all steps: checks that print one line each, processes that are stopped by ID, and assertions.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Everything that a run creates is here and is deleted at its end: keys, az's folder, logs.
WORK=$(mktemp -d "${TMPDIR:-/tmp}/pod-identity-e2e.XXXXXX")
# What you may want to look at afterwards: screenshots, transcripts.
OUT=$ROOT/e2e/target
AZURITE_HOME=${XDG_CACHE_HOME:-$HOME/.cache}/pod-identity/azurite
AZURE_IDENTITY_JS_HOME=${XDG_CACHE_HOME:-$HOME/.cache}/pod-identity/azure-identity-js
FLYWAY_HOME=${XDG_CACHE_HOME:-$HOME/.cache}/pod-identity/flyway
KAFKA_HOME=${XDG_CACHE_HOME:-$HOME/.cache}/pod-identity/kafka
BROWSER_HOME=${XDG_CACHE_HOME:-$HOME/.cache}/pod-identity/browser
PYTHON=/usr/bin/python3

# The JDK that runs Maven also runs the programs under test.
JAVA_HOME=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}
export JAVA_HOME

# The caller's own Azure sign-in and proxies must not affect a step.
unset_azure() {
    local name
    while read -r name; do unset "$name"; done < <(compgen -e | grep -E '^(AZURE_|ARM_|IDENTITY_|MSI_|IMDS_)|^AzureServicesAuthConnectionString$|_?(PROXY|proxy)$' || true)
}

PASSED=0
FAILED=0
FAILED_NAMES=()

# check NAME COMMAND...: runs the command in a subshell that stops at the first failing command. Prints one line, and the
# output of the command if it fails.
check() {
    local name=$1 status=0 began=$EPOCHREALTIME log=$WORK/check.log
    shift
    set +e
    (
        set -e
        "$@"
    ) > "$log" 2>&1
    status=$?
    set -e
    local seconds
    seconds=$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
    if [ "$status" -eq 0 ]; then
        PASSED=$((PASSED + 1))
        printf 'pass  %s (%s s)\n' "$name" "$seconds"
    else
        FAILED=$((FAILED + 1))
        FAILED_NAMES+=("$name")
        printf 'FAIL  %s (%s s, exit %s)\n' "$name" "$seconds" "$status"
        tail -c 6000 "$log" | sed 's/^/      | /'
    fi
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
        if ! grep -qiF -- "$text" "$file"; then
            head -c 3000 "$file" >&2
            fail "no \"$text\" in $file" || return 1
        fi
    done
}

# expect_no_secret FILE...: no token (a JWT begins with eyJ) and no client secret of this run.
expect_no_secret() {
    local file secret
    secret=$(cat "$WORK/client-secret" 2> /dev/null || true)
    for file in "$@"; do
        if grep -qF 'eyJ' "$file"; then
            fail "a token in $file: $(grep -oE 'eyJ.{0,12}' "$file" | head -1)" || return 1
        fi
        if [ -n "$secret" ] && grep -qF -- "$secret" "$file"; then
            fail "the client secret in $file" || return 1
        fi
    done
}

# expect_json FILE JQ-CONDITION...: each condition is true.
expect_json() {
    local file=$1 condition
    shift
    for condition in "$@"; do
        if ! jq -e "$condition" "$file" > /dev/null 2>&1; then
            head -c 3000 "$file" >&2
            fail "not so in $file: $condition" || return 1
        fi
    done
}

# expect_within SECONDS BEGAN: at most that many seconds have passed since BEGAN, an $EPOCHREALTIME.
expect_within() {
    awk -v limit="$1" -v began="$2" -v now="$EPOCHREALTIME" 'BEGIN { took = now - began; printf "took %.2f s\n", took; exit took > limit }' \
        || fail "longer than $1 s"
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
    if [ "$got" != "$expected" ]; then
        head -c 3000 "$1" >&2
        fail "HTTP $got, not $expected, from $2"
    fi
}

free_port() {
    "$PYTHON" -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
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

# Whether any process of a group is left.
group_alive() {
    ps -A -o pgid=,stat= | awk -v group="$1" '$1 == group && $2 !~ /^Z/ { found = 1 } END { exit !found }'
}

# stop NAME: stops the whole process group, first with SIGTERM.
stop() {
    local name=$1 pid i
    [ -f "$WORK/$name.pid" ] || return 0
    pid=$(cat "$WORK/$name.pid")
    kill -TERM -- "-$pid" 2> /dev/null || true
    for i in {1..50}; do
        group_alive "$pid" || break
        [ "$i" -lt 50 ] || kill -KILL -- "-$pid" 2> /dev/null || true
        sleep 0.1
    done
    rm -f "$WORK/$name.pid"
}

stop_all() {
    local file
    for file in "$WORK"/*.pid; do
        [ -f "$file" ] || continue
        stop "$(basename "$file" .pid)"
    done
}

# wait_until SECONDS NAME COMMAND...: waits until the command succeeds; fails if the process NAME has ended.
wait_until() {
    local seconds=$1 name=$2 end
    shift 2
    end=$((SECONDS + seconds))
    until "$@" > /dev/null 2>&1; do
        if ! running "$name"; then
            tail -n 40 "$WORK/$name.out" "$WORK/$name.err" >&2
            fail "$name ended" || return 1
        fi
        if [ "$SECONDS" -ge "$end" ]; then
            tail -n 40 "$WORK/$name.out" "$WORK/$name.err" >&2
            fail "$name was not ready in $seconds s" || return 1
        fi
        sleep 0.2
    done
}

answers() {
    curl -sf --noproxy '*' --max-time 5 -o /dev/null "$1"
}

# render FOLDER: renders k8s/FOLDER with kustomize into one JSON array in $WORK/rendered.json.
render() {
    kubectl kustomize "$ROOT/k8s/$1" > "$WORK/rendered.yaml"
    "$PYTHON" -c 'import json, sys, yaml
print(json.dumps([d for d in yaml.safe_load_all(open(sys.argv[1])) if d]))' "$WORK/rendered.yaml" > "$WORK/rendered.json"
}

# Azure with its Resource Manager, for commands that call az ---------------------------------------------------------

# azure_start NAME [podid option...]: the emulator NAME-emulator, with its files in $WORK/NAME.
azure_start() {
    local name=$1 folder=$WORK/$1
    shift
    mkdir -p "$folder/state" "$folder/tmp"
    (umask 077 && printf 'e2e-%s\n' "$(openssl rand -hex 16)" > "$folder/secret")
    start "$name-emulator" java -jar "$ROOT/podid/target/podid.jar" serve --json --secret-file "$folder/secret" "$@"
    wait_until 60 "$name-emulator" grep -q '^{' "$WORK/$name-emulator.out"
    head -1 "$WORK/$name-emulator.out" > "$folder/azure.json"
}

# azure_env NAME: sets AZURE_ENV to a prefix for commands: az is the real one against that emulator; kubectl, docker and mvn
# are the stubs of e2e/stubs/bin, which record their arguments in $WORK/NAME/tools.log.
azure_env() {
    local folder=$WORK/$1
    AZURE_ENV=(env "PATH=$ROOT/e2e/stubs/bin:$PATH" "AZURE_CONFIG_DIR=$folder/az" PYTHONWARNINGS=ignore "TMPDIR=$folder/tmp"
        AZURE_CORE_INSTANCE_DISCOVERY=false AZURE_CORE_COLLECT_TELEMETRY=0 AZURE_CORE_NO_COLOR=1
        "REQUESTS_CA_BUNDLE=$(jq -r .ca "$folder/azure.json")" "STUB_LOG=$folder/tools.log" "STUB_ROOT=$ROOT"
        "STUB_STATE=$folder/state" "STUB_KUBECTL=$(command -v kubectl)" "STUB_EXPLAIN=$ROOT/token-provider/target/token-provider.jar")
}

azure_sign_in() {
    local folder=$WORK/$1 base
    base=$(jq -r .entra "$folder/azure.json")
    azure_env "$1"
    # Only `az cloud register` with a file can set the address of Microsoft Graph.
    jq -n --arg base "$base" '{
        endpoints: {activeDirectory: $base, resourceManager: $base, management: $base, activeDirectoryResourceId: ($base + "/"),
            activeDirectoryGraphResourceId: ($base + "/"), microsoftGraphResourceId: ($base + "/")},
        suffixes: {storageEndpoint: "localhost", acrLoginServerEndpoint: "localhost"}}' > "$folder/cloud.json"
    "${AZURE_ENV[@]}" az cloud register -n Emulated --cloud-config "@$folder/cloud.json"
    "${AZURE_ENV[@]}" az cloud set -n Emulated
    "${AZURE_ENV[@]}" az login --service-principal -u "$(jq -r .application.clientId "$folder/azure.json")" -p "$(cat "$folder/secret")" \
        -t "$(jq -r .tenantId "$folder/azure.json")" -o none
}

# The demo, and what it answers ------------------------------------------------------------------------------------

# demo_url NAME: the URL of the demo with that name; each has its own port.
demo_url() {
    [ -f "$WORK/$1.port" ] || free_port > "$WORK/$1.port"
    echo "http://127.0.0.1:$(cat "$WORK/$1.port")"
}

# management_url NAME: where its health, metrics and explanation are.
management_url() {
    demo_url "$1-management"
}

# demo_env NAME STORAGE: its settings, one per line, for `mapfile -t`.
demo_env() {
    local url management
    url=$(demo_url "$1")
    management=$(management_url "$1")
    printf '%s\n' "SERVER_PORT=${url##*:}" "MANAGEMENT_SERVER_PORT=${management##*:}" MANAGEMENT_SERVER_ADDRESS=127.0.0.1 \
        "DEMO_STORAGE_ENDPOINT=$2" DEMO_STORAGE_CONTAINER=samples
}

demo_ready() {
    wait_until "$2" "$1" answers "$(management_url "$1")/actuator/health/liveness"
}

# screenshot NAME URL [HEIGHT [COMMAND...]]: the page, to look at later, by chromium or by the command that starts it;
# docs/images has some of them (e2e/pictures.sh).
screenshot() {
    local name=$1 url=$2 height=${3:-1300}
    shift $(($# < 3 ? $# : 3))
    "${@:-chromium}" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
        --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$WORK/chromium" \
        --window-size="1100,$height" --virtual-time-budget=3000 --screenshot="$OUT/$name.png" "$url"
    [ "$(stat -c %s "$OUT/$name.png")" -gt 10000 ] || fail "an empty picture: $OUT/$name.png"
}
