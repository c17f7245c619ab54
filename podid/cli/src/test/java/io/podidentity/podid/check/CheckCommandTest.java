// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.emulator.json.Json;
import io.podidentity.podid.check.rule.AllRules;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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

        List<Object> findings = Json.array(out.toString());
        assertThat(findings).hasSize(2);
        assertThat((Map<String, Object>) findings.get(0))
                .containsEntry("id", "C20")
                .containsEntry("severity", "info");
        var finding = (Map<String, Object>) findings.get(1);
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

    /** With each key looked for among all, 16,000 took 15 s. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void check_ofManyKeys_takesTimeInProportion() throws IOException {
        String keys = IntStream.range(0, 100_000)
                .mapToObj(i -> "  key" + i + ": value")
                .collect(Collectors.joining("\n"));
        Path file = write("keys.yaml", """
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: keys
            data:
            """ + keys);

        assertThat(check("--format", "json", file.toString())).isZero();
    }

    /** The rest of the folder is judged; another tool may read what kubectl makes of that kustomization. */
    @Test
    void check_ofAKustomizationThatRendersNoManifest_judgesTheRest() throws IOException {
        assumeTrue(Stream.of(System.getenv("PATH").split(":", -1))
                .anyMatch(at -> Files.isExecutable(Path.of(at, "kubectl"))));
        Files.createDirectories(folder.resolve("chart"));
        write("chart/kustomization.yaml", "namePrefix: RELEASE-\nresources: [settings.yaml]\n");
        write("chart/settings.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n");
        write("pod.yaml", """
            apiVersion: v1
            kind: Pod
            metadata:
              name: shop
              labels:
                azure.workload.identity/use: "yes"
            spec:
              containers: [{name: shop, image: shop}]
            """);

        assertThat(check(folder.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("use-label-value");
        assertThat(err.toString()).contains("Kubernetes takes no such name");
    }

    /** What one policy keeps a pod from, another one may allow, which may be in the part that does not render. */
    @Test
    void check_ofANetworkPolicyBesideAPartThatIsNotRead_isInformation() throws IOException {
        write("shop.yaml", """
            apiVersion: v1
            kind: Pod
            metadata: {name: shop, labels: {aadpodidbinding: reader}}
            spec: {containers: [{name: shop, image: shop}]}
            ---
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: https}
            spec: {podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 443, protocol: TCP}]}]}
            """);

        assertThat(check("--rule", "C12", folder.toString())).isEqualTo(1);
        assertThat(out.toString()).contains(" error [C12 network-policy-blocks-dns]");

        write("more/kustomization.yaml", "resources: [absent.yaml]\nnamePrefix: a-\n");
        assertThat(check("--rule", "C12", folder.toString())).isZero();
        assertThat(out.toString()).contains("cannot ask any DNS server; not all of the input was looked at");
    }

    /** A line of what kubectl prints is in no file that anybody could change. */
    @Test
    void check_ofAKustomization_pointsToTheFileThatSaysIt() throws IOException {
        assumeTrue(Stream.of(System.getenv("PATH").split(":", -1))
                .anyMatch(at -> Files.isExecutable(Path.of(at, "kubectl"))));
        Files.createDirectories(folder.resolve("base"));
        Files.createDirectories(folder.resolve("prod"));
        write("base/kustomization.yaml", "resources: [all.yaml]\n");
        write("base/all.yaml", """
            apiVersion: v1
            kind: Pod
            metadata:
              name: shop
              labels:
                azure.workload.identity/use: "yes"
            spec:
              serviceAccountName: shop
              containers:
                - name: other
                  image: other
                - name: shop
                  image: shop
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata:
              name: shop
              annotations:
                azure.workload.identity/client-id: 21111111-1111-4111-8111-111111111111
            """);
        write("prod/kustomization.yaml", "namePrefix: prod-\nresources: [../base]\npatches: [{path: patch.yaml}]\n");
        write("prod/patch.yaml", """
            apiVersion: v1
            kind: ServiceAccount
            metadata:
              name: shop
              annotations:
                azure.workload.identity/client-id: none
            """);

        assertThat(check(folder.toString())).isEqualTo(1);

        assertThat(out.toString())
                .contains(folder.resolve("base/all.yaml") + ":6:5: error [C15 use-label-value] Pod default/prod-shop")
                .contains(folder.resolve("prod/patch.yaml") + ":6:5: error [C9 client-id-not-guid]")
                .doesNotContain("kubectl kustomize");
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
        assertThat(err.toString()).startsWith("profile 1.8.17 (the last version of AAD Pod Identity)");
        assertThat(out.toString()).contains("error [C2 field-name-case]", "unknown field spec.Selector");
    }

    @Test
    void check_withWarningsOnly_failsIfItIsToldTo() throws IOException {
        String file = write("unused.yaml", identity("reader") + "---\n" + BINDING + "---\n" + identity("writer"))
                .toString();

        assertThat(check("--profile", "1.8.17", file)).isZero();
        assertThat(check("--profile", "1.8.17", "--fail-on", "warning", file)).isEqualTo(1);
    }

    @Test
    void check_onAFolder_saysNothingOfWhatIsNoManifest() throws IOException {
        write("patch.yaml", "- op: add\n");
        write("values.yaml", "replicas: 1\n");
        write("azure.yaml", "name: shop\nmetadata: {template: shop@1}\n");
        write("package.json", "{}\n");
        write(".github/workflows/build.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {}\n");
        write("binding.yaml", BINDING);

        assertThat(check(folder.toString())).isEqualTo(1);

        assertThat(err.toString().lines()).singleElement().asString().startsWith("profile 1.8.17");
        assertThat(out.toString()).doesNotContain("not looked at");
    }

    @Test
    void check_withRules_reportsThoseAlone() throws IOException {
        write("binding.yaml", BINDING);

        assertThat(check("--rule", "C2", folder.toString())).isZero();
        assertThat(check("--rule", "binding-without-identity", folder.toString()))
                .isEqualTo(1);
        assertThat(check("--rule", "C99", folder.toString())).isEqualTo(2);
    }

    @Test
    void check_ofABaseThatOverlaysRename_reportsItsFindingOnceWithBoth() throws IOException {
        write("base/kustomization.yaml", "resources: [binding.yaml]\n");
        write("base/binding.yaml", BINDING);
        write("overlays/prod/kustomization.yaml", "resources: [../../base]\nnamespace: shop\nnamePrefix: prod-\n");
        write("overlays/test/kustomization.yaml", "resources: [../../base]\nnamespace: try\nnamePrefix: test-\n");

        assertThat(check("--profile", "1.8.17", "--rule", "binding-without-identity", folder.toString()))
                .isEqualTo(1);

        assertThat(out.toString())
                .containsOnlyOnce("[C4 binding-without-identity]")
                .contains("Found in 2 kustomizations: ", "overlays/prod, ", "overlays/test\n");
    }

    @Test
    void check_ofABaseInTwoOverlays_reportsItsFindingOnceWithBoth() throws IOException {
        write("base/kustomization.yaml", "resources: [binding.yaml]\n");
        write("base/binding.yaml", BINDING);
        write("overlays/prod/kustomization.yaml", "resources: [../../base]\nnamespace: shop\n");
        write("overlays/test/kustomization.yaml", "resources: [../../base]\nnamespace: shop\n");

        assertThat(check("--profile", "1.8.17", "--rule", "binding-without-identity", folder.toString()))
                .isEqualTo(1);

        assertThat(out.toString())
                .containsOnlyOnce("[C4 binding-without-identity]")
                .contains("base/binding.yaml:", "Found in 2 kustomizations: ", "overlays/prod, ", "overlays/test\n")
                .contains("1 error, ");
    }

    @Test
    void check_toListRules_namesEachWithoutAFile() {
        assertThat(check("--list-rules")).isZero();

        assertThat(out.toString().lines())
                .hasSameSizeAs(AllRules.LIST)
                .anyMatch(line -> line.startsWith("C17 webhook-removes-field warning: The webhook "));
    }

    @Test
    void check_withPathsToLeaveOut_doesNotLookAtThem() throws IOException {
        write("test/binding.yaml", BINDING);
        write("identity.yaml", identity("another-one-than-it-names"));

        assertThat(check(folder.toString())).isEqualTo(1);
        assertThat(check("--exclude", "test/", folder.toString())).isZero();
    }

    @Test
    void check_ofNothing_exitsWithTwo() throws IOException {
        assertThat(check(write("empty.yaml", "").toString())).isEqualTo(2);
        assertThat(check(write("list.yaml", "apiVersion: v1\nkind: List\nitems: []\n")
                        .toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("There is no manifest in ");
    }

    /** A kustomization that does not render, an encrypted object, one of a controller, and one with variables. */
    @Test
    void check_ofWhatItCannotLookAt_countsThatAndFailsIfItIsStrict() throws IOException {
        write("binding.yaml", identity("reader") + "---\n" + BINDING);
        write("encrypted.yaml", """
            apiVersion: v1
            kind: Secret
            metadata: {name: sp}
            data: {secret: "ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]"}
            sops: {mac: "ENC[AES256_GCM,data:YQ==]", version: 3.9.0}
            """);
        write("release.yaml", """
            apiVersion: helm.toolkit.fluxcd.io/v2
            kind: HelmRelease
            metadata: {name: shop}
            spec: {chart: {spec: {chart: shop}}}
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata:
              name: shop
              annotations: {azure.workload.identity/client-id: "${CLIENT_ID}"}
            """);
        write("broken/kustomization.yaml", "resources: [absent.yaml]\nnamePrefix: a-\n");

        assertThat(check("--profile", "1.8.17", folder.toString())).isZero();
        assertThat(out.toString())
                .contains("not looked at: 1 encrypted object, 1 kustomization, 1 release, 1 templated object\n")
                .doesNotContain("[C2 ", "[C7 ", "[C8 ");

        assertThat(check("--profile", "1.8.17", "--strict", folder.toString())).isEqualTo(2);
        out.getBuffer().setLength(0);
        check("--profile", "1.8.17", "--format", "json", folder.toString());
        assertThat(out.toString().split("not-looked-at", -1)).hasSize(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aadpodidbinding: '${SELECTOR}'",
                "aadpodidbinding: '$SELECTOR'",
                "aadpodidbinding: '{selector}'",
                "aadpodidbinding: HELMSUBST_SELECTOR",
                "azure.workload.identity/use: '${USE}'"
            })
    void check_ofAPodWithAPlaceholderAsItsLabel_isNotContentIfItIsStrict(String label) throws IOException {
        assertNotLookedAt(pod("labels: {" + label + "}", ""), "metadata.labels.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "serviceAccountName: '${ACCOUNT}'",
                "containers: [{name: web, image: web, env: [{name: AZURE_CLIENT_ID, value: '${ID}'}]}]",
                "containers: [{name: web, image: web, env: [{name: AZURE_CLIENT_ID, value: '{clientid}'}]}]",
                "containers: [{name: web, image: web, env: [{name: AZURE_CLIENT_ID, value: HELMSUBST_ID}]}]",
                "containers: [{name: web, image: web, env: [{name: AZURE_CLIENT_ID, value: <identity>}]}]",
                "containers: [{name: web, image: web, env: [{name: AZURE_CLIENT_ID, value: xxxx-xxxx}]}]",
                "initContainers: [{name: a, image: a, env: [{name: AZURE_TENANT_ID, value: $tenantId}]}]"
            })
    void check_ofAPodWithAPlaceholderInItsSpecification_isNotContentIfItIsStrict(String field) throws IOException {
        assertNotLookedAt(pod("labels: {azure.workload.identity/use: 'true'}", field), "spec.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                source.toolkit.fluxcd.io/v1  | OCIRepository         | spec: {provider: '${PROVIDER}'}                    | spec.provider
                keda.sh/v1alpha1             | TriggerAuthentication | spec: {podIdentity: {provider: $provider}}         | spec.podIdentity.provider
                keda.sh/v1alpha1             | TriggerAuthentication | spec: {podIdentity: {provider: azure-workload, identityId: HELMSUBST_ID}} | spec.podIdentity.identityId
                dapr.io/v1alpha1             | Component             | spec: {metadata: [{name: azureClientId, value: '{id}'}]} | spec.metadata[0].value
                v1                           | Secret                | stringData: {azure.json: '{"tenantId": "$TENANT", "useManagedIdentityExtension": true}'} | stringData.azure.json
                v1                           | Secret                | stringData: {azure.json: '{"useManagedIdentityExtension": ${USE}}'} | stringData.azure.json
                v1                           | Secret                | data: {azure.json: eyJ0ZW5hbnRJZCI6ICI8dGVuYW50PiJ9} | data.azure.json
                v1                           | ServiceAccount        | automountServiceAccountToken: true                 | metadata.namespace
                aadpodidentity.k8s.io/v1     | AzureIdentity         | spec: {type: 0, resourceID: /subscriptions/x/resourcegroups/$resourceGroupName} | spec.resourceID
                """)
    void check_ofAnObjectThatNamesAnIdentityWithAPlaceholder_isNotContentIfItIsStrict(
            String version, String kind, String fields, String path) throws IOException {
        String namespace = kind.equals("ServiceAccount") ? "$NAMESPACE" : "shop";
        assertNotLookedAt(
                "apiVersion: " + version + "\nkind: " + kind + "\nmetadata: {name: store, namespace: " + namespace
                        + "}\n" + fields + "\n",
                path);
    }

    @Test
    void check_ofPlaceholdersThatDecideOnNoIdentity_looksAtAll() throws IOException {
        Path file = write("others.yaml", pod("labels: {app: '${APP}'}", "serviceAccountName: web") + """
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: db, namespace: shop}
                stringData: {password: '${PASSWORD}'}
                ---
                apiVersion: source.toolkit.fluxcd.io/v1
                kind: OCIRepository
                metadata: {name: charts, namespace: shop}
                spec: {provider: generic, url: 'oci://${REGISTRY}/charts'}
                """);

        check("--strict", file.toString());

        assertThat(out.toString() + err).doesNotContain("not looked at");
    }

    private void assertNotLookedAt(String object, String path) throws IOException {
        Path file = write("object.yaml", object);

        assertThat(check("--strict", file.toString())).isEqualTo(2);
        assertThat(out.toString()).contains("not looked at: 1 templated object");
        assertThat(err.toString()).contains("not looked at: ", " has placeholders, ", " at " + path);
    }

    private static String pod(String metadata, String spec) {
        String containers = spec.startsWith("containers") ? "" : "  containers: [{name: web, image: web}]\n";
        return "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  namespace: shop\n  " + metadata + "\nspec:\n"
                + containers + (spec.isEmpty() ? "" : "  " + spec + "\n");
    }

    @Test
    void check_ofAKustomizationThatReadsOutsideOfItsFolder_saysHowToAllowIt() throws IOException {
        write("binding.yaml", BINDING);
        Path inside = write("app/kustomization.yaml", "resources: [../binding.yaml]\nnamePrefix: a-\n")
                .getParent();

        assertThat(check(inside.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("--load-restrictor LoadRestrictionsNone");
        assertThat(check("--load-restrictor", "LoadRestrictionsNone", inside.toString()))
                .isEqualTo(1);
        assertThat(out.toString()).contains("a-reader");
    }

    @Test
    void check_onInputThatCannotBeUsed_exitsWithTwo() throws IOException {
        assertThat(check(folder.resolve("absent.yaml").toString())).isEqualTo(2);
        assertThat(check(write("broken.yaml", "a: [\n").toString())).isEqualTo(2);
        assertThat(check("--profile", "1.0", write("binding.yaml", BINDING).toString()))
                .isEqualTo(2);
    }

    @Test
    void check_withAReasonInTheManifest_leavesTheFindingOut() throws IOException {
        String ignoring = BINDING.replace(
                "  name: reader\n",
                "  name: reader\n  annotations:\n    podid.io/ignore: \"C4: another team creates it\"\n");
        String file = write("binding.yaml", ignoring).toString();

        assertThat(check("--profile", "1.8.17", file)).isZero();

        assertThat(out.toString()).contains("(1 suppressed)").doesNotContain("binding-without-identity");
    }

    @Test
    void check_withoutAReasonInTheManifest_reportsTheFindingAndThat() throws IOException {
        String ignoring =
                BINDING.replace("  name: reader\n", "  name: reader\n  annotations:\n    podid.io/ignore: C4\n");

        assertThat(check("--profile", "1.8.17", write("binding.yaml", ignoring).toString()))
                .isEqualTo(1);

        assertThat(out.toString()).contains("binding-without-identity", "ignore-without-reason");
    }

    @Test
    void check_withABaseline_reportsNewFindingsOnly() throws IOException {
        String file = write("binding.yaml", BINDING).toString();
        String baseline = folder.resolve("baseline.json").toString();
        assertThat(check("--profile", "1.8.17", "--baseline", baseline, "--write-baseline", file))
                .isZero();

        write("binding.yaml", "# moved\n" + BINDING);
        assertThat(check("--profile", "1.8.17", "--baseline", baseline, file)).isZero();

        write("binding.yaml", BINDING.replace("azureIdentity: reader", "azureIdentity: writer"));
        assertThat(check("--profile", "1.8.17", "--baseline", baseline, file)).isEqualTo(1);
    }

    @Test
    void check_thatWritesAConfiguration_letsTheNextRunReportNewFindingsOnly() throws IOException {
        String file = write("binding.yaml", BINDING).toString();
        Path config = folder.resolve("podid.yaml");

        assertThat(check("--config", config.toString(), "--write-config", file)).isZero();

        assertThat(config).content().contains("profile: 1.8.17\n", "baseline: podid-baseline.json\n");
        assertThat(check("--config", config.toString(), file)).isZero();
        assertThat(check(file)).isEqualTo(1);
        write("binding.yaml", BINDING.replace("azureIdentity: reader", "azureIdentity: writer"));
        assertThat(check("--config", config.toString(), file)).isEqualTo(1);
        assertThat(check("--config", config.toString(), "--write-config", file)).isEqualTo(2);
        assertThat(err.toString()).contains("exists already, and is left as it is");
    }

    @Test
    void check_withSettingsOfAPath_followsThemThereAlone() throws IOException {
        String file = write("binding.yaml", BINDING).toString();
        String other = write("test/binding.yaml", BINDING.replace("name: reader", "name: of-test"))
                .toString();
        String config = write("podid.yaml", """
                        paths:
                          test/**: {ignore: {binding-without-identity: tests have none}}
                          "*.yaml": {severity: {binding-without-identity: warning}}
                        """).toString();

        assertThat(check("--profile", "1.8.17", "--config", config, "--fail-on", "warning", other))
                .isZero();
        assertThat(check("--profile", "1.8.17", "--config", config, file)).isZero();
        assertThat(out.toString()).contains("warning [C4 binding-without-identity]");
        write("podid.yaml", "paths: {test/**: {exclude: [a]}}\n");
        assertThat(check("--config", config, file)).isEqualTo(2);
        assertThat(err.toString()).contains("a path has the keys ignore and severity");
    }

    @Test
    void check_withAConfiguration_followsIt() throws IOException {
        String file = write("binding.yaml", BINDING).toString();
        String config = write("podid.yml", """
            profile: 1.8.17
            failOn: warning
            severity:
              binding-without-identity: warning
            """).toString();
        assertThat(check("--config", config, file)).isEqualTo(1);
        assertThat(out.toString()).contains("0 errors, 1 warning");
        assertThat(err.toString()).isEmpty();

        write("podid.yml", "ignore:\n  binding-without-identity: another team creates it\n");
        assertThat(check("--config", config, file)).isZero();

        write("podid.yml", "ignore:\n  C99: never\n");
        assertThat(check("--config", config, file)).isEqualTo(2);
        assertThat(err.toString()).contains("podid.yml:2:3: there is no rule C99");
    }

    @Test
    void check_withFix_changesWhatIsCertainAndNothingElse() throws IOException {
        Path file = write("all.yaml", """
            # Ours, see the wiki.
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentity
            metadata: {name: reader}
            spec:
              type: 0
              ResourceID: 'subscriptions/0a1b2c3d-0000-4000-8000-000000000001/resourcegroups/shop/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader'  # by az
              clientID: 11111111-2222-3333-4444-555555555555
            ---
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentityBinding
            metadata: {name: reader-binding}
            spec: {azureIdentity: "Reader", selector: read-blobs}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: shop
              labels:
                aadpodidbinding: read-blobs
            spec:
              template:
                metadata:
                  labels:
                    # who it is
                    app: shop
                spec:
                  containers: []
            """);
        String before = Files.readString(file);

        assertThat(check("--profile", "1.8.17", "--fix", file.toString())).isZero();

        assertThat(file)
                .content()
                .isEqualTo(before.replace("ResourceID: 'sub", "resourceID: '/sub")
                        .replace("\"Reader\"", "\"reader\"")
                        .replace("        app: shop", "        aadpodidbinding: read-blobs\n        app: shop"));
    }

    @Test
    void check_withFixOnStandardInput_isWrongUse() {
        assertThat(check("--fix", "-")).isEqualTo(2);
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
        Files.createDirectories(folder.resolve(name).getParent());
        return Files.writeString(folder.resolve(name), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"quota-deployment.yaml", "pod-security-cronjob.yaml"})
    void check_ofADumpWhoseReplicaSetOrJobLacksItsTemplate_judgesTheRest(String file) {
        assertThat(check("src/test/resources/doctor/broken/" + file)).isBetween(0, 1);

        assertThat(err.toString()).doesNotContain("does not describe");
        assertThat(out.toString()).contains("1 pod");
    }

    private int check(String... arguments) {
        out.getBuffer().setLength(0);
        return new CommandLine(new CheckCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
