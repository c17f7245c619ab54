package io.podidentity.emulator.cluster;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/** The cluster as it is now: what manifests say, and what MIC has written into it. Thread-safe. */
public final class LiveCluster {

    private final AtomicReference<Cluster> current;
    private final Writer writer;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Takes what MIC writes, before it is known here. */
    public interface Writer {

        /** Creates the object or changes it; false if the cluster does not take it. */
        default boolean put(AzureAssignedIdentity assigned) {
            return true;
        }

        /** Deletes the object, which may be gone already; false if the cluster does not. */
        default boolean remove(AzureAssignedIdentity assigned) {
            return true;
        }
    }

    /** A cluster that is nowhere else. */
    public LiveCluster(Cluster start) {
        this(start, new Writer() {});
    }

    public LiveCluster(Cluster start, Writer writer) {
        this.current = new AtomicReference<>(start);
        this.writer = writer;
    }

    public Cluster now() {
        return current.get();
    }

    /** Writes an assigned identity, and tells no listener. */
    public void put(AzureAssignedIdentity assigned) {
        if (writer.put(assigned)) {
            change(now -> now.with(List.of(assigned)));
        }
    }

    /** Removes an assigned identity, and tells no listener. */
    public void remove(AzureAssignedIdentity assigned) {
        if (writer.remove(assigned)) {
            change(now -> now.without(assigned));
        }
    }

    /** Changes it and tells nobody; the change may be computed more than once. */
    public void change(UnaryOperator<Cluster> change) {
        current.updateAndGet(change);
    }

    /** Puts what manifests say in place of what they said before; assigned identities stay, since MIC writes them. */
    public void apply(Cluster manifests) {
        change(now -> manifests.with(now.all(AzureAssignedIdentity.class)));
        listeners.forEach(Runnable::run);
    }

    /** Tells the listener of each {@link #apply} from now on. */
    public void onApply(Runnable listener) {
        listeners.add(listener);
    }
}
