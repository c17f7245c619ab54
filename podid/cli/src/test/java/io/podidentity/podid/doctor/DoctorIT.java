// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.emulator.json.Json;
import io.podidentity.podid.doctor.Patient.Report;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The command, by the real kubectl, on clusters whose API a test double serves. */
class DoctorIT {

    private static final String NMI = """
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: nmi-0, namespace: kube-system, labels: {app.kubernetes.io/component: nmi}}
            spec: {nodeName: aks-nodepool1-00000000-0, hostNetwork: true, containers: [{name: nmi, image: "mcr.microsoft.com/oss/azure/aad-pod-identity/nmi:v1.8.17"}]}
            """;

    private static final Path FIXTURES = Path.of("src/test/resources/doctor");

    /** Each runs kubectl nine times; so the first of each link, and all in CI. */
    private static final boolean ALL = Boolean.getBoolean("podidentity.long");

    @TempDir
    private Path folder;

    @BeforeAll
    static void kubectl() {
        try {
            Kubectl.find(System.getenv());
        } catch (KubectlException e) {
            assumeTrue(false, e.getMessage());
        }
    }

    static List<Path> broken() throws IOException {
        return fixtures("broken");
    }

    static List<Path> healthy() throws IOException {
        return fixtures("healthy");
    }

    static List<Path> unknown() throws IOException {
        return fixtures("unknown");
    }

    private static List<Path> fixtures(String kind) throws IOException {
        try (Stream<Path> files = Files.list(FIXTURES.resolve(kind))) {
            var firsts = new HashSet<String>();
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .filter(file -> ALL || firsts.add(link(file)))
                    .toList();
        }
    }

