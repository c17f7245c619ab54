# shellcheck shell=bash disable=SC2154
# Uses what e2e/release.sh has deployed, as a stranger would, and runs it. release.sh sources it, with a throwaway key alone.

# A user's project with the README's snippets and nothing of this build on its path: it gets a token and its principal.
user=$WORK/user
mkdir -p "$user/src/test/java"

# fenced LANGUAGE: the text of the README's blocks in that language
fenced() {
    awk -v fence="\`\`\`$1" '/^```/ { inside = $0 == fence; next } inside' "$WORK/source/README.md"
}

# The native libraries of the Azure SDK's default transport do not resolve everywhere, and nothing here sends by it.
without_netty='<exclusions><exclusion><groupId>com.azure</groupId><artifactId>azure-core-http-netty</artifactId></exclusion></exclusions>'
cat > "$user/pom.xml" << END
<project><modelVersion>4.0.0</modelVersion><groupId>u</groupId><artifactId>u</artifactId><version>1</version>
<properties><maven.compiler.release>17</maven.compiler.release></properties>
<repositories><repository><id>release</id><url>file://$repository</url></repository></repositories>
<dependencies>$(fenced xml | sed '/<artifactId>azure-storage-blob/,/<\/dependency>/s|</version>|&'"$without_netty"'|')</dependencies>
</project>
END
cp "$ROOT/e2e/data/User.java" "$user/src/test/java/"
fenced java > "$user/src/test/java/ListBlobs.java"
mvn -B -q -f "$user/pom.xml" "${local[@]}" test-compile \
    org.apache.maven.plugins:maven-dependency-plugin:3.11.0:build-classpath -Dmdep.outputFile="$user/class-path"
used=$(java -cp "$user/target/test-classes:$(cat "$user/class-path")" User "$ROOT/examples/orders/k8s")
[ "$used" = "IMDS" ] || fail "the README's dependencies gave: $used"

# The same as a module. Nothing requires by name the modules that the emulator, which has no descriptor, needs.
mkdir "$user/user"
echo 'module user { requires io.podidentity.tokenprovider; requires io.podidentity.emulator; }' > "$user/module-info.java"
{ echo 'package user;' && cat "$ROOT/e2e/data/User.java"; } > "$user/user/User.java"
# The Azure SDK is for the README's program alone; its modules want the transport that is left out.
modules=$(tr ':' '\n' < "$user/class-path" | grep -v '/com/azure/' | paste -sd ':')
javac -d "$user/module" --module-path "$modules" "$user/module-info.java" "$user/user/User.java"
used=$(java --add-modules ALL-MODULE-PATH --module-path "$modules:$user/module" --module user/user.User "$ROOT/examples/orders/k8s")
[ "$used" = "IMDS" ] || fail "the same as a module gave: $used"

# The examples to copy, with what was published and nothing else of this build.
cat > "$WORK/settings.xml" << END
<settings><activeProfiles><activeProfile>release</activeProfile></activeProfiles><profiles><profile><id>release</id>
<repositories><repository><id>release</id><url>file://$repository</url></repository></repositories>
<pluginRepositories><pluginRepository><id>release</id><url>file://$repository</url></pluginRepository></pluginRepositories>
</profile></profiles></settings>
END

# verify_example NAME BOOT: the tests of a copy of the example, with that version of Spring Boot.
verify_example() {
    local folder=$WORK/examples/$1-$2
    mkdir -p "$WORK/examples"
    cp -r "$WORK/source/examples/$1" "$folder"
    sed -i "/spring-boot-starter-parent/,/<version>/s|<version>.*</version>|<version>$2</version>|" "$folder/pom.xml"
    mvn -B -q -s "$WORK/settings.xml" -f "$folder/pom.xml" "${local[@]}" verify
    echo "the example $1 passes its tests with Spring Boot $2"
}

boot=$(sed -n 's|.*<spring-boot.version>\(.*\)</spring-boot.version>.*|\1|p' "$ROOT/pom.xml")
verify_example orders "$boot"
verify_example login "$boot"
verify_example agent "$boot"
# The starter was compiled with the newer one. docs/spring-boot.md promises this one too.
verify_example orders 4.0.9

# browse_example NAME MODULES: runs the example's page in Chromium, with e2e/NAME.mjs. MODULES is where npm has put what drives it.
browse_example() {
    local log=$WORK/$1.log port="" process
    set -m
    mvn -B -s "$WORK/settings.xml" -f "$WORK/examples/$1-$boot/pom.xml" "${local[@]}" spring-boot:test-run \
        -Dspring-boot.run.arguments=--server.port=0 > "$log" 2>&1 < /dev/null &
    process=$!
    set +m
    for _ in {1..120}; do
        port=$(grep -oE 'Tomcat started on port [0-9]+' "$log" | grep -oE '[0-9]+$' || true)
        [ -z "$port" ] || break
        sleep 1
    done
    node "$ROOT/e2e/$1.mjs" "http://localhost:$port/" "$2" > "$WORK/browser.log" 2>&1 || port=
    { kill -- "-$process" && wait "$process"; } 2> /dev/null || true
    [ -n "$port" ] || fail "the example $1 in Chromium: $(tail -n 20 "$log" "$WORK/browser.log")"
    cat "$WORK/browser.log"
}

modules_of_browser=${XDG_CACHE_HOME:-$HOME/.cache}/pod-identity/browser
if [ -d "$modules_of_browser" ]; then
    browse_example login "$modules_of_browser"
    browse_example agent "$modules_of_browser"
else
    echo "skip  the examples login and agent in Chromium: e2e/install.sh has not put one here"
fi
