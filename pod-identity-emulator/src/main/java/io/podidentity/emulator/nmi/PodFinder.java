package io.podidentity.emulator.nmi;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.time.EmulatorClock;
import java.time.Duration;
import java.util.List;

/** Finds the pod that a request comes from, by its address. */
final class PodFinder {

    private static final int RETRIES = 4;
    private static final Duration RETRY_INTERVAL = Duration.ofMillis(300);

    private final String empty;
    private final ApiServer apiServer;
    private final EmulatorClock clock;
    private final NmiMetrics metrics;

    PodFinder(Profile profile, ApiServer apiServer, EmulatorClock clock, NmiMetrics metrics) {
        this.empty = profile.logsWithKlog() ? "pod list is empty" : "pod list empty";
        this.apiServer = apiServer;
        this.clock = clock;
        this.metrics = metrics;
    }

    /**
     * The one living pod with that address.
     *
     * @throws ApiServerException if there is none after 1.2 s, or several
     */
    Pod find(String ip, RequestLog log) throws InterruptedException {
        List<Pod> pods = alive(ip);
        for (int attempt = 1; pods.isEmpty() && attempt <= RETRIES; attempt++) {
            log.warning("client.go:257", "list pod error: " + empty + ". Retrying, attempt number: " + attempt);
            clock.await(RETRY_INTERVAL);
            pods = alive(ip);
        }
        if (pods.isEmpty()) {
            throw new ApiServerException(empty);
        }
        if (pods.size() > 1) {
            String names = String.join(
                    " ", pods.stream().map(pod -> pod.name().toString()).toList());
            throw new ApiServerException("failed to match pod IP " + ip + " with [" + names + "]");
        }
        return pods.get(0);
    }

    private List<Pod> alive(String ip) {
        List<Pod> alive = apiServer.podsAt(ip).stream().filter(Pod::isAlive).toList();
        if (alive.isEmpty()) {
            metrics.kubernetesError("get_pod_list");
        }
        return alive;
    }
}
