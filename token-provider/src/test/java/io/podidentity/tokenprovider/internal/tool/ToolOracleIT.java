// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.support.ToolFolder;
import io.podidentity.tokenprovider.support.ToolOracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares what the Azure SDK passes to a tool and reads from its answer with what we do: one program answers both. */
@Timeout(120)
class ToolOracleIT {
    private static final String RECORD = "for word in \"$@\"; do echo \"$word\"; done > \"$(dirname \"$0\")/words\"\n";

    @TempDir
    private Path folder;

    @BeforeEach
    void installTools() {
        ToolFolder tools = new ToolFolder(folder);
        tools.install("az", RECORD + """
                echo '{"accessToken":"t","expiresOn":"2001-01-01 00:00:00.000000","expires_on":4102444800}'
                """);
        tools.install("azd", RECORD + "echo '{\"token\":\"t\",\"expiresOn\":\"2100-01-01T00:00:00Z\"}'\n");
    }

    @ParameterizedTest
    @CsvSource({"az, ''", "az, contoso.com", "azd, ''", "azd, contoso.com"})
    void tool_askedByTheSdkAndByUs_getsTheSameWordsAndGivesTheSameToken(String tool, String tenant) throws Exception {
        String sdk = run("sdk", tool, tenant);
        List<String> sdkWords = words();
        String ours = run("ours", tool, tenant);

        assertThat(ours).isEqualTo(sdk).isEqualTo("t 2100-01-01T00:00:00Z\n");
        assertThat(words()).containsExactlyInAnyOrderElementsOf(sdkWords);
    }

    private List<String> words() throws IOException {
        Path words = folder.resolve("words");
        List<String> read = Files.readAllLines(words);
        Files.delete(words);
        return read;
    }

    private String run(String who, String tool, String tenant) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                ToolOracle.class.getName(),
                who,
                tool));
        if (!tenant.isEmpty()) {
            command.add(tenant);
        }
        Path stdout = folder.resolve("stdout");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(stdout.toFile())
                .redirectError(folder.resolve("stderr").toFile());
        builder.environment().put("PATH", folder + ":/usr/bin:/bin");
        builder.environment().remove("AzureCLIPath");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue())
                .as(Files.readString(folder.resolve("stderr")))
                .isZero();
        return Files.readString(stdout);
    }
}
