// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ExplainCommandTest {

    private static final String POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {aadpodidbinding: a}}\n";

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int explain(String... arguments) {
        return new CommandLine(new ExplainCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    /** As check, which has always guessed so: 1.5.4 reads none of these fields, and 1.8.17 all of them. */
    @Test
    void explain_withoutProfile_takesTheOneThatFitsTheFiles() {
        explain("src/test/resources/migrate/kustomization/in");

        assertThat(out.toString()).contains("profile 1.8.17", "a token of shop/reader");
    }

    /** What kubectl get deploy,pods,sa -o yaml prints: the pods that run count, and their workload is to be changed. */
    @Test
    void explain_ofADumpWithPodsFromBeforeTheWebhook_saysOnceThatTheyGetNoToken() {
        assertThat(explain("src/test/resources/check/pod-before-webhook/fires-dump.yaml"))
                .isEqualTo(1);

        assertThat(out.toString())
                .containsOnlyOnce("Gets  no token: the pod runs without the webhook's variables")
                .contains(
                        "Pod shop/web-5d4f-a1b2c of Deployment web (",
                        "kubectl rollout restart deployment/web -n shop\n",
                        "\n  The same is true of web-5d4f-d3e4f\n");
    }

    /** Nothing is known of the pods of such an object, and the workload that made it tells more. */
    @ParameterizedTest
    @CsvSource({
        "quota-deployment.yaml, Pod default/web of Deployment",
        "pod-security-cronjob.yaml, Pod default/each of CronJob"
    })
    void explain_ofADumpWhoseReplicaSetOrJobLacksItsTemplate_explainsTheOtherPods(String file, String pod) {
        assertThat(explain("src/test/resources/doctor/broken/" + file)).isBetween(0, 1);

        assertThat(err.toString()).doesNotContain("does not describe");
        assertThat(out.toString()).containsOnlyOnce("Pod default/").contains(pod);
    }

    @Test
    void explain_ofADumpWithoutTheLabel_changesTheWorkload() throws IOException {
        String dump = Files.readString(Path.of("src/test/resources/check/pod-before-webhook/quiet-dump.yaml"))
                .replaceAll("\n +azure.workload.identity/use: \"true\"", "");

        assertThat(explain(Files.writeString(folder.resolve("dump.yaml"), dump).toString()))
                .isEqualTo(1);

        assertThat(out.toString())
                .contains(":20:11\n  Do    Add to the pod's labels: azure.workload.identity/use: \"true\"\n");
    }

    /** The same as check says of them. */
    @ParameterizedTest
    @CsvSource({
        "field-type/fires-refused.yaml, metadata.name must be of type string",
        "unknown-field/fires-in-a-pod.yaml, unknown field spec.template.spec.serviceAcountName",
        "pod-security/fires-baseline.yaml, enforces Pod Security baseline"
    })
    void explain_ofWhatTheApiServerRefuses_saysSo(String file, String reason) {
        explain("src/test/resources/check/" + file);

        assertThat(err + "" + out).contains(reason);
    }

    /** NMI answers at one address before 1.6.2 and at another one since; the policies of the overlays know both. */
    @ParameterizedTest
    @CsvSource({"1.5.4, pod-identity", "1.5.4, service-principal", "1.8.17, pod-identity", "1.8.17, service-principal"})
    void explain_ofAnOverlayOfPodIdentity_hasATokenInItsFirstAndItsLastVersion(String profile, String overlay)
            throws IOException {
        assumeTrue(isInstalled("kubectl"));
        String secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: spaccess}\nstringData: {password: made-up}\n";
        Path file = Files.writeString(folder.resolve("secret.yaml"), secret);

        explain("--profile", profile, "../../k8s/overlays/" + overlay, file.toString());

        assertThat(out.toString()).contains("profile " + profile, "Gets  a token of default/");
    }

    /** It has JSON patches, components, a dashboard and kustomizations, which need kubectl. */
    @Test
    void explain_ofThisProjectsManifests_explainsEachWayToDeployThem() {
        int code = explain("../../k8s");

        if (!isInstalled("kubectl")) {
            assertThat(code).isEqualTo(2);
            assertThat(err.toString())
                    .contains("kubectl is not on the PATH. Where it is, run: kubectl kustomize ../../k8s");
            return;
        }
        assertThat(code).as(err.toString()).isEqualTo(1);
        assertThat(out.toString())
                .contains(
                        "/k8s/components/deployment/pod-template/deployment.yaml:1:1), profile",
                        "profile 1.8.17",
                        "profile workload-identity")
                .doesNotContain("kubectl kustomize");
        assertThat(err.toString()).isEmpty();
    }

    private static boolean isInstalled(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    @Test
    void explain_withAnUnreadableFile_namesItAndGoesOn() throws IOException {
        Files.writeString(folder.resolve("pod.yaml"), POD);
        Files.writeString(folder.resolve("other.yaml"), "apiVersion: v1\nkind: Pod\nmetadata: [a\n");

        int code = explain(folder.toString());

        assertThat(code).isEqualTo(1);
        assertThat(out.toString()).startsWith("Pod default/p (");
        assertThat(err.toString()).startsWith(folder.resolve("other.yaml") + ":4:1: skipped: This is not YAML");
    }

    @Test
    void log_ofAFile_isReadLineByLine() throws IOException {
        Path file = Files.writeString(
                folder.resolve("nmi.log"), "parameter resource cannot be empty\nparameter resource cannot be empty\n");

        assertThat(explain("--log", file.toString())).isZero();

        assertThat(out.toString()).startsWith("2 of 2 lines known");
    }

    @Test
    void explain_ofNothingUsable_isWrongUse() throws IOException {
        Files.writeString(folder.resolve("values.yaml"), "replicas: 3\n");

        assertThat(explain(folder.toString())).isEqualTo(2);
        assertThat(err.toString()).startsWith(folder.resolve("values.yaml") + ":1:1: This is no Kubernetes manifest");
    }

    @Test
    void log_withManifests_isFollowedByThePodThatItNames() throws IOException {
        Files.writeString(folder.resolve("pod.yaml"), POD + "---\n" + POD.replace("name: p", "name: other"));

        int code = explain(
                folder.toString(),
                "--log",
                "no AzureAssignedIdentity found for pod:default/p in assigned state, error");

        assertThat(code).isZero();
        assertThat(out.toString())
                .startsWith("1 of 1 line known\n\nNMI: MIC has assigned no identity to default/p (line 1)\n")
                .contains(
                        "kubectl get pod p -n default", "\nPod default/p (", "no AzureIdentityBinding has the selector")
                .doesNotContain("default/other");
    }

    @Test
    void log_withAShortenedClientId_isFollowedByThePodsThatHaveIt() throws IOException {
        Files.writeString(folder.resolve("pod.yaml"), POD + """
                ---
                apiVersion: aadpodidentity.k8s.io/v1
                kind: AzureIdentityBinding
                metadata: {name: b}
                spec: {azureIdentity: i, selector: a}
                ---
                apiVersion: aadpodidentity.k8s.io/v1
                kind: AzureIdentity
                metadata: {name: i}
                spec: {clientID: e0741111-1111-4111-8111-111111110f68}
                """);

        assertThat(explain(
                        folder.toString(),
                        "--log",
                        "matched identityType:0 clientid:e074##### REDACTED #####0f68 resource:r"))
                .isZero();
        assertThat(out.toString()).contains("\nPod default/p (");
    }

    @Test
    void log_asJson_hasFindingsAndPods() throws IOException {
        Files.writeString(folder.resolve("pod.yaml"), POD);

        assertThat(explain(folder.toString(), "--format", "json", "--log", "pod list is empty"))
                .isZero();
        assertThat(out.toString())
                .startsWith("{\"lines\":1,\"known\":1,\"findings\":[{\"id\":\"nmi-pod-unknown\",")
                .endsWith("\"pods\":[]}\n");
    }

    @Test
    void log_thatIsNotKnown_isOne() {
        assertThat(explain("--log", "Hello")).isEqualTo(1);
        assertThat(out.toString()).startsWith("Nothing is known of 1 line. Looked for ");
    }

    @Test
    void explain_ofNothing_isWrongUse() {
        assertThat(explain()).isEqualTo(2);
        assertThat(explain("-", "--log", "-")).isEqualTo(2);
        assertThat(err.toString()).contains("Missing PATH, or --log LINE", "Standard input cannot be both");
    }
}
