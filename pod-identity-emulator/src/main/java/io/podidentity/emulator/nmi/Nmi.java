package io.podidentity.emulator.nmi;

import io.podidentity.emulator.adal.Adal;
import io.podidentity.emulator.adal.Adal.AdalVersion;
import io.podidentity.emulator.adal.PanicException;
import io.podidentity.emulator.adal.Upstream;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.CleanPath;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.log.LogFormat;
import io.podidentity.emulator.time.EmulatorClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * NMI of one node. What an iptables rule does in a cluster, an endpoint of its own for each pod does here: it stands
 * for the metadata service as that pod sees it. Thread-safe.
 */
public final class Nmi {

    private final NmiSettings settings;
    private final EmulatorClock clock;
    private final Consumer<String> lines;
    private final LogFormat format;
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
        this.format = RequestLog.format(settings);
        this.metrics = new NmiMetrics(clusterClock);
        Profile profile = settings.profile();
        var adal = new Adal(upstream, clusterClock, clock, version(profile));
        var fetcher = new Tokens(profile, new Secrets(profile, apiServer, metrics), adal, metrics);
        Identities identities = profile == Profile.MANAGED
                ? new ManagedIdentities(settings, apiServer)
                : new StandardIdentities(settings, apiServer, clusterClock);
        this.tokens = new TokenHandler(
                settings, apiServer, new PodFinder(profile, apiServer, clusterClock, metrics), identities, fetcher);
        this.proxy = new ImdsProxy(settings, upstream);
    }

    private static AdalVersion version(Profile profile) {
        boolean wraps = profile.isAtLeast(1, 6, 0) && !profile.isAtLeast(1, 8, 6);
        return new AdalVersion(
                profile.isAtLeast(1, 6, 0), profile.isAtLeast(1, 8, 0), wraps, !profile.isAtLeast(1, 8, 6));
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
        return request -> switch (request.rawPath()) {
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
        var log = new RequestLog(format, clock, lines, request.method(), path, remoteAddress);
        Route route = Route.of(path, settings);
        return switch (route) {
            case INVALID_TOKEN_PATH -> GoAnswer.error(400, "Invalid request");
            case INSTANCE -> GoAnswer.error(403, "Request blocked by AAD Pod Identity NMI");
            case PROXY ->
                settings.profile().isAtLeast(1, 7, 2)
                        ? proxy.answer(request, log)
                        : observed(path, request, log, () -> new Operation(proxy.answer(request, log), ""));
            case TOKEN -> observed(path, request, log, () -> tokens.answer(request, remoteAddress, log));
            case HOST_TOKEN -> observed(path, request, log, () -> tokens.answerHost(request, remoteAddress, log));
        };
    }

    private interface Handler {
        Operation handle() throws InterruptedException;
    }

    /** Logs and counts how the request ends, and survives errors in NMI's own code. */
    private Answer observed(String path, Request request, RequestLog log, Handler handler) {
        Instant start = clock.instant();
        Operation operation;
        try {
            operation = handler.handle();
        } catch (PanicException e) {
            String reason = String.valueOf(e.getMessage());
            log.panic(reason);
            return GoAnswer.error(500, reason);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return GoAnswer.error(503, "the emulator is closed");
        }
        Duration took = Duration.between(start, clock.instant());
        int status = operation.answer().status();
        log.status(status, took);
        String resource = NmiTokenRequest.parse(request, settings.profile()).resource();
        metrics.operation(path, status, operation.namespace(), resource, took);
        return operation.answer();
    }
}
