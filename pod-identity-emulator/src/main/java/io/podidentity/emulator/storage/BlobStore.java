package io.podidentity.emulator.storage;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** The containers of the account and their blobs, in memory, in the order of their names. Thread-safe. */
public final class BlobStore {

    private final NavigableMap<String, NavigableMap<String, StoredBlob>> containers = new ConcurrentSkipListMap<>();
    private final Instant lastModified;

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

    /** Makes a container, unless there is one of that name. */
    public void addContainer(String container) {
        containers.computeIfAbsent(container, key -> new ConcurrentSkipListMap<>());
    }

    Instant lastModified() {
        return lastModified;
    }

    NavigableSet<String> containers() {
        return containers.navigableKeySet();
    }

    /** @throws StorageException if there is no such container */
    NavigableMap<String, StoredBlob> blobs(String container) {
        return Optional.ofNullable(containers.get(container))
                .orElseThrow(() -> new StorageException(StorageError.CONTAINER_NOT_FOUND));
    }

    /** @throws StorageException if there is no such container or blob */
    StoredBlob blob(String container, String name) {
        return Optional.ofNullable(blobs(container).get(name))
                .orElseThrow(() -> new StorageException(StorageError.BLOB_NOT_FOUND));
    }
}
