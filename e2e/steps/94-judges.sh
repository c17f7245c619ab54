# shellcheck shell=bash disable=SC2154
# Azure's libraries of three languages judge Entra ID and the metadata service: all of them send the requests of one table
# (e2e/clients/judges/scenarios.tsv), and each must get the answer that stands there. All libraries of a language share a process.

JUDGES=$ROOT/e2e/clients/judges
JUDGED=$WORK/judged
JUDGE_CLIENTS=8

judges_world() {
    local name
    mkdir -p "$JUDGED"
    for name in registered unregistered; do
        openssl req -x509 -newkey rsa:2048 -nodes -keyout "$JUDGED/key" -out "$JUDGED/certificate" -days 2 -subj "/CN=$name" 2> /dev/null
        cat "$JUDGED/certificate" "$JUDGED/key" > "$JUDGED/$name.pem"
    done
    start world java -cp "$PODID_JAR" "$JUDGES/World.java" "$JUDGED"
    wait_until 60 world test -f "$JUDGED/world.env"
}

# judge NAME COMMAND...: begins it; its outcomes are in $JUDGED/NAME.tsv.
judge() {
    timeout 120 env "${@:2}" > "$JUDGED/$1.tsv" 2> "$JUDGED/$1.err" &
}

judges_agree() {
    local environment version process
    mapfile -t environment < "$JUDGED/world.env"
    judge python "${environment[@]}" "$PYTHON" "$JUDGES/judge.py"
    judge javascript "${environment[@]}" node "$JUDGES/judge.mjs" "$AZURE_IDENTITY_JS_HOME"
    for version in 1.18 1.19; do
        judge "java-$version" "${environment[@]}" java -XX:TieredStopAtLevel=1 -cp "$DOWNLOADS/azure-identity-$version/*" \
            "$JUDGES/Judge.java" "$version"
    done
    for process in $(jobs -p); do wait "$process" || { tail -n 20 "$JUDGED"/*.err >&2; fail "a client ended with an error"; } || return 1; done
    "$PYTHON" "$JUDGES/compare.py" "$JUDGES/scenarios.tsv" "$JUDGED"/*.tsv | tee "$OUT/judges.md"
    expect_no_secret "$OUT/judges.md"
    [ "$(head -1 "$OUT/judges.md" | grep -o '|' | wc -l)" -eq $((JUDGE_CLIENTS + 3)) ] || fail "not $JUDGE_CLIENTS clients"
}

check "podid's Azure with secrets, certificates, federated credentials and a public client" judges_world
check "16 requests by eight clients in three languages: each gets Entra ID's answer, and its code" judges_agree
