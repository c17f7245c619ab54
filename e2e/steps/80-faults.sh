# shellcheck shell=bash disable=SC2154
# Faults, seen through the library's own program: each answer comes in time, names source and remedy, and is readable.

# The sources are asked in an environment without Azure, whatever is installed on this machine.
QUIET=$WORK/quiet
mkdir -p "$QUIET/home" "$QUIET/bin"
EXPLAIN=(java -Duser.home="$QUIET/home" -jar "$LIBRARY_JAR" explain --resource https://storage.azure.com/)

# In a mount namespace in which az is not a program. A PATH without it is not enough: the usual folders are searched too.
# shellcheck disable=SC2016
WITHOUT_AZ=(unshare --mount --propagation private sh -c 'mount --bind /dev/null "$0" && exec "$@"'
    "$(readlink -f "$(command -v az)")" env HOME="$QUIET/home")

# explained NAME SECONDS EXIT COMMAND...: runs it; the answer is in $WORK/NAME.txt, short and without a token.
explained() {
    local name=$1 seconds=$2 exit_code=$3 status=0 began
    shift 3
    began=$EPOCHREALTIME
    timeout 90 "$@" > "$WORK/$name.txt" 2> "$WORK/$name-stderr.txt" || status=$?
    cat "$WORK/$name.txt" "$WORK/$name-stderr.txt"
    expect_within "$seconds" "$began"
    expect_equal "$exit_code" "$status"
    expect_no_secret "$WORK/$name.txt" "$WORK/$name-stderr.txt"
    [ "$(wc -m < "$WORK/$name.txt")" -le 850 ] || fail "longer than 800 characters: $(wc -m < "$WORK/$name.txt")"
}

# fake_az NAME <<SCRIPT: a fake az, first in PATH.
fake_az() {
    mkdir -p "$WORK/$1"
    cat > "$WORK/$1/az"
    chmod 755 "$WORK/$1/az"
}

# No IMDS: connections are refused at once, because nothing listens on the port.
REFUSING=http://127.0.0.1:$(free_port)

fault_nothing_here() {
    explained nothing 8 1 "${WITHOUT_AZ[@]}" AZURE_POD_IDENTITY_AUTHORITY_HOST="$REFUSING" "${EXPLAIN[@]}" --deadline 5
    expect_text "$WORK/nothing.txt" 'Azure CLI' 'IMDS' 'not installed'
}

fault_not_logged_in() {
    mkdir -p "$WORK/azure-empty"
    explained not-logged-in 60 1 "${AZ_ENV[@]}" AZURE_CONFIG_DIR="$WORK/azure-empty" AZURE_TOKEN_CREDENTIALS=dev "${EXPLAIN[@]}" --deadline 50
    expect_text "$WORK/not-logged-in.txt" 'Azure CLI' 'logged in' 'az login'
}

# az hangs, and so does the child process that it started; both must have ended afterwards.
fault_az_hangs() {
    fake_az hanging << SCRIPT
#!/bin/sh
sleep 987 &
echo \$! > "$WORK/hanging/child"
echo \$\$ > "$WORK/hanging/self"
wait
SCRIPT
    explained hangs 8 1 env PATH="$WORK/hanging:$PATH" AZURE_CONFIG_DIR="$AZ_HOME" AZURE_TOKEN_CREDENTIALS=dev "${EXPLAIN[@]}" --deadline 3
    expect_text "$WORK/hangs.txt" 'Azure CLI' 'in time'
    sleep 0.5
    if alive "$(cat "$WORK/hanging/self")"; then fail "az still runs"; fi
    if alive "$(cat "$WORK/hanging/child")"; then fail "the child of az still runs"; fi
}

# Warnings and a broken module come first on stderr; the token is used all the same.
fault_az_warns() {
    local expires
    expires=$(($(date +%s) + 3600))
    fake_az warning << SCRIPT
#!/bin/sh
echo "ERROR: Error loading command module 'monitor': ord() expected a character" >&2
echo "WARNING: You have 2 update(s) available. They will be updated with the next build." >&2
echo '{"accessToken":"opaque","expiresOn":"2020-01-01 00:00:00.000000","expires_on":$expires,"tenant":"t","tokenType":"Bearer"}'
SCRIPT
    explained warns 8 0 env PATH="$WORK/warning:$PATH" AZURE_CONFIG_DIR="$AZ_HOME" AZURE_TOKEN_CREDENTIALS=dev "${EXPLAIN[@]}"
    expect_text "$WORK/warns.txt" 'Azure CLI' "$(date -u -d "@$expires" +%Y-%m-%dT%H:%M)"
}

fault_az_traceback() {
    fake_az traceback << 'SCRIPT'
#!/bin/sh
cat >&2 << 'END'
ERROR: The command failed with an unexpected error. Here is the traceback:
ERROR: Unable to get authority configuration for https://login.microsoftonline.com/nowhere. Authority would typically be in a format of https://login.microsoftonline.com/your_tenant
Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/msal/authority.py", line 125, in __init__
    openid_config = tenant_discovery(
ValueError: OIDC Discovery failed on https://login.microsoftonline.com/nowhere/v2.0/.well-known/openid-configuration
To check existing issues, please visit: https://github.com/Azure/azure-cli/issues
END
exit 1
SCRIPT
    explained traceback 8 1 env PATH="$WORK/traceback:$PATH" AZURE_CONFIG_DIR="$AZ_HOME" AZURE_TOKEN_CREDENTIALS=dev "${EXPLAIN[@]}"
    expect_text "$WORK/traceback.txt" 'Azure CLI' 'Unable to get authority configuration'
    if grep -q 'Traceback' "$WORK/traceback.txt"; then fail "the traceback is shown"; fi
}

# The real az, which no longer trusts the CA and has no cached token.
fault_az_wrong_authority() {
    cp -r "$AZ_HOME" "$WORK/azure-untrusted"
    rm -f "$WORK"/azure-untrusted/msal_token_cache.* "$WORK"/azure-untrusted/msal_http_cache.bin
    explained untrusted 30 1 "${AZ_ENV[@]}" AZURE_CONFIG_DIR="$WORK/azure-untrusted" REQUESTS_CA_BUNDLE="$WORK/azurite-ca.pem" \
        AZURE_TOKEN_CREDENTIALS=dev "${EXPLAIN[@]}"
    expect_text "$WORK/untrusted.txt" 'Azure CLI' 'certificate' 'REQUESTS_CA_BUNDLE'
}

# An az in the working directory is never run.
fault_az_in_working_directory() {
    fake_az here << SCRIPT
#!/bin/sh
touch "$WORK/here/ran"
SCRIPT
    cd "$WORK/here" || exit 1
    explained here 8 1 "${WITHOUT_AZ[@]}" PATH=".:$PATH" AZURE_POD_IDENTITY_AUTHORITY_HOST="$REFUSING" "${EXPLAIN[@]}" --deadline 5
    if [ -e "$WORK/here/ran" ]; then fail "it was run"; fi
}

start_imds_stub() {
    start imds "$PYTHON" "$ROOT/e2e/stubs/imds.py"
    wait_until 60 imds grep -q '^{' "$WORK/imds.out"
}

# fault_imds KIND TEXT...: the deadline is kept, whatever IMDS answers.
fault_imds() {
    local kind=$1
    shift
    explained "imds-$kind" 12 1 "${WITHOUT_AZ[@]}" "AZURE_POD_IDENTITY_AUTHORITY_HOST=$(jq -r ".$kind" "$WORK/imds.out")" AZURE_TOKEN_CREDENTIALS=prod \
        "${EXPLAIN[@]}" --deadline 5
    expect_text "$WORK/imds-$kind.txt" IMDS "$@"
}

fault_imds_refused() {
    explained imds-refused 12 1 "${WITHOUT_AZ[@]}" AZURE_POD_IDENTITY_AUTHORITY_HOST="$REFUSING" AZURE_TOKEN_CREDENTIALS=prod "${EXPLAIN[@]}" --deadline 5
    expect_text "$WORK/imds-refused.txt" IMDS 'nothing listens'
}

# The real address, in a network namespace that drops all connections to it and contains nothing else.
NETWORK=pod-identity-e2e-$$

fault_black_hole() {
    ip netns add "$NETWORK"
    ip -n "$NETWORK" link set lo up
    ip -n "$NETWORK" address add 169.254.169.254/32 dev lo
    start blackhole ip netns exec "$NETWORK" "$PYTHON" "$ROOT/e2e/stubs/blackhole.py" 169.254.169.254 80
    wait_until 60 blackhole grep -q '^full' "$WORK/blackhole.out"
    explained black-hole 4 1 ip netns exec "$NETWORK" "${WITHOUT_AZ[@]}" "${EXPLAIN[@]}"
    expect_text "$WORK/black-hole.txt" IMDS 'Azure CLI'
}

end_black_hole() {
    stop blackhole
    ip netns del "$NETWORK" 2> /dev/null || true
}

fault_wrong_use() {
    explained wrong-use 5 2 java -jar "$LIBRARY_JAR" explain --no-such-option
    expect_text "$WORK/wrong-use-stderr.txt" 'no-such-option' 'usage'
    explained wrong-command 5 2 java -jar "$LIBRARY_JAR"
}

fault_wrong_resource() {
    explained wrong-resource 10 1 "${AZ_ENV[@]}" AZURE_TOKEN_CREDENTIALS=dev java -jar "$LIBRARY_JAR" explain --resource 'not a resource; rm -rf'
    expect_text "$WORK/wrong-resource.txt" 'Azure CLI' resource
}

check "no az and no IMDS: names both, and what to do" fault_nothing_here
check "az not logged in: names az login" fault_not_logged_in
check "az that hangs: stopped within the deadline, and its child process too" fault_az_hangs
check "az that warns on stderr: the token is used, and expires_on is preferred to expiresOn" fault_az_warns
check "az that prints a traceback: only the line that explains it" fault_az_traceback
check "az that does not trust Entra's certificate: names REQUESTS_CA_BUNDLE" fault_az_wrong_authority
check "an az in the working directory is never run" fault_az_in_working_directory
check "a faulty metadata service is started" start_imds_stub
check "IMDS 400: shows its message" fault_imds bad_request 'HTTP 400' 'Identity not found' 'Assign'
check "IMDS 404: shows its message" fault_imds not_found 'HTTP 404' aadpodidbinding
check "IMDS 500: says so" fault_imds server_error 'HTTP 500'
check "IMDS garbage: says that it is not a token" fault_imds garbage 'JSON'
check "IMDS answer without a token: says so" fault_imds no_token 'access_token'
check "IMDS endless body: cut off" fault_imds endless 'longer than'
check "IMDS sends single bytes slowly: the deadline holds" fault_imds drip
check "IMDS silent: the deadline holds" fault_imds silent 'no answer'
stop imds
check "IMDS refused: says so" fault_imds_refused
check "IMDS address that drops connections: an answer all the same" fault_black_hole
end_black_hole
check "wrong usage: exit 2" fault_wrong_use
check "wrong resource: refused with an explanation" fault_wrong_resource
