// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import io.podidentity.emulator.storage.StoredBlob.Block;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The containers of the account and their blobs, in memory, in the order of their names. Each change is one step: what
 * its conditions have seen is still there when it is made. Thread-safe.
 *
 * @since 0.1.0
 */
public final class BlobStore {

    /** Of the heap, so that what clients put cannot take all of it. */
    private static final int PART_OF_HEAP = 4;

    private static final String ETAG_PREFIX = "0x8D";

    // @GuardedBy("this")
    private final NavigableMap<String, Container> containers = new TreeMap<>();
    // @GuardedBy("this")
    private long changes;

    private final Clock clock;
    private final long most = Runtime.getRuntime().maxMemory() / PART_OF_HEAP;

    /** A container with what is in it. */
    private static final class Container {

        final NavigableMap<String, StoredBlob> blobs = new TreeMap<>();
        final Map<String, NavigableMap<String, Block>> staged = new TreeMap<>();
        ContainerState state;

        Container(ContainerState state) {
            this.state = state;
        }
    }

    /** What a container says of itself. */
    record ContainerState(BlobMetadata metadata, Version version) {}

    /**
     * What is under a name.
     *
     * @param staged the blocks that are not committed, by their IDs
     */
    record Place(Optional<StoredBlob> blob, NavigableMap<String, Block> staged) {

        Optional<Version> version() {
            return blob.map(StoredBlob::version);
        }
    }

    /** Makes the new state of a blob. Called while nobody else changes anything, so it is quick. */
    @FunctionalInterface
    interface Change {

        /**
         * Makes it.
         *
         * @throws StorageError.Refusal if nothing must be changed
         */
        StoredBlob apply(Place present, Version next);
    }

    /** Starts empty; the clock says when containers and blobs are made and changed. */
    public BlobStore(Clock clock) {
        this.clock = clock;
        this.changes = clock.instant().toEpochMilli() << Byte.SIZE;
    }

    /** Puts a blob, and its container if there is none yet; nobody changes the content afterwards. */
    public void put(String container, String name, String contentType, byte[] content) {
        addContainer(container);
        ContentHeaders headers = ContentHeaders.ofType(contentType).withMd5(Checksums.md5(content));
        change(
                container,
                name,
                (present, next) -> new StoredBlob(
                        name, content, List.of(), headers, BlobMetadata.NONE, next.lastModified(), next));
    }

    /** Adds a container, unless there is one of that name. */
    public synchronized void addContainer(String container) {
        containers.computeIfAbsent(
                container, name -> new Container(new ContainerState(BlobMetadata.NONE, nextVersion())));
    }

    /** @throws StorageError.Refusal if there is one of that name */
    synchronized ContainerState createContainer(String container, BlobMetadata metadata) {
        if (containers.containsKey(container)) {
            throw StorageError.CONTAINER_EXISTS.refusal();
        }
        var created = new Container(new ContainerState(metadata, nextVersion()));
        containers.put(container, created);
        return created.state;
    }

    /**
     * Gives a container other metadata.
     *
     * @param condition refuses what must not be changed
     */
    synchronized ContainerState changeContainer(String container, BlobMetadata metadata, Consumer<Version> condition) {
        Container present = existing(container);
        condition.accept(present.state.version());
        present.state = new ContainerState(metadata, nextVersion());
        return present.state;
    }

    /** @param condition refuses what must not be removed */
    synchronized void removeContainer(String container, Consumer<Version> condition) {
        condition.accept(existing(container).state.version());
        containers.remove(container);
    }

    /** The containers as they are now. */
    synchronized NavigableMap<String, ContainerState> containers() {
        var states = new TreeMap<String, ContainerState>();
        containers.forEach((name, container) -> states.put(name, container.state));
        return states;
    }

    /** @throws StorageError.Refusal if there is no such container */
    synchronized ContainerState container(String container) {
        return existing(container).state;
    }

    /**
     * The blobs of a container as they are now.
     *
     * @throws StorageError.Refusal if there is no such container
     */
    synchronized NavigableMap<String, StoredBlob> blobs(String container) {
        return new TreeMap<>(existing(container).blobs);
    }

    /** @throws StorageError.Refusal if there is no such container */
    synchronized Place place(String container, String name) {
        return place(existing(container), name);
    }

    /**
     * Makes or changes a blob. Blocks that are not committed are gone afterwards.
     *
     * @throws StorageError.Refusal if there is no such container, or the change refuses
     */
    synchronized StoredBlob change(String container, String name, Change change) {
        Container there = existing(container);
        StoredBlob changed = change.apply(place(there, name), nextVersion());
        requireRoom(changed.content().length);
        there.blobs.put(name, changed);
        there.staged.remove(name);
        return changed;
    }

    /**
     * Removes a blob with its blocks.
     *
     * @param condition refuses what must not be removed
     * @throws StorageError.Refusal if there is no such container or blob
     */
    synchronized void remove(String container, String name, Consumer<Place> condition) {
        Container there = existing(container);
        condition.accept(place(there, name));
        if (there.blobs.remove(name) == null) {
            throw StorageError.BLOB_NOT_FOUND.refusal();
        }
        there.staged.remove(name);
    }

    /**
     * Keeps a block until it is committed.
     *
     * @throws StorageError.Refusal if there is no such container, or other blocks of the blob have longer or shorter
     * IDs
     */
    synchronized void stage(String container, String name, Block block) {
        Container there = existing(container);
        requireRoom(block.content().length);
        NavigableMap<String, Block> staged = there.staged.computeIfAbsent(name, key -> new TreeMap<>());
        if (!staged.isEmpty() && staged.firstKey().length() != block.id().length()) {
            throw StorageError.INVALID_BLOB_OR_BLOCK.refusal();
        }
        staged.put(block.id(), block);
    }

    // @GuardedBy("this")
    private Container existing(String container) {
        return Optional.ofNullable(containers.get(container))
                .orElseThrow(() -> StorageError.CONTAINER_NOT_FOUND.refusal());
    }

    private static Place place(Container container, String name) {
        return new Place(
                Optional.ofNullable(container.blobs.get(name)), container.staged.getOrDefault(name, new TreeMap<>()));
    }

    // @GuardedBy("this")
    private void requireRoom(long more) {
        long held = containers.values().stream().mapToLong(BlobStore::held).sum();
        if (held + more > most) {
            throw StorageError.notPlayed("an account of more than " + (most >> 20) + " MiB");
        }
    }

    private static long held(Container container) {
        long committed = container.blobs.values().stream()
                .mapToLong(blob -> blob.content().length)
                .sum();
        long staged = container.staged.values().stream()
                .flatMap(blocks -> blocks.values().stream())
                .mapToLong(block -> block.content().length)
                .sum();
        return committed + staged;
    }

    // @GuardedBy("this")
    private Version nextVersion() {
        changes++;
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        return new Version(ETAG_PREFIX + "%013X".formatted(changes).toUpperCase(Locale.ROOT), now);
    }
}
