package io.podidentity.podid.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONArrayUtils;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CheckCommandTest {

    private static final String BINDING = """
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentityBinding
            metadata:
              name: reader
            spec:
              azureIdentity: reader
              selector: read-blobs
            """;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    @SuppressWarnings("unchecked")
    void check_withJson_printsOneArrayOfFindings() throws Exception {
        Path file = write("binding.yaml", BINDING);

        assertThat(check("--profile", "1.8.17", "--format", "json", file.toString()))
                .isEqualTo(1);

        List<Object> findings = JSONArrayUtils.parse(out.toString());
        assertThat(findings).hasSize(1);
        var finding = (Map<String, Object>) findings.get(0);
        assertThat(finding.keySet())
                .containsExactlyInAnyOrder(
                        "id", "rule", "severity", "file", "line", "column", "object", "message", "remedy");
        assertThat(finding)
                .containsEntry("id", "C4")
                .containsEntry("rule", "binding-without-identity")
                .containsEntry("severity", "error")
                .containsEntry("file", file.toString())
                .containsEntry("line", 6L)
                .containsEntry("column", 3L)
                .containsEntry("object", "AzureIdentityBinding default/reader");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void check_withNothingWrong_printsAnEmptyArray() throws IOException {
        Path file = write("account.yaml", """
                apiVersion: v1
                kind: ServiceAccount
                metadata:
                  name: shop
                """);

        assertThat(check("--format", "json", file.toString())).isZero();

        assertThat(out.toString()).isEqualTo("[]\n");
    }

    @Test
    void check_withoutProfile_saysWhichItTakesAndWhy() throws IOException {
        String old = BINDING.replace("azureIdentity", "AzureIdentity").replace("selector", "Selector");
        check(write("old.yaml", old).toString());
        assertThat(err.toString()).startsWith("profile 1.5.4 (the fields are spelt as before 1.6.0)");
    }

    @Test
    void check_withWarningsOnly_failsIfItIsToldTo() throws IOException {
        String file = write("unused.yaml", identity("reader") + "---\n" + BINDING + "---\n" + identity("writer"))
                .toString();

        assertThat(check("--profile", "1.8.17", file)).isZero();
        assertThat(check("--profile", "1.8.17", "--fail-on", "warning", file)).isEqualTo(1);
    }

    @Test
    void check_onAFolder_leavesOutWhatIsNoManifest() throws IOException {
        write("patch.yaml", "- op: add\n");
        write("values.yaml", "replicas: 1\n");
        write("binding.yaml", BINDING);

        assertThat(check(folder.toString())).isEqualTo(1);

        assertThat(err.toString()).contains("patch.yaml", "values.yaml");
    }

    @Test
    void check_onInputThatCannotBeUsed_exitsWithTwo() throws IOException {
        assertThat(check(folder.resolve("absent.yaml").toString())).isEqualTo(2);
        assertThat(check(write("broken.yaml", "a: [\n").toString())).isEqualTo(2);
        assertThat(check("--profile", "1.0", write("binding.yaml", BINDING).toString()))
                .isEqualTo(2);
    }

    private static String identity(String name) {
        return """
                apiVersion: aadpodidentity.k8s.io/v1
                kind: AzureIdentity
                metadata:
                  name: %1$s
                spec:
                  type: 0
                  resourceID: /subscriptions/0a1b2c3d-0000-4000-8000-000000000001/resourceGroups/shop/providers/Microsoft.ManagedIdentity/userAssignedIdentities/%1$s
                  clientID: 11111111-2222-3333-4444-555555555555
                """.formatted(name);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private int check(String... arguments) {
        out.getBuffer().setLength(0);
        return new CommandLine(new CheckCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
