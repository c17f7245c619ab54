// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.AzureAssignedIdentity.State;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.emulator.cluster.SecretReference;
import io.podidentity.emulator.fault.Fault;
import io.podidentity.emulator.history.LogLine;
import io.podidentity.emulator.history.RecordedRequest;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.nmi.NmiSettings;
import io.podidentity.emulator.run.EmulatedPod;
import io.podidentity.emulator.time.ManualClock;
import io.podidentity.testsupport.Client;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pods of manifests get tokens from MIC, NMI, the metadata service and Entra ID together, over sockets. */
class PodIdentityIT {

    private static final String TOKEN = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=";
    private static final String STORAGE = "https%3A%2F%2Fstorage.azure.com%2F";
    private static final String RESOURCE_ID =
            "/subscriptions/s/resourcegroups/rg/providers/Microsoft.ManagedIdentity" + "/userAssignedIdentities/demo";
    private static final String CLIENT_ID = "21111111-1111-4111-8111-111111111111";

    private static PodIdentityEmulator.Builder managedIdentity() {
        return PodIdentityEmulator.builder()
                .manifests(Path.of("src/test/resources/manifests/managed-identity.yaml"))
                .timeScale(1000);
    }

    private static PodIdentityEmulator.Builder servicePrincipal() {
        return PodIdentityEmulator.builder()
                .manifests(Path.of("src/test/resources/manifests/service-principal.yaml"))
                .timeScale(1000);
    }

    private static HttpResponse<String> token(PodIdentityEmulator azure, String pod) throws Exception {
        return Client.of(azure.sslContext()).get(azure.pod(pod).imds() + TOKEN + STORAGE, "Metadata", "true");
    }

    @ParameterizedTest
    @EnumSource(
            value = Profile.class,
            names = {"V1_5_4", "V1_6_3", "V1_8_17", "MANAGED"})
    void token_ofABoundPod_isOneOfItsIdentity(Profile profile) throws Exception {
        try (var azure = managedIdentity().profile(profile).start()) {
            var answer = token(azure, "app");

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
            assertThat(Client.json(answer))
                    .containsOnlyKeys(
                            "access_token",
                            "refresh_token",
                            "expires_in",
                            "expires_on",
                            "not_before",
                            "resource",
                            "token_type");
            assertThat(Client.claims(answer).getStringClaim("appid")).isEqualTo(CLIENT_ID);
        }
    }

    @Test
    void token_rightAfterTheStart_waitsUntilMicHasAssignedTheIdentity() throws Exception {
        var clock = new ManualClock(Instant.parse("2020-01-25T09:55:08Z"));
        try (var azure = managedIdentity().clusterClock(clock).start()) {
            clock.awaitWaiters(1);
            assertThat(states(azure)).containsEntry("app-default-demo", State.CREATED);
            var answer = CompletableFuture.supplyAsync(() -> tokenOfApp(azure));

            // As long as Azure takes, in one step: NMI looks once more meanwhile, and MIC needs no more of this clock.
            clock.awaitWaiters(2);
            clock.advance(Duration.ofMinutes(1));
            while (states(azure).get("app-default-demo") != State.ASSIGNED) {
                Thread.onSpinWait();
            }
            while (!answer.isDone()) {
                clock.advance(Duration.ofSeconds(1));
                Thread.onSpinWait();
            }

            assertThat(answer.join().statusCode()).isEqualTo(200);
            assertThat(states(azure)).containsEntry("app-default-demo", State.ASSIGNED);
            assertThat(azure.log())
                    .extracting(LogLine::text)
                    .anyMatch(line -> line.contains("in ASSIGNED state, retrying attempt: 1"))
                    .anyMatch(line -> line.contains("msg=\"Status (200) took"));
        }
    }

    private static Map<String, State> states(PodIdentityEmulator azure) {
        return azure.cluster().all(AzureAssignedIdentity.class).stream()
                .collect(Collectors.toMap(assigned -> assigned.name().name(), AzureAssignedIdentity::state));
    }

    private static HttpResponse<String> tokenOfApp(PodIdentityEmulator azure) {
        try {
            return token(azure, "app");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void token_ofAPodWithoutIdentity_isRefusedAfter80Seconds() throws Exception {
        try (var azure = managedIdentity().start()) {
            var answer = token(azure, "stranger");

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body())
                    .isEqualTo("no AzureAssignedIdentity found for pod:default/stranger in assigned state\n");
        }
    }

    @Test
    void token_ofAPodOnTheHostsNetwork_comesFromTheMetadataService() throws Exception {
        try (var azure = managedIdentity().start()) {
            assertThat(azure.pod("on-host").imds()).isEqualTo(azure.imds());
            assertThat(Client.json(Client.of(azure.sslContext())
                            .get(
                                    azure.pod("on-host").imds() + TOKEN + STORAGE + "&client_id="
                                            + azure.identities().get(0).clientId(),
                                    "Metadata",
                                    "true")))
                    .containsKey("client_id");
        }
    }

    @Test
    void token_ofAnIdentityWithoutClientId_isAskedForWithoutAName() throws Exception {
        var identity = AzureIdentity.managed(Metadata.of("default", "demo"), RESOURCE_ID, "");
        try (var azure = PodIdentityEmulator.builder()
                .cluster(Cluster.of(List.of(
                        identity,
                        new AzureIdentityBinding(Metadata.of("default", "demo"), "demo", "demo"),
                        Pod.of("default", "app", Map.of(Pod.BINDING_LABEL, "demo")))))
                .profile(Profile.V1_8_17)
                .timeScale(1000)
                .start()) {
            var answer = token(azure, "app");

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body()).contains("Multiple user assigned identities exist");
        }
    }

