package io.podidentity.emulator.cluster;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/** The cluster as it is now: what manifests say, and what MIC has written into it. Thread-safe. */
public final class LiveCluster {

    private final AtomicReference<Cluster> current;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

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
        change(now -> manifests.with(now.all(AzureAssignedIdentity.class)));
        listeners.forEach(Runnable::run);
    }

    /** Tells the listener of each {@link #apply} from now on. */
    public void onApply(Runnable listener) {
        listeners.add(listener);
    }
}
