// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.run;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Volume.TokenProjection;
import io.podidentity.emulator.file.WritableFolder;
import io.podidentity.emulator.time.EmulatorClock;
import io.podidentity.emulator.workload.ClusterIssuer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Does the kubelet's job: writes the tokens of pods into files that only the owner can read, and replaces each when
 * four fifths of its life have passed in the cluster. A reader sees the old token or the new one, never part of one.
 *
 * <p>Thread-safety: safe. Lifecycle: {@link #close} ends the threads, which are daemons; the files stay.
 */
final class ProjectedTokens implements AutoCloseable {

    private static final int ROTATE_AT_PERCENT = 80;
    private static final Duration ROTATE_AT_LATEST = Duration.ofHours(24);

    private final ClusterIssuer issuer;
    private final EmulatorClock clock;
    private final Path folder;
    private final AtomicInteger count = new AtomicInteger();
    private final Map<ObjectName, Future<?>> rotations = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        var thread = new Thread(task, "podid-kubelet");
        thread.setDaemon(true);
        return thread;
    });

    /** @param folder in a folder of its owner alone; made if it is not there */
    ProjectedTokens(ClusterIssuer issuer, EmulatorClock clock, Path folder) {
        this.issuer = issuer;
        this.clock = clock;
        this.folder = folder;
    }

    /**
     * Writes a token of the pod, and keeps it fresh until {@link #remove}.
     *
     * @return the file
     * @throws UncheckedIOException if it cannot be written
     */
    Path project(Pod pod, TokenProjection projection) {
        // In a cluster the volume has a path of its own; here each pod has a folder named after it.
        String name = count.incrementAndGet() + "-" + pod.namespace() + "-"
                + pod.name().name();
        try {
            Path file = Files.createDirectories(folder).resolve(name).resolve("azure-identity-token");
            Instant written = clock.instant();
            write(file, pod, projection);
            rotations.put(pod.name(), threads.submit(() -> rotate(file, pod, projection, written)));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the token of pod " + pod.name(), e);
        }
    }

    /** Stops renewing the token of a pod; its file stays, since it may be open. */
    void remove(ObjectName pod) {
        Future<?> rotation = rotations.remove(pod);
        if (rotation != null) {
            rotation.cancel(true);
        }
    }

    private void rotate(Path file, Pod pod, TokenProjection projection, Instant firstWritten) {
        Duration life = Duration.ofSeconds(projection.expirationSeconds());
        Duration share = life.multipliedBy(ROTATE_AT_PERCENT).dividedBy(100);
        Duration period = share.compareTo(ROTATE_AT_LATEST) < 0 ? share : ROTATE_AT_LATEST;
        try {
            for (Instant due = firstWritten.plus(period); ; due = due.plus(period)) {
                clock.awaitUntil(due);
                write(file, pod, projection);
            }
        } catch (InterruptedException | IOException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(Path file, Pod pod, TokenProjection projection) throws IOException {
        byte[] token = issuer.project(pod, projection).value().getBytes(StandardCharsets.UTF_8);
        WritableFolder.of(folder).replaceForOwner(file, token);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        try {
            // A thread that is writing right now would leave its file behind.
            threads.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
