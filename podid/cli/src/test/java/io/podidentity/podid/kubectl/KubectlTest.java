// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.kubectl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.podid.apiserver.ServedCluster;
import io.podidentity.podid.kubectl.KubectlException.Denied;
import io.podidentity.podid.kubectl.KubectlException.Kind;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The real kubectl where there is one, on a served cluster; and scripts of that name for what a test cannot have. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "The programs that stand in for kubectl are shell scripts")
class KubectlTest {

    @TempDir
    Path folder;

    private ServedCluster cluster;

    @AfterEach
    void end() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private Kubectl script(String text) throws Exception {
        Path file = folder.resolve("kubectl");
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return Kubectl.find(Map.of("PATH", folder.toString()));
    }

    private static Kubectl real() {
        try {
            return Kubectl.find(System.getenv());
        } catch (KubectlException e) {
            assumeTrue(false, "there is no kubectl here; e2e has it");
            throw new IllegalStateException(e);
        }
    }

    /** The real one, as the user dev of a cluster with one service account. */
    private Kubectl onCluster() throws Exception {
        Kubectl kubectl = real();
        Manifests manifests = new ManifestReader(Profile.WORKLOAD_IDENTITY).readText("a.yaml", """
                        apiVersion: v1
                        kind: ServiceAccount
                        metadata: {name: orders}
                        ---
                        apiVersion: rbac.authorization.k8s.io/v1
                        kind: RoleBinding
                        metadata: {name: dev}
                        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
                        subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: dev}]
                        """);
        cluster = new ServedCluster(PodIdentityEmulator.builder(), manifests, "dev");
        return kubectl.withOption("--kubeconfig=" + cluster.writeKubeconfig(folder.resolve("config")))
                .withOption("--context=dev");
    }

