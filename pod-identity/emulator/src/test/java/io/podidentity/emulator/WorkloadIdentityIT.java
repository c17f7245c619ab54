// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.PodSpec;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.emulator.run.EmulatedPod;
import io.podidentity.emulator.time.ManualClock;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.testsupport.Client;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Azure's own clients in pods with workload identity. */
class WorkloadIdentityIT {

    private static final ManagedIdentity IDENTITY =
            new ManagedIdentity("demo", "11111111-1111-4111-8111-111111111111", "11111111-1111-4111-8111-222222222222");
    private static final String READER = "Storage Blob Data Reader";
    private static final String SUBJECT = "system:serviceaccount:default:demo";

    private final ManualClock cluster = new ManualClock(Instant.now());

    @Test
    void token_forEachClientOfAzure_isThatOfTheIdentity() throws Exception {
        try (var azure = azure(Map.of()).start()) {
            var clients = clients(azure);

            for (String token :
                    List.of(token(clients.workloadIdentity()), token(clients.defaultCredential()), clients.msal())) {
                assertThat(SignedJWT.parse(token).getJWTClaimsSet().getStringClaim("appid"))
                        .isEqualTo(IDENTITY.clientId());
            }
            assertThat(blobs(azure, clients.workloadIdentity()))
                    .containsExactlyInAnyOrder("hello.txt", "elements.csv", "blue.png");
        }
    }

    @Test
    void token_throughTheProxySidecar_isThatOfTheIdentity() throws Exception {
        try (var azure = azure(Map.of(Keys.INJECT_PROXY, "true")).start()) {
            var clients = clients(azure);
            String proxy = azure.pods().get(0).imds().toString();
            assertThat(proxy).isNotEqualTo(azure.imds().toString());

            String token = token(new ManagedIdentityCredentialBuilder()
                    .httpClient(request -> clients.http()
                            .send(request.setUrl(request.getUrl().toString().replace("http://169.254.169.254", proxy))))
                    .build());

            assertThat(SignedJWT.parse(token).getJWTClaimsSet().getStringClaim("appid"))
                    .isEqualTo(IDENTITY.clientId());
        }
    }

    /** A pod that nothing stands before is the node, to whoever asks the metadata service. */
    @Test
    void token_ofAPodFromTheMetadataService_isTheKubeletIdentitys() throws Exception {
        try (var azure = azure(Map.of()).start()) {
            var answer = Client.of(azure.sslContext())
                    .get(
                            azure.pods().get(0).imds() + "/metadata/identity/oauth2/token?api-version=2018-02-01"
                                    + "&resource=https://storage.azure.com/",
                            "Metadata",
                            "true");

            assertThat(Client.claims(answer).getStringClaim("appid"))
                    .isEqualTo(azure.identities().get(0).clientId());
            assertThat(azure.identities().get(0).name()).endsWith("-agentpool");
        }
    }

    @Test
    void token_withoutAFederatedCredential_isRefusedWithEntrasCode() {
        try (var azure = azure(Map.of()).withoutAssumedCredentials().start()) {
            assertThatThrownBy(() -> token(clients(azure).workloadIdentity())).hasMessageContaining("AADSTS700211: ");
        }
    }

    @Test
    void token_forAnotherServiceAccount_isRefusedWithEntrasCode() {
        try (var azure = azure(Map.of())
                .withoutAssumedCredentials()
                .federatedServiceAccount(IDENTITY.clientId(), "system:serviceaccount:default:Demo", Duration.ZERO)
                .start()) {
            assertThatThrownBy(() -> token(clients(azure).workloadIdentity())).hasMessageContaining("AADSTS7002138: ");
        }
    }

    @Test
    void token_beforeTheCredentialHasSpread_isRefusedUntilItHas() {
        try (var azure = azure(Map.of())
                .withoutAssumedCredentials()
                .federatedServiceAccount(IDENTITY.clientId(), SUBJECT, Duration.ofSeconds(10))
                .start()) {
            var clients = clients(azure);
            assertThatThrownBy(() -> token(clients.workloadIdentity())).hasMessageContaining("AADSTS70021: ");

            cluster.advance(Duration.ofMinutes(2));

            assertThat(token(clients.workloadIdentity())).isNotEmpty();
        }
    }

    @Test
    void blobs_beforeTheRoleHasSpread_areForbiddenUntilItHas() {
        try (var azure = azure(Map.of())
                .role(IDENTITY.objectId(), READER, Duration.ofMinutes(10))
                .start()) {
            TokenCredential credential = clients(azure).workloadIdentity();
            assertThatThrownBy(() -> blobs(azure, credential))
                    .isInstanceOf(BlobStorageException.class)
                    .hasMessageContaining("AuthorizationPermissionMismatch");

            cluster.advance(Duration.ofMinutes(10));

            assertThat(blobs(azure, credential)).isNotEmpty();
        }
    }

