// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script run by a shell, with a program in the place of az that keeps credentials by name, as Azure does. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "The script is one for a POSIX shell")
class AzureScriptTest {

    private static final Path FIXTURE = Path.of("src/test/resources/migrate/single/out/azure.sh");

    /** Prints what the queries of the script ask for; of a credential that is created again the last one counts. */
    private static final String AZ = """
        #!/bin/sh
        case "$*" in
            *oidcIssuerProfile.issuerUrl*) echo "https://issuer.example/$4/" ;;
            *oidcIssuerProfile.enabled*) echo true ;;
            *"federated-credential list"*"[].name"*) cut -d ' ' -f 1 "$AZ_STORE" ;;
            *"federated-credential list"*) cut -d ' ' -f 2- "$AZ_STORE" ;;
            *"federated-credential create"*)
                while [ $# -gt 0 ]; do
                    case "$1" in --name) name=$2 ;; --issuer) issuer=$2 ;; --subject) subject=$2 ;; esac
                    shift
                done
                grep -v "^$name " "$AZ_STORE" > "$AZ_STORE.new" || true
                echo "$name $issuer $subject" >> "$AZ_STORE.new"
                mv "$AZ_STORE.new" "$AZ_STORE"
                ;;
        esac
        """;

    @TempDir
    private Path folder;

    private Path store;

    @BeforeEach
    void installAz() throws IOException {
        Path az = Files.writeString(Files.createDirectory(folder.resolve("bin")).resolve("az"), AZ);
        Files.setPosixFilePermissions(az, PosixFilePermissions.fromString("rwx------"));
        store = Files.writeString(folder.resolve("store"), "");
    }

    private int run(String group) throws IOException, InterruptedException {
        var script = new ProcessBuilder("sh", FIXTURE.toAbsolutePath().toString()).directory(folder.toFile());
        script.environment()
                .putAll(Map.of(
                        "PATH",
                        folder.resolve("bin") + ":" + System.getenv("PATH"),
                        "AZ_STORE",
                        store.toString(),
                        "CLUSTER_GROUP",
                        group,
                        "CLUSTER",
                        "aks"));
        return script.redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile())
                .start()
                .waitFor();
    }

    private List<String> credentials() throws IOException {
        return Files.readAllLines(store);
    }

    @Test
    void script_forTwoClustersOfOneName_leavesTheTrustOfBoth() throws Exception {
        assertThat(run("rg-blue")).isZero();
        assertThat(run("rg-green")).isZero();

        assertThat(credentials())
                .hasSize(2)
                .anyMatch(credential -> credential.contains("/rg-blue/"))
                .anyMatch(credential -> credential.contains("/rg-green/"));
    }

    @Test
    void script_runAgain_createsNothing() throws Exception {
        run("rg-blue");
        List<String> once = credentials();

        assertThat(run("rg-blue")).isZero();
        assertThat(credentials()).isEqualTo(once);
    }

    @Test
    void script_whereTheNameTrustsAnotherIssuer_refusesToOverwriteIt() throws Exception {
        run("rg-blue");
        String name = credentials().get(0).split(" ", -1)[0];
        String other = name + " https://another.example/ system:serviceaccount:shop:reader";
        Files.writeString(store, other + "\n");

        assertThat(run("rg-blue")).isEqualTo(1);

        assertThat(credentials()).containsExactly(other);
        assertThat(Files.readString(folder.resolve("said"))).contains(name, "trusts another issuer or subject");
    }
}