    /** The link of the story that is expected to be wrong; empty where none is. */
    private static String link(Path fixture) {
        try (Stream<String> lines = Files.lines(fixture)) {
            return lines.filter(line -> line.startsWith("# expect "))
                    .map(line -> line.substring(0, line.indexOf(':')))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String head(Path fixture, String key) throws IOException {
        return Files.readAllLines(fixture).stream()
                .filter(line -> line.startsWith("# " + key + " "))
                .map(line -> line.substring(key.length() + 3))
                .findFirst()
                .orElseThrow();
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Map<String, Object> object, String key) {
        return (List<Map<String, Object>>) object.get(key);
    }

    /** Of the first link that fails, what is wrong and the first thing to do. */
    @ParameterizedTest
    @MethodSource("broken")
    void doctor_ofABrokenCluster_findsFirstWhatIsBroken(Path fixture) throws Exception {
        try (var patient = new Patient(fixture, folder)) {
            Report report = patient.doctor("--format=json");

            assertThat(report.code()).as(report.err()).isEqualTo(1);
            Map<String, Object> failed = first("failed", report);
            assertThat(failed.get("name") + ": " + failed.get("what")).startsWith(head(fixture, "expect"));
            assertThat(String.valueOf(failed.get("next"))).startsWith("[" + head(fixture, "next"));
            assertThat(report.out()).doesNotContain("eyJ");
        }
    }

    private static Map<String, Object> first(String state, Report report) throws ParseException {
        return list(Json.object(report.out()), "workloads").stream()
                .flatMap(workload -> list(workload, "links").stream())
                .filter(link -> state.equals(link.get("state")))
                .findFirst()
                .orElseThrow(() -> new AssertionError(report.out()));
    }

    /** Too early to say, or not to be seen: neither an alarm nor an all-clear. */
    @ParameterizedTest
    @MethodSource("unknown")
    void doctor_ofWhatItCannotKnow_saysSo(Path fixture) throws Exception {
        try (var patient = new Patient(fixture, folder)) {
            Report report = patient.doctor("--format=json");

            assertThat(report.code()).as(report.out() + report.err()).isEqualTo(3);
            Map<String, Object> unknown = first("unknown", report);
            assertThat(unknown.get("name") + ": " + unknown.get("what")).startsWith(head(fixture, "expect"));
            assertThat(Json.object(report.out())).containsEntry("verdict", "unknown");
        }
    }

    @ParameterizedTest
    @MethodSource("healthy")
    void doctor_ofAHealthyCluster_findsNothing(Path fixture) throws IOException {
        assertHealthy(fixture);
    }

    private void assertHealthy(Path manifests) throws IOException {
        try (var patient = new Patient(manifests, folder)) {
            Report report = patient.doctor();

            assertThat(report.out())
                    .doesNotContain("FAILED", "  error  ", "eyJ")
                    .endsWith("""

                    Healthy.
                    """);
            assertThat(report.code()).isZero();
            assertThat(report.err()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"workload-identity, workload-identity", "pod-identity, 1.8.17", "service-principal, 1.8.17"})
    void doctor_ofThisProjectsManifests_findsNothing(String overlay, String profile) throws Exception {
        String rendered = Kubectl.find(System.getenv())
                .run("kustomize", "../../k8s/overlays/" + overlay)
                .stdout();
        String secret = overlay.equals("service-principal")
                ? "---\napiVersion: v1\nkind: Secret\nmetadata: {name: spaccess}\nstringData: {password: right}\n"
                : "";
        String nmi = profile.equals("1.8.17") ? NMI : "";

        assertHealthy(
                Files.writeString(folder.resolve("m.yaml"), "# profile " + profile + "\n" + rendered + secret + nmi));
    }

    @Test
    void doctor_ofOneWorkload_tellsItsStoryByFieldsOfTheCluster() throws IOException {
        try (var patient = new Patient(FIXTURES.resolve("healthy/both.yaml"), folder)) {
            Report report = patient.doctor("deployment/billing", "--no-token");

            assertThat(report.out())
                    .contains(
                            "\nDeployment default/billing\n",
                            "  -       token     not tried: --no-token",
                            "\nPod default/billing of Deployment (Deployment default/billing), profile 1.8.17\n",
                            "  2  account   it runs as service account default/orders2 (ServiceAccount default/orders2)")
                    .doesNotContain("Pod default/orders\n");
        }
    }

    @Test
    void doctor_ofAWorkloadThatIsNot_namesThoseThatAre() throws IOException {
        try (var patient = new Patient(FIXTURES.resolve("healthy/both.yaml"), folder)) {
            Report report = patient.doctor("nowhere");

            assertThat(report.code()).isEqualTo(2);
            assertThat(report.err()).contains("it has: deployment/billing, pod/orders");
        }
    }

    /** A user who may view one namespace: the rest is named once, with the role that would show it. */
    @Test
    void doctor_withFewRights_saysWhatItCouldNotSee() throws IOException {
        Path file = Files.writeString(
                folder.resolve("m.yaml"), Files.readString(FIXTURES.resolve("healthy/both.yaml")) + """
                        ---
                        apiVersion: rbac.authorization.k8s.io/v1
                        kind: RoleBinding
                        metadata: {name: alice-views}
                        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
                        subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: alice}]
                        """);
        try (var patient = new Patient(file, folder)) {
            Report report = patient.doctor("--context=" + Patient.USER, "--namespace=default");

            assertThat(report.out())
                    .as(report.err())
                    .contains(
                            "\nCould not see:\n",
                            "  mutatingwebhookconfigurations.admissionregistration.k8s.io: ",
                            "kubectl create clusterrole podid-doctor-mutatingwebhookconfigurations-alice --verb=get,list"
                                    + " --resource=mutatingwebhookconfigurations.admissionregistration.k8s.io",
                            "  ?       token     you may not create serviceaccounts/token in default",
                            "kubectl create role podid-doctor-serviceaccounts-token-alice -n default --verb=create"
                                    + " --resource=serviceaccounts/token && kubectl create rolebinding"
                                    + " podid-doctor-serviceaccounts-token-alice -n default"
                                    + " --role=podid-doctor-serviceaccounts-token-alice --user=alice")
                    // What is of no namespace concerns none.
                    .doesNotContain("FAILED", "clustersecretstores");
            assertThat(report.out()).endsWith("\nNot known: 2 of 2 workloads.\n");
            assertThat(report.code()).as(report.out() + report.err()).isEqualTo(3);
        }
    }

    /** The name of one kind may be the end of another's. */
    @ParameterizedTest
    @CsvSource({"'jobs,', cronjobs", "'', 'jobs,cronjobs'"})
    void doctor_withARoleThatLacksKinds_asksForThoseAlone(String batch, String lacking) throws IOException {
        Path file = Files.writeString(
                folder.resolve("m.yaml"),
                Files.readString(FIXTURES.resolve("healthy/both.yaml")) + """
                        ---
                        apiVersion: rbac.authorization.k8s.io/v1
                        kind: Role
                        metadata: {name: most}
                        rules:
                        - apiGroups: ["", apps, batch, networking.k8s.io]
                          resources: [%s pods, serviceaccounts, events, networkpolicies, deployments, statefulsets, daemonsets, replicasets]
                          verbs: [get, list]
                        ---
                        apiVersion: rbac.authorization.k8s.io/v1
                        kind: RoleBinding
                        metadata: {name: most}
                        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: most}
                        subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: alice}]
                        """.formatted(batch));
        try (var patient = new Patient(file, folder)) {
            String out = patient.doctor("--context=" + Patient.USER, "--namespace=default", "--no-token")
                    .out();

            assertThat(out.lines().filter(line -> line.contains(".batch: "))).hasSize(lacking.split(",", -1).length);
            for (String kind : lacking.split(",", -1)) {
                assertThat(out)
                        .containsPattern("\n  " + kind + "\\.batch: .*\"" + kind + "\" in API group \"batch\".*\n +"
                                + "kubectl create role podid-doctor-" + kind + "-alice -n default --verb=get,list"
                                + " --resource=" + kind + "\\.batch &&");
            }
        }
    }

    /** The webhook of another's operator: what is with it is not known, and the rest is. */
    @Test
    void doctor_whereAReferringKindCannotBeListed_saysItWasNotSeen() throws IOException {
        try (var patient = new Patient(FIXTURES.resolve("healthy/references.yaml"), folder)
                .withBroken("secretstores.external-secrets.io")) {
            Report report = patient.doctor();

            assertThat(report.code()).as(report.err()).isEqualTo(3);
            assertThat(report.out())
                    .contains(
                            "\nSecretProviderClass default/node\n",
                            "\nCould not see:\n  secretstores.external-secrets.io: Error from server",
                            "conversion webhook for SecretStore failed",
                            "\nNot known: 0 of 1 workloads, and there may be more that could not be seen.\n")
                    .doesNotContain("  secretproviderclasses", "FAILED");
        }
    }

    /** What runs is not known then, so nothing can be said. */
    @Test
    void doctor_wherePodsCannotBeListed_isOfNoUse() throws IOException {
        try (var patient =
                new Patient(FIXTURES.resolve("unknown/view-webhook.yaml"), folder).withBroken("cronjobs.batch")) {
            Report report = patient.doctor();

            assertThat(report.code()).as(report.out()).isEqualTo(2);
            assertThat(report.err()).contains("conversion webhook for CronJob failed");
        }
    }

    /** A namespace may have more events than doctor reads, of which few are warnings. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "What stands before kubectl is a shell script")
    void doctor_ofABusyNamespace_asksForWarningsAlone() throws IOException {
        Path bin = Files.createDirectory(folder.resolve("bin"));
        Path program = Files.writeString(bin.resolve("kubectl"), """
                #!/bin/sh
                case "$*" in
                *events*type=Warning*) ;;
                *events*) yes 0123456789 | head -c 40000000; exit ;;
                esac
                exec kubectl "$@"
                """);
        assertThat(program.toFile().setExecutable(true)).isTrue();
        try (var patient = new Patient(FIXTURES.resolve("healthy/both.yaml"), folder)) {
            Report report = patient.withKubectlIn(bin).doctor();

            assertThat(report.err()).isEmpty();
            assertThat(report.code()).as(report.out()).isZero();
        }
    }

    @Test
    void doctor_changesNothingInTheCluster() throws IOException {
        try (var patient = new Patient(FIXTURES.resolve("healthy/workload-identity.yaml"), folder)) {
            patient.doctor();

            assertThat(patient.requests())
                    .filteredOn(request -> !request.startsWith("GET "))
                    .containsExactly("POST /api/v1/namespaces/default/serviceaccounts/orders/token");
        }
    }

    /** A pod names its own authority, and whoever wrote the pod may have written any. */
    @Test
    void doctor_ofAPodThatNamesAForeignAuthority_sendsNoToken() throws IOException {
        try (var patient = new Patient(FIXTURES.resolve("healthy/workload-identity.yaml"), folder)) {
            Report report = patient.stranger();

            assertThat(report.out())
                    .contains("AZURE_AUTHORITY_HOST is that of no known cloud, so no token is sent there");
            assertThat(patient.azure().requests())
                    .filteredOn(request -> request.server().equals("entra"))
                    .isEmpty();
        }
    }

    /** kubectl lists nothing of it, and says nothing against it. */
    @Test
    void doctor_ofANamespaceThatIsNot_isOfNoUse() throws IOException {
        try (var patient = new Patient(FIXTURES.resolve("healthy/both.yaml"), folder)) {
            Report report = patient.doctor("--namespace=nowhere");

            assertThat(report.err()).contains("namespaces \"nowhere\" not found");
            assertThat(report.code()).isEqualTo(2);
        }
    }

    /** Between two runs there is no pod that tells the tenant: the pods of others and the service account do. */
    @Test
    void doctor_ofACronJobBetweenTwoRuns_triesItsIdentity() throws IOException {
        Path file = Files.writeString(
                folder.resolve("m.yaml"),
                Files.readString(FIXTURES.resolve("healthy/cronjob-between-runs.yaml"))
                        .replace("# option --no-token\n", "# blob samples\n")
                        .replace(
                                "azure.workload.identity/client-id:",
                                "azure.workload.identity/tenant-id: 10000000-0000-4000-8000-000000000001,"
                                        + " azure.workload.identity/client-id:"));
        try (var patient = new Patient(file, folder)) {
            Report report = patient.doctor();

            assertThat(report.out())
                    .contains("ok      pod       none runs now: it is between two runs", "ok      role      ");
            assertThat(report.code()).as(report.out()).isZero();
        }
    }

    @Test
    void doctor_withoutKubectl_isOfNoUse() {
        var err = new StringWriter();
        int code = new CommandLine(new DoctorCommand(Map.of("PATH", folder.toString())))
                .setErr(new PrintWriter(err))
                .execute();

        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains("kubectl is not on the PATH");
    }

    @Test
    void doctor_withoutCluster_isOfNoUse() throws IOException {
        Path file = Files.writeString(folder.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
                contexts: [{name: c, context: {cluster: c, user: u}}]
                users: [{name: u, user: {token: x}}]
                current-context: c
                """);
        var err = new StringWriter();
        int code = new CommandLine(new DoctorCommand())
                .setErr(new PrintWriter(err))
                .execute("--kubeconfig=" + file);

        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains("kubectl config get-contexts, then --context NAME");
    }

    @Test
    void doctor_ofABlobWithoutTls_isWrongUse() {
        var err = new StringWriter();
        int code = new CommandLine(new DoctorCommand())
                .setErr(new PrintWriter(err))
                .execute("--blob=http://account.blob.core.windows.net/c");

        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains("--blob wants https://");
    }
}
