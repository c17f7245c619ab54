// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.run.EmulatedPod;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Loads the rendered manifests into the emulated cluster, and asks for a token as their pod would. */
class IdentitiesIT {

    private static final String RENDERED = "src/test/resources/manifests/rendered/";

    /** The resources that the comments of the overlays tell you to create by hand. */
    private static final String SECRET = """
            apiVersion: v1
            kind: Secret
            metadata: {name: spaccess, namespace: default}
            stringData: {password: made-up-for-this-test}
            """;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "pod-identity, V1_5_4",
        "pod-identity, V1_8_17",
        "pod-identity-deployment, V1_6_3",
        "service-principal, V1_5_4",
        "service-principal, V1_8_17",
        "service-principal-deployment, V1_5_4"
    })
    void pod_ofPodIdentity_getsTheIdentityOfItsBinding(String name, Profile profile) throws Exception {
        Path secret = Files.writeString(folder.resolve("secret.yaml"), SECRET);
        try (PodIdentityEmulator azure = PodIdentityEmulator.builder()
                .manifests(Path.of(RENDERED, name + ".yaml"), secret)
                .profile(profile)
                .timeScale(1000)
                .start()) {
            EmulatedPod pod = azure.pod("podidentitydemo");
            var request = HttpRequest.newBuilder(
                            URI.create(
                                    pod.imds()
                                            + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://storage.azure.com/"))
                    .header("Metadata", "true")
                    .build();

            assertThat(appId(azure, request)).isEqualTo(Rendered.read(name).at("AzureIdentity", "spec.clientID"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"workload-identity", "workload-identity-deployment"})
    void pod_ofWorkloadIdentity_getsTheIdentityOfItsAccount(String name) throws Exception {
        try (PodIdentityEmulator azure = PodIdentityEmulator.builder()
                .manifests(Path.of(RENDERED, name + ".yaml"))
                .start()) {
            Map<String, String> environment = azure.pod("podidentitydemo").environment();
            var form = Map.of(
                    "grant_type", "client_credentials",
                    "client_id", environment.get("AZURE_CLIENT_ID"),
                    "scope", "https://storage.azure.com/.default",
                    "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                    "client_assertion", Files.readString(Path.of(environment.get("AZURE_FEDERATED_TOKEN_FILE"))));
            var request = HttpRequest.newBuilder(URI.create(environment.get("AZURE_AUTHORITY_HOST")
                            + environment.get("AZURE_TENANT_ID") + "/oauth2/v2.0/token"))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString(form.entrySet().stream()
                            .map(field ->
                                    field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                            .collect(Collectors.joining("&"))))
                    .build();

            assertThat(appId(azure, request))
                    .isEqualTo(Rendered.object(Rendered.read(name).at("ServiceAccount", "metadata.annotations"))
                            .get("azure.workload.identity/client-id"));
        }
    }

    private static String appId(PodIdentityEmulator azure, HttpRequest request) throws Exception {
        var answer = HttpClient.newBuilder().sslContext(tls(azure)).build().send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String token = JSONObjectUtils.parse(answer.body()).get("access_token").toString();
        return SignedJWT.parse(token).getJWTClaimsSet().getStringClaim("appid");
    }

    private static SSLContext tls(PodIdentityEmulator azure) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(azure.trustStore())) {
            store.load(in, "changeit".toCharArray());
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
