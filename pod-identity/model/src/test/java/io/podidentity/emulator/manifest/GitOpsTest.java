// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.cluster.ServiceAccount;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A repository that Flux or Argo CD applies, with its chart, as the real Helm renders that. */
class GitOpsTest {

    private static final String CLIENT_ID = "azure.workload.identity/client-id";

    @TempDir
    private Path folder;

    @TempDir
    private Path bin;

    @BeforeEach
    void chart() throws IOException {
        write("charts/shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
        write("charts/shop/values.yaml", "clientId: of-the-chart\nextra: {tenant: of-the-chart}\n");
        write("charts/shop/prod.yaml", "clientId: of-a-file\nextra: {tenant: of-a-file}\n");
        write("charts/shop/templates/account.yaml", """
            apiVersion: v1
            kind: ServiceAccount
            metadata:
              name: {{ .Release.Name }}
              annotations:
                azure.workload.identity/client-id: {{ .Values.clientId | quote }}
                azure.workload.identity/tenant-id: {{ .Values.extra.tenant | quote }}
            """);
    }

    @Test
    void read_ofAHelmRelease_isWhatHelmMakesOfItsChartAndValues() throws Exception {
        write(
                "clusters/prod/shop.yaml",
                helmRelease("valuesFiles: [charts/shop/values.yaml, charts/shop/prod.yaml]", """
              values:
                clientId: of-the-release
            """));

        Manifests manifests = read();

        assertThat(manifests.skipped()).isEmpty();
        assertThat(manifests.cluster().all(ServiceAccount.class))
                .singleElement()
                .satisfies(account -> {
                    assertThat(account.name()).hasToString("team/team-shop");
                    assertThat(account.metadata().annotations())
                            .containsEntry(CLIENT_ID, "of-the-release")
                            .containsEntry("azure.workload.identity/tenant-id", "of-a-file");
                    assertThat(account.metadata().position().file())
                            .isEqualTo("helm template team-shop " + folder.resolve("charts/shop"));
                });
    }

    /** In the order of Argo CD's documentation: parameters, then the object, then the files. */
    @Test
    void read_ofAnApplication_isWhatHelmMakesOfItsChartAndValues() throws Exception {
        write("apps/shop.yaml", """
            apiVersion: argoproj.io/v1alpha1
            kind: Application
            metadata: {name: shop, namespace: argocd}
            spec:
              source:
                repoURL: https://example.com/team/shop.git
                path: charts/shop
                helm:
                  valueFiles: [prod.yaml]
                  valuesObject: {extra: {tenant: "of the object, whole"}}
                  parameters: [{name: clientId, value: "a,b"}]
              destination: {namespace: team}
            """);

        Manifests manifests = read();

        assertThat(manifests.skipped()).isEmpty();
        assertThat(manifests.cluster().all(ServiceAccount.class))
                .singleElement()
                .satisfies(account -> {
                    assertThat(account.name()).hasToString("team/shop");
                    assertThat(account.metadata().annotations())
                            .containsEntry(CLIENT_ID, "a,b")
                            .containsEntry("azure.workload.identity/tenant-id", "of the object, whole");
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sourceRef: {kind: GitRepository | sourceRef: {kind: HelmRepository | of a chart that is not in",
                "chart: ./charts/shop | chart: ./charts/other | of a chart that is not in these folders",
                "interval: 1h | valuesFrom: [{kind: Secret, name: a}] | with values of valuesFrom, such as a Secret",
                "values: {} | values: {extra: 1} | fails: ",
                "interval: 1h | releaseName: --post-renderer=sh | but Helm takes no release of that name",
                "version: '*' | valuesFiles: [charts/shop/prod.yaml] | with valuesFiles in place of the chart's values.yaml",
                "version: '*' | valuesFiles: [charts/shop/values.yaml, ../a] | of a file that is not in its repository"
            })
    void read_ofAReleaseThatCannotBeRendered_saysWhy(String text, String other, String reason) throws Exception {
        write("shop.yaml", helmRelease("version: '*'", "  values: {}\n").replace(text, other));

        assertThat(read().skipped()).singleElement().satisfies(skipped -> {
            assertThat(skipped.kind()).isEqualTo(Skipped.Kind.RELEASE);
            assertThat(skipped.reason()).contains(" has its manifests made by a controller, ", reason);
        });
    }

    /** A clone of one repository has nothing of another that has the same folders. */
    @Test
    void read_ofAReleaseFromAnotherRepository_saysSo() throws Exception {
        write(".git/config", "[remote \"origin\"]\n  url = https://example.com/team/shop.git\n");
        write("other.yaml", helmRelease("version: '*'", "") + """
            ---
            apiVersion: source.toolkit.fluxcd.io/v1
            kind: GitRepository
            metadata: {name: charts}
            spec: {url: "https://example.com/team/other.git"}
            """);

        assertThat(read().skipped())
                .extracting(Skipped::reason)
                .singleElement()
                .asString()
                .contains("of a chart that");
    }

    @Test
    void readApart_ofWhatFluxFillsInTwice_isAClusterForEach() throws Exception {
        write("apps/kustomization.yaml", "resources: [account.yaml]\n");
        write("apps/account.yaml", account("${client_id}-${region:=north}-${absent}"));
        write("clusters/test.yaml", kustomization("{client_id: test}"));
        write("clusters/prod.yaml", kustomization("{client_id: prod, region: west}"));

        List<Manifests> apart = reader().readApart(List.of(folder.toString()), InputStream.nullInputStream());

        assertThat(apart.stream().flatMap(one -> one.cluster().all(ServiceAccount.class).stream()))
                .extracting(account -> account.metadata().annotations().get(CLIENT_ID))
                .containsExactlyInAnyOrder("test-north-${absent}", "prod-west-${absent}", "of-the-chart");
        assertThat(apart.get(0).skipped()).isEmpty();
    }

    @Test
    void read_ofAPlainFileThatFluxFillsInOnce_hasTheValues() throws Exception {
        write("apps/shop/account.yaml", account("${client_id}"));
        write("clusters/prod.yaml", kustomization("{client_id: prod}"));

        assertThat(read().cluster().all(ServiceAccount.class))
                .extracting(account -> account.metadata().annotations().get(CLIENT_ID))
                .contains("prod");
    }

    private static String helmRelease(String chart, String rest) {
        return """
            apiVersion: helm.toolkit.fluxcd.io/v2
            kind: HelmRelease
            metadata:
              name: shop
              namespace: flux-system
            spec:
              interval: 1h
              targetNamespace: team
              chart:
                spec:
                  chart: ./charts/shop
                  sourceRef: {kind: GitRepository, name: charts}
                  %s
            %s""".formatted(chart, rest);
    }

    private static String kustomization(String substitute) {
        return """
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: apps}
            spec: {path: ./apps, postBuild: {substitute: %s}}
            """.formatted(substitute);
    }

    private static String account(String clientId) {
        return """
            apiVersion: v1
            kind: ServiceAccount
            metadata:
              name: shop
              annotations: {azure.workload.identity/client-id: "%s"}
            """.formatted(clientId);
    }

    private void write(String name, String text) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        Files.writeString(folder.resolve(name), text);
    }

    private ManifestReader reader() throws IOException {
        return new ManifestReader(Profile.V1_8_17, new Tools(HelmProgram.in(bin).toString()));
    }

    private Manifests read() throws IOException {
        return reader().read(List.of(folder.toString()), InputStream.nullInputStream());
    }
}
