package io.podidentity.emulator.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.PodIdentityEmulator;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the real kubectl makes of it, where there is one. */
class KubectlIT {

    @TempDir
    static Path folder;

    private static PodIdentityEmulator azure;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(
                Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                        .anyMatch(part -> Files.isExecutable(Path.of(part, "kubectl"))),
                "there is no kubectl here; e2e has it");
        azure = ServedCluster.served().start();
        Files.writeString(folder.resolve("config"), azure.kubeconfig().orElseThrow());
    }

    @AfterAll
    static void end() {
        if (azure != null) {
            azure.close();
        }
    }

    /** Standard output, and after it standard error. */
    private static String kubectl(String... arguments) throws Exception {
        var command = new ArrayList<String>();
        command.add("kubectl");
        command.add("--kubeconfig=" + folder.resolve("config"));
        command.add("--cache-dir=" + folder.resolve("cache"));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        process.getOutputStream().close();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return Files.readString(output, StandardCharsets.UTF_8).strip();
    }

    @Test
    void get_withoutAnOutputFormat_printsColumns() throws Exception {
        assertThat(kubectl("get", "pods", "-A", "-l", "tier=back", "--no-headers"))
                .matches("default +orders +1/1 +Running +0 +\\S+");
        assertThat(kubectl("get", "deploy/orders", "--no-headers")).matches("orders +2/2 +2 +2 +\\S+");
        assertThat(kubectl("get", "azureidentities", "-o", "wide"))
                .contains("CLIENT ID", "11111111-0000-4000-8000-00000000000b", "userAssignedIdentities/reader");
        assertThat(kubectl("get", "widgets", "-o", "name")).isEqualTo("widget.example.com/w1");
    }

    @Test
    void get_asJson_isTheObject() throws Exception {
        var account = JSONObjectUtils.parse(kubectl("get", "sa", "orders", "-o", "json"));

        assertThat(Tree.text(account, "metadata", "annotations", "azure.workload.identity/client-id"))
                .isEqualTo(ServedCluster.CLIENT_ID);
        assertThat(kubectl("get", "deploy,rs,pods", "-o", "jsonpath={.items[*].kind}"))
                .isEqualTo("Deployment ReplicaSet Pod Pod");
        assertThat(kubectl("get", "secret", "orders", "-o", "jsonpath={.data.password}"))
                .isEqualTo("c2VjcmV0LXRleHQ=");
    }

    @Test
    void failures_always_areThoseOfARealServer() throws Exception {
        assertThat(kubectl("get", "pod", "nope")).isEqualTo("Error from server (NotFound): pods \"nope\" not found");
        assertThat(kubectl("get", "gadgets")).isEqualTo("error: the server doesn't have a resource type \"gadgets\"");
        assertThat(kubectl("--context=nobody", "get", "pods"))
                .isEqualTo("Error from server (Forbidden): pods is forbidden: User \"nobody\" cannot list resource"
                        + " \"pods\" in API group \"\" in the namespace \"default\"");
        assertThat(kubectl("--token=wrong", "get", "pods"))
                .isEqualTo("error: You must be logged in to the server (Unauthorized)");
        assertThat(kubectl("delete", "pod", "orders")).contains("(MethodNotAllowed)", "change the manifest");
    }

    @Test
    void createToken_byABorrower_makesOne() throws Exception {
        String token = kubectl(
                "--context=borrower",
                "create",
                "token",
                "orders",
                "--audience=api://AzureADTokenExchange",
                "--duration=20m",
                "--bound-object-kind=Pod",
                "--bound-object-name=orders");

        var claims = SignedJWT.parse(token).getJWTClaimsSet();
        assertThat(claims.getAudience()).containsExactly("api://AzureADTokenExchange");
        assertThat(Duration.between(
                        claims.getIssueTime().toInstant(),
                        claims.getExpirationTime().toInstant()))
                .hasMinutes(20);
        assertThat(kubectl("--context=dev", "create", "token", "orders"))
                .isEqualTo("error: failed to create token: serviceaccounts \"orders\" is forbidden: User \"dev\" cannot"
                        + " create resource \"serviceaccounts/token\" in API group \"\" in the namespace \"default\"");
    }

    @Test
    void auth_always_tellsWhatRolesAllow() throws Exception {
        assertThat(kubectl(
                        "--context=borrower",
                        "auth",
                        "can-i",
                        "create",
                        "serviceaccounts/orders",
                        "--subresource=token"))
                .isEqualTo("yes");
        assertThat(kubectl("--context=borrower", "auth", "can-i", "create", "serviceaccounts", "--subresource=token"))
                .isEqualTo("no");
        assertThat(kubectl("--context=dev", "auth", "can-i", "--list")).contains("deployments.apps");
        assertThat(kubectl("--context=dev", "auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"))
                .isEqualTo("dev");
    }

    @Test
    void otherCommands_thatOnlyRead_work() throws Exception {
        assertThat(kubectl("api-resources", "--api-group=aadpodidentity.k8s.io", "-o", "name"))
                .contains("azureassignedidentities.aadpodidentity.k8s.io");
        assertThat(kubectl("describe", "pod", "orders")).contains("Controlled By:  ReplicaSet/orders-");
        assertThat(kubectl("get", "--raw", "/.well-known/openid-configuration"))
                .contains(azure.clusterIssuer().orElseThrow());
        assertThat(kubectl("get", "--raw", "/openid/v1/jwks")).startsWith("{\"keys\":[");
        assertThat(kubectl("version")).contains("Server Version: v1.32");
    }
}
