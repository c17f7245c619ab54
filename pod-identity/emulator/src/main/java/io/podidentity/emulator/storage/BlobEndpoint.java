package io.podidentity.emulator.storage;

import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.storage.BlobStore.StoredBlob;
import io.podidentity.emulator.token.TokenIssuer;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * One storage account: lists of containers and blobs, blobs and their properties; small blobs can be put. Thread-safe.
 *
 * @param issuer of Entra, which a refused client is pointed to
 * @param account the address of the account, without a trailing slash
 */
public record BlobEndpoint(BlobStore store, Directory directory, TokenIssuer issuer, URI account) implements Endpoint {

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
            new BearerCheck(directory, issuer).check(request);
            answer = route(request);
        } catch (StorageError.Refusal refusal) {
            answer = refusal.answer(requestId, issuer.clock().instant());
            if (answer.status() == 401) {
                answer = answer.with(
                        "WWW-Authenticate",
                        "Bearer authorization_uri=" + issuer.authority() + "/" + directory.tenantId()
                                + "/oauth2/authorize resource_id=https://storage.azure.com");
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

    private static String version(Request request) {
        return request.header("x-ms-version")
                .filter(version -> version.matches("\\d{4}-\\d\\d-\\d\\d"))
                .orElse(VERSION);
    }

    private Listing listing() {
        return new Listing(store, account);
    }

    private Answer route(Request request) {
        boolean puts = putsBlob(request);
        if (!puts && !request.isGet() && !request.method().equals("HEAD")) {
            throw StorageError.VERB_NOT_SUPPORTED.refusal();
        }
        List<String> segments = request.segments();
        if (segments.isEmpty() || !segments.get(0).equals(ACCOUNT)) {
            throw StorageError.ACCOUNT_NOT_FOUND.refusal();
        }
        String comp = request.query().get("comp").orElse("");
        String restype = request.query().get("restype").orElse("");
        if (request.isGet() && restype.equals("account") && comp.equals("properties")) {
            return accountInformation();
        }
        if (puts && segments.size() > 2 && comp.isEmpty()) {
            return put(request, segments.get(1), blobName(request));
        }
        return switch (segments.size()) {
            case 1 -> account(request, restype, comp);
            case 2 -> container(request, segments.get(1), restype, comp);
            default -> blob(request, segments.get(1), comp);
        };
    }

    /** A block blob whole, as clients do with small ones. */
    private static boolean putsBlob(Request request) {
        return request.method().equals("PUT")
                && request.header("x-ms-blob-type").filter("BlockBlob"::equals).isPresent();
    }

    /** @throws StorageError.Refusal if there is no such container, or a blob that the caller would not replace */
    private Answer put(Request request, String container, String name) {
        boolean onlyNew = request.header("If-None-Match").filter("*"::equals).isPresent();
        if (store.blobs(container).containsKey(name) && onlyNew) {
            throw StorageError.BLOB_EXISTS.refusal();
        }
        String type = request.header("x-ms-blob-content-type")
                .or(() -> request.header("Content-Type"))
                .orElse("application/octet-stream");
        store.put(container, name, type, request.body());
        StoredBlob blob = store.blob(container, name);
        return Answer.empty(201)
                .with("ETag", "\"" + blob.etag() + "\"")
                .with("Last-Modified", Answer.httpDate(blob.lastModified()))
                .with("Content-MD5", blob.contentMd5())
                .with("x-ms-request-server-encrypted", "true");
    }

    /** Asked for at the address of the account, of a container or of a blob. */
    private static Answer accountInformation() {
        return Answer.empty(200)
                .with("x-ms-sku-name", "Standard_LRS")
                .with("x-ms-account-kind", "StorageV2")
                .with("x-ms-is-hns-enabled", "false");
    }

    private Answer account(Request request, String restype, String comp) {
        if (comp.equals("list") && restype.isEmpty()) {
            return xml(listing().containers(request.query()));
        }
        throw unknown(restype, comp);
    }

    private Answer container(Request request, String container, String restype, String comp) {
        if (restype.equals("container") && comp.equals("list")) {
            return xml(listing().blobs(container, request.query()));
        }
        if (restype.equals("container") && comp.isEmpty()) {
            store.blobs(container);
            return Answer.empty(200)
                    .with("ETag", "\"" + listing().containerEtag() + "\"")
                    .with("Last-Modified", Answer.httpDate(store.lastModified()))
                    .with("x-ms-lease-status", "unlocked")
                    .with("x-ms-lease-state", "available")
                    .with("x-ms-has-immutability-policy", "false")
                    .with("x-ms-has-legal-hold", "false");
        }
        throw unknown(restype, comp);
    }

    private Answer blob(Request request, String container, String comp) {
        if (!comp.isEmpty()) {
            throw unknown("", comp);
        }
        return BlobDownload.answer(request, store.blob(container, blobName(request)));
    }

    /** Everything after the container, so that a doubled slash in a name is kept. */
    private static String blobName(Request request) {
        String path = request.rawPath();
        int container = path.indexOf('/', 1);
        return Request.decodeSegment(path.substring(path.indexOf('/', container + 1) + 1));
    }

    private static StorageError.Refusal unknown(String restype, String comp) {
        return comp.isEmpty() && restype.isEmpty()
                ? StorageError.INVALID_URI.refusal()
                : StorageError.INVALID_QUERY_VALUE.refusal("QueryParameterName", comp.isEmpty() ? "restype" : "comp");
    }

    private static Answer xml(String document) {
        return Answer.text(200, "application/xml", document);
    }
}
