package io.podidentity.emulator.nmi;

import io.podidentity.emulator.adal.Adal;
import io.podidentity.emulator.adal.Adal.PanicException;
import io.podidentity.emulator.adal.Upstream;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.CleanPath;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.time.EmulatorClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * NMI of one node. What an iptables rule does in a cluster, an endpoint of its own for each pod does here: it stands
 * for the metadata service as that pod sees it. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Nmi {

    private final NmiSettings settings;
    private final EmulatorClock clock;
    private final Consumer<String> lines;
    private final NmiMetrics metrics;
    private final TokenHandler tokens;
    private final ImdsProxy proxy;

    /**
     * Starts.
     *
     * @param clusterClock for waits and durations
     * @param clock for the times in assertions to Entra ID
     * @param lines takes its log
     */
    public Nmi(
            NmiSettings settings,
            ApiServer apiServer,
            Upstream upstream,
            EmulatorClock clusterClock,
            Clock clock,
            Consumer<String> lines) {
        this.settings = settings;
        this.clock = clusterClock;
        this.lines = lines;
        this.metrics = new NmiMetrics(clusterClock);
        var adal = new Adal(upstream, clusterClock, clock, settings.profile());
        this.tokens = new TokenHandler(
                settings,
                apiServer,
                new Identities(settings, apiServer, clusterClock),
                new Tokens(settings.profile(), apiServer, adal, metrics),
                metrics);
        this.proxy = new ImdsProxy(settings, upstream);
    }

    /**
     * Whether NMI's iptables rule intercepts the pod's requests to the metadata service; it does not for pods on the
     * node's network.
     */
    public static boolean intercepts(Pod pod) {
        return !pod.spec().hostNetwork();
    }

    /** The metadata service as seen from that address, {@code 10.244.0.9:40000}. */
    public Endpoint seenFrom(String remoteAddress) {
        return request -> answer(request, remoteAddress);
    }

    /** What the probes and Prometheus ask: {@code /healthz} and {@code /metrics}. */
    public Endpoint observed() {
        return request -> CleanPath.redirectWithPage(request).orElseGet(() -> observed(request.rawPath()));
    }

    private Answer observed(String path) {
        return switch (path) {
            case "/healthz" -> Answer.text(200, "text/plain; charset=utf-8", "Active");
            case "/metrics" -> Answer.text(200, "text/plain; version=0.0.4; charset=utf-8", metrics.text());
            default -> GoAnswer.error(404, "404 page not found");
        };
    }

    private Answer answer(Request request, String remoteAddress) {
        Optional<Answer> redirect = settings.profile().isAtLeast(1, 7, 5)
                ? CleanPath.redirect(request)
                : CleanPath.redirectWithPage(request);
        if (redirect.isPresent()) {
            return redirect.get();
        }
        String path = Request.decodeSegment(request.rawPath());
        var log = new RequestLog(settings.profile(), clock, lines, request.method(), path, remoteAddress);
        return switch (Route.of(path, settings)) {
            case INVALID_TOKEN_PATH -> GoAnswer.error(400, "Invalid request");
            case INSTANCE -> GoAnswer.error(403, "Request blocked by AAD Pod Identity NMI");
            case PROXY ->
                settings.profile().isAtLeast(1, 7, 2)
                        ? proxy.answer(request, log)
                        : observed(path, request, log, () -> proxy.answer(request, log));
            case TOKEN -> observed(path, request, log, () -> tokens.answer(request, log));
            case HOST_TOKEN -> observed(path, request, log, () -> tokens.answerHost(request, log));
        };
    }

    private interface Handler {
        Answer handle() throws InterruptedException;
    }

    /** Logs and counts how the request ends, and survives errors in NMI's own code. */
    private Answer observed(String path, Request request, RequestLog log, Handler handler) {
        Instant start = clock.instant();
        Answer answer;
        try {
            answer = handler.handle();
        } catch (PanicException e) {
            String reason = String.valueOf(e.getMessage());
            log.panic(reason);
            return GoAnswer.error(500, reason);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return GoAnswer.error(503, "the emulator is closed");
        }
        Duration took = Duration.between(start, clock.instant());
        log.status(answer.status(), took);
        String resource = NmiTokenRequest.parse(request, settings.profile()).resource();
        metrics.operation(path, answer.status(), log.namespace, resource, took);
        return answer;
    }
}
