// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpPipeline;
import com.azure.core.http.HttpPipelineBuilder;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.http.policy.BearerTokenAuthenticationPolicy;
import com.azure.core.http.policy.FixedDelayOptions;
import com.azure.core.http.policy.RetryOptions;
import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.BlobHttpHeaders;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.models.BlockListType;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.blob.models.ParallelTransferOptions;
import com.azure.storage.blob.options.BlobParallelUploadOptions;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Azure's own clients against the emulator. */
class AzureClientsIT {

    private static final String READER = "30000000-0000-4000-8000-0000000000aa";
    private static final String STRANGER = "30000000-0000-4000-8000-0000000000bb";
    private static final String CONTRIBUTOR = "30000000-0000-4000-8000-0000000000cc";

    private static PodIdentityEmulator azure;
    private static HttpClient http;

    @BeforeAll
    static void start() {
        var builder = PodIdentityEmulator.builder()
                .application(READER, "reader", "s1")
                .application(STRANGER, "stranger", "s2")
                .application(CONTRIBUTOR, "contributor", "s3")
                .role("reader", "Storage Blob Data Reader")
                .role("contributor", "Storage Blob Data Contributor");
        for (int i = 1; i <= 5; i++) {
            builder.blob(
                    "things", "folder/n" + i + ".txt", "text/plain", ("number " + i).getBytes(StandardCharsets.UTF_8));
        }
        azure = builder.blob("things", "a & b+<c> ü.txt", "text/plain", "odd".getBytes(StandardCharsets.UTF_8))
                .blob("things", "empty", "application/octet-stream", new byte[0])
                .start();
        http = new JdkHttpClientBuilder(java.net.http.HttpClient.newBuilder().sslContext(azure.sslContext())).build();
    }

    @AfterAll
    static void close() {
        azure.close();
    }

    @Test
    void storage_whenAReaderLists_givesEveryBlob() {
        assertThat(storage(secret(READER, "s1")).listBlobContainers())
                .extracting(container -> container.getName())
                .containsExactly("things");
        assertThat(storage(secret(READER, "s1"))
                        .getBlobContainerClient("things")
                        .listBlobs())
                .extracting(BlobItem::getName)
                .containsExactly(
                        "a & b+<c> ü.txt",
                        "empty",
                        "folder/n1.txt",
                        "folder/n2.txt",
                        "folder/n3.txt",
                        "folder/n4.txt",
                        "folder/n5.txt");
    }

    @Test
    void storage_whenListedInPages_givesEveryBlobOnce() {
        var container = storage(secret(READER, "s1")).getBlobContainerClient("things");
        var pages = container
                .listBlobs(new ListBlobsOptions().setPrefix("folder/").setMaxResultsPerPage(2), null)
                .iterableByPage();

        assertThat(pages)
                .extracting(
                        page -> page.getValue().stream().map(BlobItem::getName).toList())
                .containsExactly(
                        List.of("folder/n1.txt", "folder/n2.txt"),
                        List.of("folder/n3.txt", "folder/n4.txt"),
                        List.of("folder/n5.txt"));
    }

    @Test
    void storage_whenListedByHierarchy_givesTheFolderOnce() {
        var container = storage(secret(READER, "s1")).getBlobContainerClient("things");

        assertThat(container.listBlobsByHierarchy(""))
                .extracting(BlobItem::getName, item -> Boolean.TRUE.equals(item.isPrefix()))
                .contains(org.assertj.core.groups.Tuple.tuple("folder/", true))
                .hasSize(3);
    }

    @Test
    void storage_whenAReaderDownloads_givesTheContentAndProperties() {
        var container = storage(secret(READER, "s1")).getBlobContainerClient("things");

        assertThat(container.exists()).isTrue();
        assertThat(container.getBlobClient("folder/n3.txt").downloadContent().toString())
                .isEqualTo("number 3");
        assertThat(container.getBlobClient("a & b+<c> ü.txt").downloadContent().toString())
                .isEqualTo("odd");
        assertThat(container.getBlobClient("folder/n3.txt").openInputStream())
                .hasBinaryContent("number 3".getBytes(StandardCharsets.UTF_8));
        assertThat(container.getBlobClient("empty").openInputStream()).isEmpty();
        var properties = container.getBlobClient("folder/n3.txt").getProperties();
        assertThat(properties.getContentType()).isEqualTo("text/plain");
        assertThat(properties.getBlobSize()).isEqualTo(8);
        assertThat(properties.getETag()).isNotBlank();
    }

