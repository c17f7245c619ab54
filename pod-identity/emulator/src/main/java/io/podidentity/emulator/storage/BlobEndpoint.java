// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import io.podidentity.emulator.directory.BlobRole;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.token.TokenIssuer;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * One storage account: containers and block blobs, with their conditions, checksums, properties and metadata.
 * Whatever {@link Operation} does not name is refused. Thread-safe.
 *
 * @param issuer of Entra, which a refused client is pointed to
 * @param account the address of the account, without a trailing slash
 * @param challenge which tokens are revoked
 * @since 0.1.0
 */
public record BlobEndpoint(
        BlobStore store, Directory directory, TokenIssuer issuer, URI account, ClaimsChallenge challenge)
        implements Endpoint {

    /** The account's name, the first segment of every path. */
    public static final String ACCOUNT = "devstoreaccount1";

    private static final String VERSION = "2026-10-06";
    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7E]{1,1024}");

    public static Answer roleMissing() {
        return refusal(StorageError.PERMISSION_MISMATCH.refusal());
    }

    public static Answer tokenExpired() {
        return refusal(BearerCheck.invalid(BearerCheck.EXPIRED, true));
    }

    private static Answer refusal(StorageError.Refusal why) {
        return why.answer(UUID.randomUUID().toString(), Instant.now());
    }

    @Override
    public Answer answer(Request request) {
        String requestId = UUID.randomUUID().toString();
        Answer answer;
        try {
            answer = allowed(request, requestId);
        } catch (StorageError.Refusal refusal) {
            answer = refusal.answer(requestId, issuer.clock().instant());
            if (answer.status() == 401) {
                answer = answer.with(
                        "WWW-Authenticate",
                        "Bearer authorization_uri=" + authorize() + " resource_id=https://storage.azure.com");
            }
        }
        var clientRequestId = request.header("x-ms-client-request-id")
                .filter(id -> VISIBLE.matcher(id).matches());
        if (clientRequestId.isPresent()) {
            answer = answer.with("x-ms-client-request-id", clientRequestId.get());
        }
        return answer.with("x-ms-request-id", requestId)
                .with("x-ms-version", version(request))
                .with("Server", "podid");
    }

    /**
     * Who it is, whether it is played here, and only then who may do it: what is not played is refused in the same way
     * to everybody.
     */
    private Answer allowed(Request request, String requestId) {
        if (request.method().equals("OPTIONS")) {
            throw StorageError.CORS_FAILURE.refusal();
        }
        if (request.query().get("sig").isPresent()) {
            throw StorageError.notPlayed("a shared access signature");
        }
        Set<BlobRole> roles = new BearerCheck(directory, issuer).roles(request);
        if (challenge.refuses(request.bearer().orElse(""))) {
            return revoked(requestId);
        }
        List<String> segments = request.segments();
        if (segments.isEmpty() || !segments.get(0).equals(ACCOUNT)) {
            throw StorageError.ACCOUNT_NOT_FOUND.refusal();
        }
        Operation operation = Operation.of(request, segments);
        boolean permitted = operation.writes() ? roles.stream().anyMatch(BlobRole::mayWrite) : !roles.isEmpty();
        if (!permitted) {
            throw StorageError.PERMISSION_MISMATCH.refusal();
        }
        return route(request, operation, segments);
    }

    private Answer revoked(String requestId) {
        Instant now = issuer.clock().instant();
        return BearerCheck.invalid("Continuous access evaluation resulted in challenge.", true)
                .answer(requestId, now)
                .with("WWW-Authenticate", ClaimsChallenge.header(authorize(), now));
    }

    private String authorize() {
        return issuer.authority() + "/" + directory.tenantId() + "/oauth2/authorize";
    }

    private static String version(Request request) {
        return request.header("x-ms-version")
                .filter(version -> version.matches("\\d{4}-\\d\\d-\\d\\d"))
                .orElse(VERSION);
    }

    private Listing listing() {
        return new Listing(store, account);
    }

    private Answer route(Request request, Operation operation, List<String> segments) {
        String container = segments.size() > 1 ? segments.get(1) : "";
        String blob = segments.size() > 2 ? blobName(request) : "";
        return switch (operation) {
            case ACCOUNT_INFORMATION -> accountInformation();
            case LIST_CONTAINERS -> xml(listing().containers(request.query()));
            case LIST_BLOBS -> xml(listing().blobs(container, request.query()));
            case GET_CONTAINER -> new Containers(store, container).properties();
            case GET_CONTAINER_METADATA -> new Containers(store, container).metadata();
            case CREATE_CONTAINER -> new Containers(store, container).create(request);
            case SET_CONTAINER_METADATA -> new Containers(store, container).setMetadata(request);
            case DELETE_CONTAINER -> new Containers(store, container).delete(request);
            case GET_BLOB -> new BlobReads(store, container, blob).get(request);
            case GET_BLOB_METADATA -> new BlobReads(store, container, blob).metadata(request);
            case GET_BLOCK_LIST -> new BlobReads(store, container, blob).blockList(request);
            case PUT_BLOB -> new BlobChanges(store, container, blob).put(request);
            case PUT_BLOCK -> new BlobChanges(store, container, blob).putBlock(request);
            case PUT_BLOCK_LIST -> new BlobChanges(store, container, blob).putBlockList(request);
            case SET_BLOB_METADATA -> new BlobChanges(store, container, blob).setMetadata(request);
            case SET_BLOB_PROPERTIES -> new BlobChanges(store, container, blob).setProperties(request);
            case DELETE_BLOB -> new BlobChanges(store, container, blob).delete(request);
        };
    }

    /** Asked for at the address of the account, of a container or of a blob. */
    private static Answer accountInformation() {
        return Answer.empty(200)
                .with("x-ms-sku-name", "Standard_LRS")
                .with("x-ms-account-kind", "StorageV2")
                .with("x-ms-is-hns-enabled", "false");
    }

    /** Everything after the container, so that a doubled slash in a name is kept. */
    private static String blobName(Request request) {
        String path = request.rawPath();
        int container = path.indexOf('/', 1);
        return Request.decodeSegment(path.substring(path.indexOf('/', container + 1) + 1));
    }

    private static Answer xml(String document) {
        return Answer.text(200, "application/xml", document);
    }
}
