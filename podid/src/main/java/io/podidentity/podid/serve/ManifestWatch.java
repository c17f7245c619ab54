package io.podidentity.podid.serve;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.manifest.ManifestException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Applies manifests that change while they are served, as {@code kubectl apply} would. It looks twice a second rather
 * than being told: editors replace files, and folders come and go.
 *
 * <p>Lifecycle: running from {@link #start} until {@link #close}.
 */
final class ManifestWatch implements AutoCloseable {

    private static final long INTERVAL_MILLIS = 500;

    private final ServedManifests manifests;
    private final PodIdentityEmulator azure;
    private final Consumer<String> log;
    private final ScheduledExecutorService thread;

    private ManifestWatch(ServedManifests manifests, PodIdentityEmulator azure, Consumer<String> log) {
        this.manifests = manifests;
        this.azure = azure;
        this.log = log;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            var daemon = new Thread(task, "podid-manifests");
            daemon.setDaemon(true);
            return daemon;
        });
    }

    static ManifestWatch start(ServedManifests manifests, PodIdentityEmulator azure, Consumer<String> log) {
        var watch = new ManifestWatch(manifests, azure, log);
        var unused = watch.thread.scheduleWithFixedDelay(
                watch::look, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        return watch;
    }

    private void look() {
        try {
            manifests.look().ifPresent(this::apply);
        } catch (ManifestException e) {
            log.accept("the changed manifests cannot be used, so the last good ones stay: " + e.getMessage());
        } catch (UncheckedIOException e) {
            log.accept("the changed manifests cannot be served: " + e.getMessage());
        }
    }

    private void apply(List<String> story) {
        story.forEach(log);
        azure.apply(manifests.current().cluster());
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