    @Test
    void storage_whenThePrincipalHasNoRole_refuses() {
        assertRefused(
                () -> storage(secret(STRANGER, "s2"))
                        .getBlobContainerClient("things")
                        .getBlobClient("empty")
                        .getProperties(),
                403,
                "AuthorizationPermissionMismatch");
    }

    @Test
    void storage_whenThereIsNoSuchThing_isNotFound() {
        var service = storage(secret(READER, "s1"));
        assertRefused(
                () -> service.getBlobContainerClient("nowhere").listBlobs().forEach(blob -> {}),
                404,
                "ContainerNotFound");
        assertRefused(
                () -> service.getBlobContainerClient("things")
                        .getBlobClient("nothing")
                        .downloadContent(),
                404,
                "BlobNotFound");
    }

    @Test
    void storage_whenTheTokenIsForAnother_refuses() {
        TokenCredential wrongAudience = new TokenCredential() {
            @Override
            public Mono<AccessToken> getToken(TokenRequestContext request) {
                return secret(READER, "s1")
                        .getToken(new TokenRequestContext().addScopes("https://vault.azure.net/.default"));
            }
        };
        assertRefused(
                () -> storage(wrongAudience).getBlobContainerClient("things").getProperties(),
                401,
                "InvalidAuthenticationInfo");
    }

    @Test
    void storage_whenAReaderWrites_refuses() {
        assertRefused(
                () -> storage(secret(READER, "s1")).createBlobContainer("new-one"),
                403,
                "AuthorizationPermissionMismatch");
    }

    @Test
    void upload_ofMoreThanOneBlock_isWholeAndKeepsWhatWasSaid() {
        BlobClient blob = contributor().createBlobContainer("uploads").getBlobClient("large");
        byte[] content = new byte[(9 << 20) + 1];
        new Random(1).nextBytes(content);
        blob.uploadWithResponse(
                new BlobParallelUploadOptions(BinaryData.fromBytes(content))
                        .setParallelTransferOptions(new ParallelTransferOptions()
                                .setBlockSizeLong(4L << 20)
                                .setMaxSingleUploadSizeLong(4L << 20))
                        .setHeaders(
                                new BlobHttpHeaders().setContentType("text/csv").setCacheControl("no-cache"))
                        .setMetadata(Map.of("color", "blue")),
                null,
                Context.NONE);

        assertThat(blob.downloadContent().toBytes()).isEqualTo(content);
        assertThat(blob.getProperties().getMetadata()).containsEntry("color", "blue");
        assertThat(blob.getProperties().getCacheControl()).isEqualTo("no-cache");
        assertThat(blob.getBlockBlobClient().listBlocks(BlockListType.ALL).getCommittedBlocks())
                .hasSize(3);
        blob.delete();
        assertThat(blob.exists()).isFalse();
    }

    @Test
    void upload_byTheSlowerOfTwoWriters_isRefused() {
        BlobClient blob = contributor().createBlobContainer("locking").getBlobClient("counter");
        blob.upload(BinaryData.fromString("1"));
        var asRead = new BlobRequestConditions().setIfMatch(blob.getProperties().getETag());
        var options = new BlobParallelUploadOptions(BinaryData.fromString("2")).setRequestConditions(asRead);
        blob.uploadWithResponse(options, null, Context.NONE);

        assertRefused(() -> blob.uploadWithResponse(options, null, Context.NONE), 412, "ConditionNotMet");
        assertThat(blob.downloadContent().toString()).isEqualTo("2");
    }