    @Test
    void find_inRelativeFolders_findsNothing() throws Exception {
        script("exit 0");
        String relative = Path.of("").toAbsolutePath().relativize(folder).toString();

        for (String path : List.of("", ".", relative, "." + File.pathSeparator + relative)) {
            assertThatThrownBy(() -> Kubectl.find(Map.of("PATH", path)))
                    .isInstanceOfSatisfying(
                            KubectlException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NO_PROGRAM));
        }
        assertThat(Kubectl.find(Map.of("PATH", "." + File.pathSeparator + folder))
                        .run()
                        .failure())
                .isEmpty();
    }

    @Test
    void readJson_ofAnObject_isIt() throws Exception {
        assertThat(onCluster()
                        .withOption("--namespace=default")
                        .readJson("get", "serviceaccount", "orders")
                        .kind())
                .isEqualTo("ServiceAccount");
    }

    @Test
    void toString_ofASecretOrAToken_hasNoValueInItsText() {
        KubernetesJson secret = new KubernetesJson(
                Map.of("kind", "Secret", "metadata", Map.of("name", "db"), "data", Map.of("key", "czNjcmV0")));
        KubernetesJson created =
                new KubernetesJson(Map.of("kind", "TokenRequest", "status", Map.of("token", "eyJ0b2tlbg")));

        assertThat(secret).hasToString("KubernetesJson[Secret db]");
        assertThat(created).hasToString("KubernetesJson[TokenRequest]");
        assertThat(created.at("status")).hasToString("KubernetesJson[]");
    }

    @Test
    void run_thatIsForbidden_namesWhoMayNotDoWhat() throws Exception {
        KubectlException failure =
                onCluster().run("create", "token", "orders").failure().orElseThrow();

        assertThat(failure.kind()).isEqualTo(Kind.FORBIDDEN);
        assertThat(failure.denied()).contains(new Denied("dev", "create", "serviceaccounts/token", "", "default"));
    }

    /** One run lists what may be seen, and says of each of the others that it may not. */
    @Test
    void list_ofSeveralKinds_hasThoseThatMayBeSeenAndNamesTheOthers() throws Exception {
        Kubectl.Listing listing = onCluster()
                .list(List.of("serviceaccounts", "secrets", "roles.rbac.authorization.k8s.io"), "--namespace=default");

        assertThat(listing.items()).extracting(KubernetesJson::kind).containsOnly("ServiceAccount");
        assertThat(listing.failure().orElseThrow().denied())
                .extracting(Denied::qualifiedResource)
                .containsExactly("secrets", "roles.rbac.authorization.k8s.io");
    }

    /** What could not be read for another reason must not pass for what may not be read, and so for known. */
    @Test
    void list_whereOneIsRefusedAndAnotherFails_isNoRefusal() throws Exception {
        Kubectl kubectl = onCluster();
        cluster.breakKind("jobs.batch");

        Kubectl.Listing listing =
                kubectl.list(List.of("serviceaccounts", "secrets", "jobs.batch"), "--namespace=default");

        KubectlException failure = listing.failure().orElseThrow();
        assertThat(failure.kind()).isNotEqualTo(Kind.FORBIDDEN);
        assertThat(failure.message())
                .contains("conversion webhook for Job failed")
                .doesNotContain("secrets");
        assertThat(listing.items()).extracting(KubernetesJson::kind).containsOnly("ServiceAccount");
    }

    /** An id of a user may be an address, and have characters that a path cannot have. */
    @Test
    void writeGrant_toEachUserForEachObject_hasANameOfItsOwn() {
        String orders = token("dev").writeGrant("run", "serviceaccounts/token", "orders");

        assertThat(orders)
                .startsWith("kubectl create role podid-run-serviceaccounts-token-orders-dev -n default ")
                .contains(" && kubectl create rolebinding podid-run-serviceaccounts-token-orders-dev -n default "
                        + "--role=podid-run-serviceaccounts-token-orders-dev ");
        assertThat(token("https://issuer/#a b").writeGrant("run", "serviceaccounts/token", "orders"))
                .startsWith("kubectl create role 'podid-run-serviceaccounts-token-orders-https:--issuer-#a b' -n ");
    }

    private static Denied token(String user) {
        return new Denied(user, "create", "serviceaccounts/token", "", "default");
    }

    @Test
    void run_thatFails_isOfTheKindThatItsRemedyNeeds() throws Exception {
        Kubectl kubectl = onCluster();

        assertThat(kind(kubectl.run("get", "pod", "none"))).isEqualTo(Kind.NOT_FOUND);
        assertThat(kind(kubectl.run("get", "gadgets"))).isEqualTo(Kind.NOT_FOUND);
        assertThat(kind(kubectl.run("--token=wrong", "get", "pods"))).isEqualTo(Kind.NOT_SIGNED_IN);
        assertThat(kind(kubectl.run("--context=other", "get", "pods"))).isEqualTo(Kind.NO_CLUSTER);
        cluster.close();
        assertThat(kind(kubectl.run("get", "pods"))).isEqualTo(Kind.NO_CLUSTER);
    }

    /** As AKS's kubeconfig has it; that program is not there, or it has nobody who is signed in. */
    @Test
    void run_whosePluginCannotSignIn_isNotSignedIn() throws Exception {
        Kubectl kubectl = real();
        for (String plugin : List.of(folder + "/kubelogin", "/bin/false")) {
            Path config = Files.writeString(folder.resolve("config"), """
                    apiVersion: v1
                    kind: Config
                    current-context: c
                    clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
                    users:
                    - name: u
                      user:
                        exec: {apiVersion: client.authentication.k8s.io/v1, command: "%s", interactiveMode: Never}
                    contexts: [{name: c, context: {cluster: c, user: u}}]
                    """.formatted(plugin));

            assertThat(kind(kubectl.withOption("--kubeconfig=" + config).run("get", "pods")))
                    .isEqualTo(Kind.NOT_SIGNED_IN);
        }
    }

    @Test
    void run_thatTakesTooLong_isEndedAndSaysWhatWasAsked() throws Exception {
        Kubectl slow = script("echo 'To sign in, open https://example.com' >&2; exec tail -f /dev/null")
                .withLimit(Duration.ofMillis(700));

        KubectlException failure = slow.run("get", "pods").failure().orElseThrow();

        assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT);
        assertThat(failure.message()).contains("To sign in, open https://example.com");
    }

    @Test
    void run_withMuchOutput_hasAllOfItAndTheFirstLinesOfStandardError() throws Exception {
        Kubectl.Result result = script("yes 0123456789 | head -n 100000; yes noise | head -n 100000 >&2; exit 3")
                .run();

        assertThat(result.stdout()).hasSize(1_100_000);
        assertThat(result.failure().orElseThrow().message().lines())
                .startsWith("noise")
                .hasSizeLessThan(9);
        assertThat(result.toString()).doesNotContain("0123456789");
    }

    /** Its limit is one of bytes, and a cut output must not pass for all of it. */
    @Test
    void run_withMoreOutputThanItReads_fails() throws Exception {
        Kubectl.Result result =
                script("printf 'é'; yes 0123456789 | head -c 33554432").run();

        assertThat(result.failure().orElseThrow().message()).isEqualTo("kubectl printed more than 32 MiB");
        assertThat(result.stdout()).isEmpty();
    }

    @Test
    void run_always_getsArgumentsAsTheyAreAndNoInput() throws Exception {
        Kubectl kubectl = script("for one in \"$@\"; do echo \"[$one]\"; done; cat");

        assertThat(kubectl.withOption("--context=a b")
                        .withOption("--namespace=$(x)")
                        .run("get", "; id")
                        .stdout())
                .isEqualTo("[--context=a b]\n[--namespace=$(x)]\n[get]\n[; id]\n");
    }

    private static Kind kind(Kubectl.Result result) {
        return result.failure().orElseThrow().kind();
    }
}
