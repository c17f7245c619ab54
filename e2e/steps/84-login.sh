# shellcheck shell=bash disable=SC2154
# A user of the emulated Entra ID signs in at an application with Spring Security and without a secret, in Chromium.

login_in_chromium() {
    local target=$ROOT/spring-boot/test/target
    expect_exit 0 "$WORK/login.txt" java -XX:TieredStopAtLevel=1 -Djava.io.tmpdir="$WORK" \
        -cp "$target/test-classes:$target/classes:$(cat "$target/test-class-path")" io.podidentity.tokenprovider.spring.test.Trials \
        com.example.login.LoginTrial
    expect_no_secret "$WORK/login.txt"
    grep '^trials: ' "$WORK/login.txt"
}

check "a login in Chromium ends on the user's page, with a token on the user's behalf" login_in_chromium