    @Test
    void tokenFile_whenTheClusterRotatesIt_isTakenByTheNextExchangeAndEndsWithTheEmulator() throws Exception {
        Path file;
        try (var azure = azure(Map.of()).start()) {
            file = Path.of(azure.pods().get(0).environment().get("AZURE_FEDERATED_TOKEN_FILE"));
            String first = Files.readString(file);
            cluster.awaitWaiters(1);

            cluster.advance(Duration.ofMinutes(48));
            cluster.awaitWaiters(1);

            assertThat(Files.readString(file)).isNotEqualTo(first);
            assertThat(clients(azure).msal()).isNotEmpty();
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void apply_aNewPodWithoutTheOld_movesTheTokenOver() {
        try (var azure = azure(Map.of()).start()) {
            Pod other = new Pod(
                    Pod.of("default", "other", Map.of(Keys.USE, "true")).metadata(),
                    pod(Map.of()).spec(),
                    List.of(),
                    "Running");

            azure.apply(Cluster.of(List.of(account(), other)));

            assertThat(azure.pods()).extracting(EmulatedPod::name).containsExactly("other");
            assertThat(token(clients(azure).workloadIdentity())).isNotEmpty();
        }
    }

    @Test
    void apply_theFirstUseOfWorkloadIdentity_startsIt() {
        try (var azure = PodIdentityEmulator.builder().clusterClock(cluster).start()) {
            assertThat(azure.clusterIssuer()).isEmpty();

            azure.apply(Cluster.of(List.of(account(), pod(Map.of()))));

            assertThat(azure.clusterIssuer()).get().asString().endsWith("/");
            assertThat(token(clients(azure).workloadIdentity())).isNotEmpty();
        }
    }

    @Test
    void pod_thatIsNotLabelled_getsNothing() {
        var account = account();
        try (var azure = PodIdentityEmulator.builder()
                .unassignedIdentity(IDENTITY)
                .cluster(Cluster.of(List.of(account, Pod.of("default", "demo", Map.of()))))
                .start()) {
            assertThat(azure.pods().get(0).environment()).containsOnlyKeys("AZURE_POD_IDENTITY_AUTHORITY_HOST");
        }
    }

    @Test
    void pod_thatIsDenied_saysWhy() {
        try (var azure = azure(Map.of(Keys.TOKEN_EXPIRATION, "60")).start()) {
            assertThat(azure.pods().get(0).refusal())
                    .contains("admission webhook \"mutation.azure-workload-identity.io\" denied the request: token"
                            + " expiration 60 not valid. Expected value to be between 3600 and 86400");
        }
    }

    private PodIdentityEmulator.Builder azure(Map<String, String> annotations) {
        return PodIdentityEmulator.builder()
                .clusterClock(cluster)
                .unassignedIdentity(IDENTITY)
                .cluster(Cluster.of(List.of(account(), pod(annotations))));
    }

    private static Pod pod(Map<String, String> annotations) {
        Pod pod = Pod.of("default", "demo", Map.of(Keys.USE, "true"));
        var spec =
                new PodSpec("demo", false, PodSpec.NODE, List.of(), List.of(Container.of("demo", "demo")), List.of());
        return new Pod(pod.metadata().withAnnotations(annotations), spec, List.of(), "Running");
    }

    private static ServiceAccount account() {
        return new ServiceAccount(
                Metadata.of("default", "demo").withAnnotations(Map.of(Keys.CLIENT_ID, IDENTITY.clientId())));
    }

    private static WorkloadClients clients(PodIdentityEmulator azure) {
        return new WorkloadClients(azure, azure.pods().get(0));
    }

    private static String token(TokenCredential credential) {
        return credential
                .getTokenSync(new TokenRequestContext().addScopes(WorkloadClients.SCOPE))
                .getToken();
    }

    private static List<String> blobs(PodIdentityEmulator azure, TokenCredential credential) {
        return new BlobServiceClientBuilder()
                        .endpoint(azure.storage().toString())
                        .credential(credential)
                        .httpClient(clients(azure).http())
                        .retryOptions(
                                new RequestRetryOptions(RetryPolicyType.FIXED, 1, (Duration) null, null, null, null))
                        .buildClient()
                        .getBlobContainerClient("samples")
                        .listBlobs()
                        .stream()
                        .map(BlobItem::getName)
                        .toList();
    }
}
