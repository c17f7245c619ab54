// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The cluster as it is now: what manifests say, and what MIC has written into it. Thread-safe.
 *
 * @since 0.1.0
 */
public final class LiveCluster {

    private final AtomicReference<Cluster> current;
    private final @Nullable Writer writer;

    /** Takes what MIC writes, before it is known here. */
    public interface Writer {

        /** Creates the object or changes it; false if the cluster does not take it. */
        boolean put(AzureAssignedIdentity assigned);

        /** Deletes the object, which may be gone already; false if the cluster does not. */
        boolean remove(AzureAssignedIdentity assigned);
    }

    /** A cluster that is nowhere else. */
    public LiveCluster(Cluster start) {
        this(start, null);
    }

    public LiveCluster(Cluster start, @Nullable Writer writer) {
        this.current = new AtomicReference<>(start);
        this.writer = writer;
    }

    public Cluster now() {
        return current.get();
    }

    /** Writes an assigned identity. */
    public void put(AzureAssignedIdentity assigned) {
        if (writer == null || writer.put(assigned)) {
            change(now -> now.with(List.of(assigned)));
        }
    }

    /** Removes an assigned identity. */
    public void remove(AzureAssignedIdentity assigned) {
        if (writer == null || writer.remove(assigned)) {
            change(now -> now.without(assigned));
        }
    }

    /** Changes it; the change may be computed more than once. */
    public void change(UnaryOperator<Cluster> change) {
        current.updateAndGet(change);
    }

    /** Puts what manifests say in place of what they said before; assigned identities stay, since MIC writes them. */
    public void apply(Cluster manifests) {
        change(now -> manifests.with(now.all(AzureAssignedIdentity.class)));
    }
}