    @Test
    void copyFromAUrl_always_isRefusedAndStoresNothing() {
        BlobClient blob = contributor().createBlobContainer("copies").getBlobClient("copy");

        assertRefused(
                () -> blob.getBlockBlobClient().uploadFromUrl(azure.storage() + "/things/empty"),
                501,
                "NotImplemented");
        assertRefused(() -> blob.getBlockBlobClient().createSnapshot(), 501, "NotImplemented");
        assertThat(blob.exists()).isFalse();
    }

    private static BlobServiceClient contributor() {
        return storage(secret(CONTRIBUTOR, "s3"));
    }

    @Test
    void identity_withASecret_getsATokenThatLivesAnHour() {
        AccessToken token = secret(READER, "s1")
                .getTokenSync(new TokenRequestContext().addScopes("https://storage.azure.com/.default"));
        assertThat(Duration.between(OffsetDateTime.now(ZoneOffset.UTC), token.getExpiresAt()))
                .isBetween(Duration.ofMinutes(59), Duration.ofMinutes(60));
    }

    @Test
    void identity_ofTheNode_getsATokenOfADay() {
        // Another address than the real one can only be given by an environment variable, which a test cannot set.
        HttpClient toTheEmulator = request -> http.send(request.setUrl(request.getUrl()
                .toString()
                .replace("http://169.254.169.254", azure.imds().toString())));
        AccessToken token = new ManagedIdentityCredentialBuilder()
                .httpClient(toTheEmulator)
                .clientId(azure.identities().get(0).clientId())
                .build()
                .getTokenSync(new TokenRequestContext().addScopes("https://storage.azure.com/.default"));
        assertThat(Duration.between(OffsetDateTime.now(ZoneOffset.UTC), token.getExpiresAt()))
                .isBetween(Duration.ofHours(23), Duration.ofHours(24));
    }

    private static void assertRefused(Runnable call, int status, String code) {
        assertThatExceptionOfType(BlobStorageException.class)
                .isThrownBy(call::run)
                .satisfies(refusal -> {
                    assertThat(refusal.getStatusCode()).isEqualTo(status);
                    assertThat(refusal.getErrorCode().toString()).isEqualTo(code);
                });
    }

    private static BlobServiceClient storage(TokenCredential credential) {
        return new BlobServiceClientBuilder()
                .endpoint(azure.storage().toString())
                .credential(credential)
                .httpClient(http)
                .retryOptions(new RequestRetryOptions(RetryPolicyType.FIXED, 1, (Duration) null, null, null, null))
                .buildClient();
    }

    @Test
    void storage_thatRevokesTheToken_isAskedWithOneThatAnswersTheChallenge() {
        var pipeline = new HttpPipelineBuilder()
                .httpClient(http)
                .policies(
                        new BearerTokenAuthenticationPolicy(secret(READER, "s1"), "https://storage.azure.com/.default"))
                .build();
        assertThat(list(pipeline).getStatusCode()).isEqualTo(200);
        int before = azure.requests().size();
        azure.challengeClaims();

        assertThat(list(pipeline).getStatusCode()).isEqualTo(200);

        assertThat(azure.requests().subList(before, azure.requests().size()))
                .extracting(request -> request.server() + " " + request.status())
                .containsExactly("storage 401", "entra 200", "storage 200");
    }

    private static HttpResponse list(HttpPipeline pipeline) {
        var request = new HttpRequest(HttpMethod.GET, azure.storage() + "/things?restype=container&comp=list")
                .setHeader(HttpHeaderName.fromString("x-ms-version"), "2023-11-03");
        return pipeline.sendSync(request, Context.NONE);
    }

    private static TokenCredential secret(String clientId, String secret) {
        return new ClientSecretCredentialBuilder()
                .authorityHost(azure.entra().toString())
                .disableInstanceDiscovery()
                .tenantId(azure.tenantId())
                .clientId(clientId)
                .clientSecret(secret)
                .httpClient(http)
                .retryOptions(new RetryOptions(new FixedDelayOptions(0, Duration.ofMillis(1))))
                .build();
    }
}
