# shellcheck shell=bash disable=SC2154
# `mvn -q -Ppage -pl demo-app` at the root, as in a fresh clone: no az, no Azure variables, only Maven.

TEST_RUN=$(demo_url test-run)

# In a mount namespace in which az is not a program.
test_run_start() {
    local az
    az=$(readlink -f "$(command -v az)")
    cd "$ROOT" || exit 1
    # shellcheck disable=SC2016
    start test-run env "SERVER_PORT=$(port test-run)" "MANAGEMENT_SERVER_PORT=$(port test-run-management)" \
        unshare --mount --propagation private sh -c 'mount --bind /dev/null "$0" && exec "$@"' "$az" mvn -q -Ppage -pl demo-app
    wait_until 180 test-run answers "$(management_url test-run)/actuator/health/liveness"
}

# The switches are for those who see the page, and not in what is deployed.
test_run_switches() {
    expect_status 403 "$WORK/test-run-foreign.json" "$TEST_RUN/stage/trouble?name=NO_ROLE" -X POST -H 'Sec-Fetch-Site: cross-site'
    expect_status 403 "$WORK/test-run-foreign.json" "$TEST_RUN/stage/trouble?name=NO_ROLE" -X POST
    unzip -l "$DEMO_JAR" > "$WORK/demo-jar.txt"
    expect_text "$WORK/demo-jar.txt" templates/page.html
    expect_equal 0 "$(grep -ci stage "$WORK/demo-jar.txt")"
}

# With E2E_PICTURES, also the pictures of docs/images, by pngquant, and IMDS when it is silent. Look at them before you commit them.
test_run_in_browser() {
    node "$ROOT/e2e/page.mjs" "$TEST_RUN/" "$DOWNLOADS/browser" "${E2E_PICTURES:+$OUT}"
    expect_no_secret "$WORK/test-run.out" "$WORK/test-run.err"
    [ -z "${E2E_PICTURES:-}" ] || for picture in page-{pod,logged-out,node,role-missing,dark}.png; do
        pngquant --force --strip --speed 1 --output "$ROOT/docs/images/$picture" 32 -- "$OUT/$picture"
    done
}

check "mvn -q -Ppage -pl demo-app serves the page" test_run_start
check "the switches of the emulated Azure obey only the page, and are in no jar" test_run_switches
check "the page in Chromium: axe, 360 px, live, by keyboard, without script, no token" test_run_in_browser