    @Test
    void environment_ofAPod_hasItsOwnVariablesAndItsEndpoint() {
        try (var azure = managedIdentity().start()) {
            assertThat(azure.pod("default/app").environment())
                    .containsEntry("GREETING", "hello")
                    .containsEntry(
                            "AZURE_POD_IDENTITY_AUTHORITY_HOST",
                            azure.pod("app").imds().toString());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> azure.pod("nobody"))
                    .withMessage(
                            "No pod \"default/nobody\"; there are [default/app, default/on-host, default/stranger]");
        }
    }

    @Test
    void token_ofAServicePrincipal_isGivenForTheSecretInTheCluster() throws Exception {
        try (var azure = servicePrincipal().start()) {
            var answer = token(azure, "app");

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(Client.claims(answer).getStringClaim("appid")).isEqualTo("31111111-1111-4111-8111-111111111111");
            assertThat(Client.claims(answer).getStringClaim("tid")).isEqualTo("11111111-1111-4111-8111-111111111111");
            assertThat(azure.requests())
                    .extracting(RecordedRequest::toString)
                    .contains("entra POST /11111111-1111-4111-8111-111111111111/oauth2/token?api-version=1.0 200");
        }
    }

    @Test
    void token_ofAServicePrincipalOfAnotherSecret_isRefusedInEntrasWords() throws Exception {
        try (var azure = servicePrincipal()
                .application("31111111-1111-4111-8111-111111111111", "o1", "another-secret")
                .start()) {
            var answer = token(azure, "app");

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body())
                    .startsWith("adal: Refresh request failed. Status Code = '401'. Response body: {")
                    .contains("AADSTS7000215: Invalid client secret provided.")
                    .doesNotContain("the-right-secret");
        }
    }

    @Test
    void token_ofAServicePrincipalOfAnExpiredSecret_isRefusedInEntrasWords() throws Exception {
        try (var azure = servicePrincipal()
                .application("31111111-1111-4111-8111-111111111111", "o1", "another-secret")
                .expiredSecret("31111111-1111-4111-8111-111111111111", "the-right-secret")
                .start()) {
            var answer = token(azure, "app");

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body()).contains("AADSTS7000222: The provided client secret keys for app");
        }
    }

    @Test
    void token_ofAServicePrincipalOfAnotherTenant_isRefusedInEntrasWords() throws Exception {
        try (var azure = servicePrincipal()
                .tenantId("22222222-2222-4222-8222-222222222222")
                .start()) {
            var answer = token(azure, "app");

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body()).contains("AADSTS90002: Tenant '11111111-1111-4111-8111-111111111111' not found.");
        }
    }

    @Test
    void token_ofAServicePrincipalWithAuxiliaryTenants_isOneForEachTenant() throws Exception {
        try (var azure = PodIdentityEmulator.builder()
                .cluster(bound(
                        AzureIdentity.SERVICE_PRINCIPAL,
                        Map.of("password", "s".getBytes(StandardCharsets.UTF_8)),
                        "12222222-2222-4222-8222-222222222222"))
                .profile(Profile.V1_8_17)
                .timeScale(1000)
                .start()) {
            var answer = token(azure, "app");

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(Json.array(answer.body()))
                    .extracting(token -> tenantOf((Map<?, ?>) token))
                    .containsExactly("11111111-1111-4111-8111-111111111111", "12222222-2222-4222-8222-222222222222");
        }
    }

    @Test
    void token_ofACertificate_isGivenForASignedAssertion() throws Exception {
        var file = Pkcs12File.legacy("p");
        var data = Map.of("certificate", file, "password", "p".getBytes(StandardCharsets.UTF_8));
        try (var azure = PodIdentityEmulator.builder()
                .cluster(bound(AzureIdentity.SERVICE_PRINCIPAL_CERTIFICATE, data))
                .profile(Profile.V1_8_17)
                .timeScale(1000)
                .start()) {
            var answer = token(azure, "app");

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(Client.claims(answer).getStringClaim("appid")).isEqualTo("31111111-1111-4111-8111-111111111111");
        }
    }

    private static Cluster bound(int type, Map<String, byte[]> secret, String... auxiliaryTenants) {
        return Cluster.of(List.of(
                new AzureIdentity(
                        Metadata.of("default", "principal"),
                        type,
                        "",
                        "31111111-1111-4111-8111-111111111111",
                        new SecretReference("principal", "default"),
                        "11111111-1111-4111-8111-111111111111",
                        List.of(auxiliaryTenants),
                        ""),
                new AzureIdentityBinding(Metadata.of("default", "principal"), "principal", "principal"),
                new Secret(Metadata.of("default", "principal"), secret),
                Pod.of("default", "app", Map.of(Pod.BINDING_LABEL, "principal"))));
    }

    private static String tenantOf(Map<?, ?> token) {
        try {
            return SignedJWT.parse((String) token.get("access_token"))
                    .getJWTClaimsSet()
                    .getStringClaim("tid");
        } catch (ParseException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void apply_ofOtherManifests_changesIdentitiesAndEndpoints() throws Exception {
        try (var azure = servicePrincipal().start()) {
            assertThat(token(azure, "app").statusCode()).isEqualTo(200);

            azure.apply(Cluster.of(List.of(Pod.of("default", "later", Map.of()))));

            assertThat(azure.pods()).extracting(EmulatedPod::name).containsExactly("later");
            assertThat(token(azure, "later").statusCode()).isEqualTo(403);
        }
    }

    @Test
    void log_ofTokens_holdsNeitherTokenNorSecret() throws Exception {
        try (var azure = servicePrincipal().start()) {
            String token = (String) Client.json(token(azure, "app")).get("access_token");

            assertThat(azure.log())
                    .extracting(LogLine::toString)
                    .anyMatch(line -> line.startsWith("nmi "))
                    .anyMatch(line -> line.startsWith("mic "))
                    .noneMatch(line -> line.contains(token) || line.contains("the-right-secret"));
            assertThat(azure.requests().toString()).doesNotContain(token).doesNotContain("the-right-secret");
        }
    }

    @Test
    void faults_ofTheCaller_reachNmisErrors() throws Exception {
        try (var azure = managedIdentity().start()) {
            azure.faults().unknownPod(1).ambiguousPod(1).nmi(Fault.status(429).header("Retry-After", "7"));

            var throttled = token(azure, "app");
            assertThat(throttled.statusCode()).isEqualTo(429);
            assertThat(throttled.headers().firstValue("Retry-After")).contains("7");
            var unknown = token(azure, "app");
            assertThat(unknown.statusCode()).isEqualTo(500);
            assertThat(unknown.body()).isEqualTo("pod list empty\n");
            var ambiguous = token(azure, "app");
            assertThat(ambiguous.statusCode()).isEqualTo(500);
            assertThat(ambiguous.body())
                    .isEqualTo("failed to match pod IP 10.244.255.253 with [default/app default/app-old]\n");
            assertThat(token(azure, "app").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void hostToken_fromTheNode_namesThePod() throws Exception {
        try (var azure = managedIdentity().profile(Profile.V1_8_17).start()) {
            var answer = Client.of(azure.sslContext())
                    .get(
                            azure.nmiHost().orElseThrow() + "/host/token?resource=" + STORAGE,
                            "podns",
                            "default",
                            "podname",
                            "app");

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(Client.json(answer)).containsEntry("clientid", CLIENT_ID).containsKey("token");
        }
    }

    @Test
    void instance_whenBlocked_isForbiddenAndElseProxied() throws Exception {
        var settings = NmiSettings.of(Profile.V1_8_17);
        try (var open = managedIdentity().nmi(settings).start();
                var blocked = managedIdentity()
                        .nmi(settings.withBlockInstanceMetadata(true))
                        .start()) {
            String path = "/metadata/instance?api-version=2021-02-01";
            assertThat(Client.of(open.sslContext())
                            .get(open.pod("app").imds() + path, "Metadata", "true")
                            .body())
                    .contains("AzurePublicCloud");
            var forbidden =
                    Client.of(blocked.sslContext()).get(blocked.pod("app").imds() + path, "Metadata", "true");
            assertThat(forbidden.statusCode()).isEqualTo(403);
            assertThat(forbidden.body()).isEqualTo("Request blocked by AAD Pod Identity NMI\n");
        }
    }

    @Test
    void observed_afterAToken_isActiveAndHasCounted() throws Exception {
        try (var azure = managedIdentity().profile(Profile.V1_8_17).start()) {
            token(azure, "app");
            String observed = azure.nmiObserved().orElseThrow().toString();

            assertThat(Client.of(azure.sslContext()).get(observed + "/healthz").body())
                    .isEqualTo("Active");
            assertThat(Client.of(azure.sslContext()).get(observed + "/metrics").body())
                    .contains("aadpodidentity_nmi_operations_duration_seconds_count{namespace=\"default\","
                            + "operation_type=\"/metadata/identity/oauth2/token\","
                            + "resource=\"https://storage.azure.com/\",status_code=\"200\"} 1")
                    .contains("aadpodidentity_imds_operations_duration_seconds_count"
                            + "{operation_type=\"adal_token_msi_userassignedid\"} 1");
        }
    }
}
