package io.podidentity.emulator.cluster;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/**
 * The cluster as it is now: what manifests say, and what MIC has written into it.
 *
 * <p>Thread-safety: safe.
 */
public final class LiveCluster {

    /** Is told of changes. Must be thread-safe. */
    @FunctionalInterface
    public interface Listener {

        /** Takes note; called on the thread that made the change. */
        void applied(Cluster before, Cluster after);
    }

    private final AtomicReference<Cluster> current;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    public LiveCluster(Cluster start) {
        this.current = new AtomicReference<>(start);
    }

    public Cluster now() {
        return current.get();
    }

    /** Changes it and tells nobody; the change may be computed more than once. */
    public void change(UnaryOperator<Cluster> change) {
        current.updateAndGet(change);
    }

    /** Puts what manifests say in place of what they said before; assigned identities stay, since MIC writes them. */
    public void apply(Cluster manifests) {
        Cluster before = current.getAndUpdate(now -> manifests.with(now.all(AzureAssignedIdentity.class)));
        Cluster after = now();
        listeners.forEach(listener -> listener.applied(before, after));
    }

    /** Tells the listener of each {@link #apply} from now on. */
    public void onApply(Listener listener) {
        listeners.add(listener);
    }
}
