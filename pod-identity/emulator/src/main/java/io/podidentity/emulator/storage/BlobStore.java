package io.podidentity.emulator.storage;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** The containers of the account and their blobs, in memory, in the order of their names. Thread-safe. */
public final class BlobStore {

    private final NavigableMap<String, NavigableMap<String, StoredBlob>> containers = new ConcurrentSkipListMap<>();
    private final Instant lastModified;

    /**
     * A blob with its properties. Immutable.
     *
     * @param content which nobody changes afterwards
     * @param contentMd5 in base64
     * @param etag without quotes
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record StoredBlob(
            String name, String contentType, byte[] content, String contentMd5, String etag, Instant lastModified) {

        /** MD5 is a checksum against damage, as in Azure; nothing relies on it for security. */
        static StoredBlob of(String name, String contentType, byte[] content, Instant lastModified) {
            try {
                byte[] md5 = MessageDigest.getInstance("MD5").digest(content);
                String etag = "0x8D" + HexFormat.of().withUpperCase().formatHex(md5, 0, 6);
                String inBase64 = Base64.getEncoder().encodeToString(md5);
                return new StoredBlob(name, contentType, content, inBase64, etag, lastModified);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Starts empty; {@code now}, in whole seconds, becomes the time of every container and blob. */
    public BlobStore(Instant now) {
        this.lastModified = now.truncatedTo(ChronoUnit.SECONDS);
    }

    /** Puts a blob, and its container if there is none yet; nobody changes the content afterwards. */
    public void put(String container, String name, String contentType, byte[] content) {
        containers
                .computeIfAbsent(container, key -> new ConcurrentSkipListMap<>())
                .put(name, StoredBlob.of(name, contentType, content, lastModified));
    }

    public void addContainer(String container) {
        containers.computeIfAbsent(container, key -> new ConcurrentSkipListMap<>());
    }

    Instant lastModified() {
        return lastModified;
    }

    NavigableSet<String> containers() {
        return containers.navigableKeySet();
    }

    /** @throws StorageError.Refusal if there is no such container */
    NavigableMap<String, StoredBlob> blobs(String container) {
        return Optional.ofNullable(containers.get(container))
                .orElseThrow(() -> StorageError.CONTAINER_NOT_FOUND.refusal());
    }

    /** @throws StorageError.Refusal if there is no such container or blob */
    StoredBlob blob(String container, String name) {
        return Optional.ofNullable(blobs(container).get(name)).orElseThrow(() -> StorageError.BLOB_NOT_FOUND.refusal());
    }
}
