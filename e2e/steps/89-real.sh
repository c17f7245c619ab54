# shellcheck shell=bash
# The real NMI, MIC, webhook and proxy beside podid's, over the same API server and metadata service: clusters, pods and requests
# of chance for some seconds each. NMI=, NMI_1_6_3=, NMI_1_5_4=, MIC=, WEBHOOK= and PROXY= name the programs; where one is not
# set, a line says so. How to build them: e2e/README.md.

REAL_SEED=${REAL_SEED:-$((RANDOM))}
OWN_NETWORK=(unshare --map-root-user --net)
JVM=("$JAVA_HOME/bin/java" -Xmx300m)
CLUSTER=("${JVM[@]}" -cp "$ROOT/podid/cli/target/test-classes:$PODID_JAR" io.podidentity.podid.serve.ServedClusterMain)

# real NAME PROGRAM COMMAND...: runs the comparison if there is a program for it.
real() {
    if [ -z "$2" ]; then
        echo "skip  the real $1: it is not set"
    else
        check "the real $1 and podid's do the same to what chance brings" "${@:3}"
    fi
}

for profile in 1.8.17 managed 1.6.3 1.5.4; do
    program=NMI_${profile//./_}
    program=${!program:-}
    [[ $profile != 1.8.17 && $profile != managed ]] || program=${NMI:-}
    real "NMI ($profile)" "$program" "${OWN_NETWORK[@]}" "$PYTHON" "$ROOT/e2e/real/nmi.py" "$program" "$profile" "$REAL_SEED" \
        "${REAL_SECONDS:-15}" "${JVM[@]}" -jar "$PODID_JAR"
done
real MIC "${MIC:-}" "$PYTHON" "$ROOT/e2e/real/mic.py" "${MIC:-}" "$REAL_SEED" "${REAL_SECONDS:-20}" "${CLUSTER[@]}"
real webhook "${WEBHOOK:-}" "$PYTHON" "$ROOT/e2e/real/webhook.py" "${WEBHOOK:-}" "$REAL_SEED" "${REAL_SECONDS:-20}" "${CLUSTER[@]}"
real proxy "${PROXY:-}" "${OWN_NETWORK[@]}" "$PYTHON" "$ROOT/e2e/real/proxy.py" "${PROXY:-}" "$REAL_SEED" "${REAL_SECONDS:-20}" \
    "${JVM[@]}" -jar "$PODID_JAR"
