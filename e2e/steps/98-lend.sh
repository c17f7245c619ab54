# shellcheck shell=bash disable=SC2034,SC2154
# podid lend: the sign-in of the real az, lent to Azure's own clients. Each borrower has an empty az folder and nothing
# but its variables. One borrower is a container with its own network, in which this machine's programs are read-only.
# Needs steps 20 and 30.

LENT=$WORK/lend.json

# lend OPTION...: starts it as the user who has signed in to az.
lend() {
    start lend "${AZ_ENV[@]}" java -jar "$PODID_JAR" lend --json --as 'RunAs=Developer; DeveloperTool=AzureCli' \
        --allow https://storage.azure.com --allow "$(jq -r .entra "$EMULATOR")/" "$@"
    wait_until 60 lend grep -q '^{' "$WORK/lend.out"
    head -1 "$WORK/lend.out" > "$LENT"
}

# as BORROWER VARIABLE-PREFIX COMMAND...: runs it with the variables of that borrower that begin so.
as() {
    local borrower=$1 prefix=$2 variables
    shift 2
    mapfile -t variables < <(jq -r --arg name "$borrower" --arg prefix "$prefix" '.borrowers[] | select(.name == $name).env
        | to_entries[] | select(.key | startswith($prefix)) | "\(.key)=\(.value)"' "$LENT")
    env "${variables[@]}" "AZURE_CONFIG_DIR=$WORK/borrower-azure" "NODE_EXTRA_CA_CERTS=$CA_BUNDLE" \
        "SSL_CERT_FILE=$CA_BUNDLE" "REQUESTS_CA_BUNDLE=$CA_BUNDLE" PYTHONWARNINGS=ignore \
        AZURE_CORE_INSTANCE_DISCOVERY=false AZURE_CORE_COLLECT_TELEMETRY=0 AZURE_CORE_NO_COLOR=1 "$@"
}

BLOB=$AZURITE/samples/hello.txt

lend_begin() {
    : > "$AZ_CALLS"
    lend --name orders --name billing
    expect_text "$WORK/lend.err" "lends tokens of the identity App $(jq -r .application.clientId "$EMULATOR")" \
        'to orders, billing, until' 'stays good until it expires'
    expect_no_secret "$WORK/lend.out" "$WORK/lend.err"
}

lend_javascript() {
    as orders "$1" node "$ROOT/e2e/clients/azure-identity.mjs" "$AZURE_IDENTITY_JS_HOME" managed "$BLOB" > "$WORK/lend-js.txt"
    expect_equal '200 Read with a token, not with a key.' "$(head -1 "$WORK/lend-js.txt")"
}

lend_python() {
    as billing "$1" "$PYTHON" "$ROOT/e2e/clients/azure-identity.py" "$BLOB" > "$WORK/lend-py.txt"
    expect_equal '200 Read with a token, not with a key.' "$(head -1 "$WORK/lend-py.txt")"
}

# az itself as a borrower, in a folder of its own.
lend_az() {
    local entra status=0
    entra=$(jq -r .entra "$EMULATOR")
    as billing IDENTITY_ az cloud register -n Emulated --endpoint-active-directory "$entra" --endpoint-resource-manager "$entra" \
        --endpoint-active-directory-resource-id "$entra/" --endpoint-management "$entra" \
        --endpoint-active-directory-graph-resource-id "$entra/" --suffix-storage-endpoint localhost
    as billing IDENTITY_ az cloud set -n Emulated
    as billing IDENTITY_ az login --identity --allow-no-subscriptions -o none
    as billing IDENTITY_ az account get-access-token --resource https://storage.azure.com/ --query tokenType -o tsv \
        > "$WORK/lend-az.txt"
    expect_equal Bearer "$(cat "$WORK/lend-az.txt")"
    as billing IDENTITY_ az account get-access-token --resource https://vault.azure.net > "$WORK/lend-az-refused.txt" 2>&1 || status=$?
    expect_equal 1 "$status"
    expect_text "$WORK/lend-az-refused.txt" 'does not lend tokens for https://vault.azure.net' '--allow RESOURCE'
}

# A hundred at once, for the second resource of the list, whose token nobody has asked for before.
lend_hundred() {
    local before endpoint secret entra
    before=$(az_calls)
    endpoint=$(jq -r '.borrowers[0].env.IDENTITY_ENDPOINT' "$LENT")
    entra=$(jq -r .entra "$EMULATOR")
    secret=$(jq -r '.borrowers[0].env.IDENTITY_HEADER' "$LENT")
    "$PYTHON" -c 'import sys
print(100 * ("""url = "%s?api-version=2019-08-01&resource=%s"
output = "/dev/null"
write-out = "%%{http_code}\\n"
header = "X-IDENTITY-HEADER: %s"
""" % tuple(sys.argv[1:])))' "$endpoint" "$entra" "$secret" > "$WORK/hundred.curl"
    curl -sS --noproxy '*' --no-keepalive --parallel --parallel-immediate --parallel-max 100 -K "$WORK/hundred.curl" > "$WORK/hundred.txt"
    rm "$WORK/hundred.curl"
    expect_equal '100 200' "$(sort "$WORK/hundred.txt" | uniq -c | xargs)"
    expect_equal "$((before + 1))" "$(az_calls)"
}

lend_strangers() {
    local url
    url=$(jq -r .url "$LENT")
    expect_status 401 "$WORK/stranger.json" "$url/msi/token?resource=https://storage.azure.com" -H 'X-IDENTITY-HEADER: guess'
    expect_status 403 "$WORK/stranger.json" "$url/msi/token?resource=https://storage.azure.com" -H 'Host: evil.example'
    expect_text "$WORK/stranger.json" 'not known as \"evil.example\"'
    expect_status 403 "$WORK/stranger.json" "$url/msi/token?resource=https://storage.azure.com" -H 'Origin: https://evil.example'
}

lend_log() {
    expect_text "$WORK/lend.err" 'lent to orders: https://storage.azure.com as' 'lent to billing:' '(App Service)' '(IMDS)' \
        'refused a stranger: No borrower has the secret' 'refused billing: podid lend does not lend'
    expect_no_secret "$WORK/lend.err"
    if grep -qF "$(jq -r '.borrowers[0].env.IDENTITY_HEADER' "$LENT")" "$WORK/lend.err"; then fail "a borrower's secret in the log"; fi
    printf 'memory of lend: %s MB at most\n' "$(awk '/^VmHWM/ { print int($2 / 1024) }' "/proc/$(pgrep -s "$(cat "$WORK/lend.pid")" java)/status")" \
        | tee "$OUT/lend.txt"
}

# A program runs with the variables, gets the signals and gives the exit code. A shell can only trap what its parent did
# not ignore, as this one does with SIGINT for what runs in the background.
lend_command() {
    local signal pid status
    for signal in TERM INT HUP; do
        # shellcheck disable=SC2016
        start lend-command "${AZ_ENV[@]}" env --default-signal java -jar "$PODID_JAR" lend --allow https://storage.azure.com -- \
            sh -c 'trap "echo got $0; kill \$p; exit 7" "$0"; sleep 60 & p=$!; echo "ready ${#IDENTITY_HEADER}"; wait' "$signal"
        wait_until 60 lend-command grep -q 'ready 64' "$WORK/lend-command.out"
        pid=$(pgrep -s "$(cat "$WORK/lend-command.pid")" java)
        kill -"$signal" "$pid"
        wait_until_ended lend-command
        expect_text "$WORK/lend-command.out" "got $signal"
    done
    status=0
    with_az java -jar "$PODID_JAR" lend --allow https://storage.azure.com -- sh -c 'exit 7' 2> "$WORK/lend-command.err" || status=$?
    expect_equal 7 "$status"
}

wait_until_ended() {
    local i
    for i in {1..100}; do
        running "$1" || return 0
        sleep 0.1
    done
    fail "$1 still runs"
}

# Every client's error says that az has signed out, and what to do.
lend_signed_out() {
    local form status
    stop lend
    cp -r "$AZ_HOME" "$WORK/azure-kept"
    with_az az logout
    lend --name orders --name billing
    for form in IDENTITY_ AZURE_POD_IDENTITY_AUTHORITY_HOST; do
        for client in "node $ROOT/e2e/clients/azure-identity.mjs $AZURE_IDENTITY_JS_HOME managed" "$PYTHON $ROOT/e2e/clients/azure-identity.py" \
            "az login --identity"; do
            status=0
            # shellcheck disable=SC2086
            as orders "$form" $client > "$WORK/signed-out.txt" 2>&1 || status=$?
            expect_equal 1 "$status"
            expect_text "$WORK/signed-out.txt" 'podid lend has no token to lend' "Run 'az login'"
        done
    done
}

lend_signed_in_again() {
    rm -rf "$AZ_HOME"
    mv "$WORK/azure-kept" "$AZ_HOME"
}

# A container on a bridge of its own --------------------------------------------------------------------------------

lend_podman() {
    podman --root "$WORK/lend-containers" --runroot "$WORK/lend-run" --network-config-dir "$WORK/lend-networks" \
        --storage-driver vfs "$@"
}

# borrower NAME COMMAND...: a container without an image: this machine's programs, read-only.
borrower() {
    local name=$1
    shift
    mkdir -p "$WORK/lend-root"
    as "$name" IDENTITY_ env PODMAN_IGNORE_CGROUPSV1_WARNING=1 podman --root "$WORK/lend-containers" --runroot "$WORK/lend-run" \
        --network-config-dir "$WORK/lend-networks" --storage-driver vfs --runtime runc run --rm --network podman \
        --cap-drop ALL --security-opt no-new-privileges -e IDENTITY_ENDPOINT -e IDENTITY_HEADER -v /usr:/usr:ro -v /lib:/lib:ro \
        -v /etc/ssl:/etc/ssl:ro -v "$ROOT/e2e/clients:/clients:ro" -v "$AZURE_IDENTITY_JS_HOME:/js:ro" --rootfs "$WORK/lend-root" "$@"
}

lend_container() {
    local gateway
    mkdir -p "$WORK/lend-networks" "$WORK/lend-root"
    ln -sfn usr/lib64 "$WORK/lend-root/lib64"
    gateway=$(lend_podman network inspect podman | jq -r '.[0].subnets[0].gateway')
    # podman would make it with the first container, but lend comes before.
    if ! ip link show podman0 > /dev/null 2>&1; then
        ip link add podman0 type bridge
        ip address add "$gateway/16" dev podman0
        ip link set podman0 up
        touch "$WORK/lend-bridge"
    fi
    lend --bind podman --name orders
    expect_equal "http://$gateway" "$(jq -r '.url | sub(":[0-9]+$"; "")' "$LENT")"
    borrower orders /usr/bin/python3 /clients/azure-identity.py > "$WORK/lend-container.json"
    expect_json "$WORK/lend-container.json" ".appid == \"$(jq -r .application.clientId "$EMULATOR")\""
    borrower orders "$(readlink -f "$(command -v node)")" /clients/azure-identity.mjs /js managed > "$WORK/lend-container.json"
    expect_json "$WORK/lend-container.json" ".appid == \"$(jq -r .application.clientId "$EMULATOR")\""
}

end_lend_container() {
    stop lend
    if [ -f "$WORK/lend-bridge" ]; then ip link delete podman0 > /dev/null 2>&1 || true; fi
}

check "podid lend: whose sign-in is lent to whom for what" lend_begin
check "@azure/identity reads a blob, as in App Service" lend_javascript IDENTITY_
check "@azure/identity reads a blob, by the metadata service's form" lend_javascript AZURE_POD
check "azure-identity for Python reads a blob, as in App Service" lend_python IDENTITY_
check "azure-identity for Python reads a blob, by the metadata service's form" lend_python AZURE_POD
check "az login --identity in another folder; another resource is refused" lend_az
check "a hundred borrowers at once, one az" lend_hundred
check "strangers, another host name and a web page are refused" lend_strangers
check "the log says who got what, and holds no token and no secret" lend_log
check "a program runs with the variables, gets the signals, and its exit code is podid's" lend_command
check "az signs out: each client's error names the cause" lend_signed_out
lend_signed_in_again
stop lend
check "containers on podman's bridge borrow, in Python and JavaScript" lend_container
end_lend_container
