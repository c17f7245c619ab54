package io.podidentity.emulator.nmi;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.time.EmulatorClock;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** Finds the pod that a request comes from, by its address. */
final class PodFinder {

    private static final int RETRIES = 4;
    private static final Duration RETRY_INTERVAL = Duration.ofMillis(300);
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private final ApiServer apiServer;
    private final EmulatorClock clock;

    PodFinder(ApiServer apiServer, EmulatorClock clock) {
        this.apiServer = apiServer;
        this.clock = clock;
    }

    /** What stands before the first colon, if it is an IPv4 address; else empty, so for every IPv6 address. */
    static String ip(String remoteAddress) {
        int colon = remoteAddress.indexOf(':');
        String host = colon <= 1 ? "" : remoteAddress.substring(0, colon);
        return IPV4.matcher(host).matches() ? host : "";
    }

    /**
     * The one living pod with that address.
     *
     * @throws ApiServerException if there is none after 1.2 s, or several
     */
    Pod find(String ip, RequestLog log) throws InterruptedException {
        List<Pod> pods = alive(ip);
        for (int attempt = 1; pods.isEmpty() && attempt <= RETRIES; attempt++) {
            log.warning("client.go:257", "list pod error: pod list is empty. Retrying, attempt number: " + attempt);
            clock.await(RETRY_INTERVAL);
            pods = alive(ip);
        }
        if (pods.isEmpty()) {
            throw new ApiServerException("pod list is empty");
        }
        if (pods.size() > 1) {
            String names = String.join(
                    " ", pods.stream().map(pod -> pod.name().toString()).toList());
            throw new ApiServerException("failed to match pod IP " + ip + " with [" + names + "]");
        }
        return pods.get(0);
    }

    private List<Pod> alive(String ip) {
        return apiServer.podsAt(ip).stream().filter(Pod::isAlive).toList();
    }
}
