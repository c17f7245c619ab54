# shellcheck shell=bash disable=SC2154
# The real NMI beside podid's, over the same API server and metadata service: clusters, pods and requests of chance for a
# minute. NMI= names the program of version 1.8.17, NMI_1_6_3= and NMI_1_5_4= those of older ones; where none is set, a line
# says so. How to build them: e2e/README.md. Needs no other step.

real_nmi() {
    local profile=$1 program=$2
    if [ -z "$program" ]; then
        echo "skip  the real NMI ($profile): it is not set"
        return
    fi
    check "the real NMI ($profile) and podid's answer what chance asks alike" unshare --map-root-user --net \
        "$PYTHON" "$ROOT/e2e/real/nmi.py" "$program" "$profile" "${REAL_SEED:-$RANDOM}" "${REAL_SECONDS:-15}" \
        "$JAVA_HOME/bin/java" -Xmx300m -jar "$ROOT/podid/target/podid.jar"
}

real_nmi 1.8.17 "${NMI:-}"
real_nmi managed "${NMI:-}"
real_nmi 1.6.3 "${NMI_1_6_3:-}"
real_nmi 1.5.4 "${NMI_1_5_4:-}"
