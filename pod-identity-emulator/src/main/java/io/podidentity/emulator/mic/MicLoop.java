package io.podidentity.emulator.mic;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.LiveCluster;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.time.EmulatorClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Runs a cycle whenever pods, bindings or identities change, and looks after the machines every three minutes, on a
 * thread of its own.
 *
 * <p>Thread-safety: safe. Lifecycle: running from {@link #start} until {@link #close}.
 */
public final class MicLoop implements AutoCloseable {

    /** MIC pauses after work, for its caches to catch up. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    private static final Duration RECONCILE_INTERVAL = Duration.ofMinutes(3);

    private final Mic mic;
    private final EmulatorClock clock;
    private final Semaphore changes = new Semaphore(1);
    private final Thread thread;

    private MicLoop(Mic mic, EmulatorClock clock) {
        this.mic = mic;
        this.clock = clock;
        this.thread = new Thread(this::run, "podid-mic");
        this.thread.setDaemon(true);
    }

    /** Starts with one cycle. */
    public static MicLoop start(Mic mic, LiveCluster cluster, Profile profile, EmulatorClock clock) {
        var loop = new MicLoop(mic, clock);
        cluster.onApply((before, after) -> {
            if (profile.followsLabelChanges() || isNoticed(before, after)) {
                loop.changes.release();
            }
        });
        loop.thread.start();
        return loop;
    }

    /** Until 1.6.2 a pod that only gets another label is seen when something else changes, and not before. */
    static boolean isNoticed(Cluster before, Cluster after) {
        return !before.identities().equals(after.identities())
                || !before.bindings().equals(after.bindings())
                || !arrivals(before).equals(arrivals(after));
    }

    /** A workload makes a new pod of a changed template; a pod that stands alone stays the same. */
    private static List<Object> arrivals(Cluster cluster) {
        return cluster.pods().stream()
                .map(pod ->
                        pod.owners().isEmpty() ? List.of(pod.name(), pod.spec().nodeName()) : versioned(pod))
                .toList();
    }

    private static Object versioned(Pod pod) {
        return List.of(pod.name(), pod.metadata().resourceVersion());
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                if (!changes.tryAcquire(clock.onTheMachine(RECONCILE_INTERVAL).toNanos(), TimeUnit.NANOSECONDS)) {
                    mic.reconcile();
                    continue;
                }
                changes.drainPermits();
                if (mic.cycle()) {
                    clock.await(PAUSE);
                }
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
