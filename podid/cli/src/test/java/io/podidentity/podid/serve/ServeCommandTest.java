// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ServeCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void serve_withoutTheManifestThatWasNamed_saysSo() {
        assertThat(serve(Map.of(), "none.yaml")).isEqualTo(2);
        assertThat(err.toString()).startsWith("There is no file or folder none.yaml");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void serve_withATimeScaleThatIsTooSmall_refuses() {
        assertThat(serve(Map.of(), "--time-scale", "0.5")).isEqualTo(2);
        assertThat(err.toString()).startsWith("--time-scale must be 1 or more, not 0.5");
    }

    @Test
    void serve_insideACluster_refuses() {
        assertThat(serve(Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1"), "--json"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("KUBERNETES_SERVICE_HOST is set", "--allow-in-cluster");
    }

    @Test
    void serve_aClusterWithoutItsClient_saysWhereThatIs() {
        assertThat(serve(Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1"), "--in-cluster"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("--in-cluster needs podid-in-cluster.jar", "k8s/emulated-azure");
    }

    @Test
    void serve_withAnEmptyTokenLifetime_refuses() {
        assertThat(serve(Map.of(), "--token-lifetime", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--token-lifetime must be 1 or more, not 0");
    }

    @Test
    void serve_withASecretFileThatCannotBeUsed_saysWhich(@TempDir Path folder) throws Exception {
        Path empty = Files.createFile(folder.resolve("empty"));
        assertThat(serve(Map.of(), "--secret-file", empty.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("Cannot use the secret file: " + empty + " has no secret");

        assertThat(serve(Map.of(), "--secret-file", folder.resolve("none").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains(folder.resolve("none") + " does not exist");
    }

    @Test
    void serve_withARoleThatIsNone_refuses() {
        assertThat(serve(Map.of(), "--role", "abc")).isEqualTo(2);
        assertThat(err.toString()).startsWith("--role needs the form NAME=VALUE, not \"abc\"");
    }

    @Test
    void serve_withPlacesThatDoNotFitTogether_saysWhy() {
        assertThat(serve(Map.of(), "--await-exposed")).isEqualTo(2);
        assertThat(err.toString()).startsWith("--await-exposed and the port of --exposed need --ports FIRST");
        assertThat(serve(Map.of(), "--exposed", "azure:10100")).isEqualTo(2);
        assertThat(serve(Map.of(), "--ports", "10100", "--await-exposed", "--exposed", "azure"))
                .isEqualTo(2);
        assertThat(serve(Map.of(), "--ports", "10100", "--imds-port", "1")).isEqualTo(2);
        assertThat(serve(Map.of(), "--ports", "65530")).isEqualTo(2);
        assertThat(err.toString()).contains("There are no ports from 65531 on");
        assertThat(serve(Map.of(), "--exposed", "http://azure")).isEqualTo(2);
        assertThat(err.toString()).contains("--exposed needs HOST or HOST:PORT, not \"http://azure\"");
    }

    private int serve(Map<String, String> environment, String... arguments) {
        return new CommandLine(new ServeCommand(environment))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
