// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import io.podidentity.emulator.adal.Adal;
import io.podidentity.emulator.adal.Adal.PanicException;
import io.podidentity.emulator.adal.TokenServices;
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
 * NMI, for all pods of the cluster. Each request names the address of the pod that it comes from. In a cluster an
 * iptables rule leads a pod's requests here; the emulator has a port for each pod instead.
 *
 * <p>A request passes these steps: a path that is not canonical is redirected ({@link CleanPath}); {@link Route} finds
 * the handler by path and version; {@link TokenHandler} finds the pod, lets {@link Identities} find its identity and
 * {@link Tokens} fetch the token, or {@link ImdsProxy} forwards the request. At the end the result of a request for a
 * token is logged and counted; before 1.7.2 so is that of a request that was forwarded. After the redirect the request
 * is an {@link NmiRequest}, and the handlers of tokens answer with an {@link NmiAnswer}. {@link NmiWords} has the texts
 * of each version.
 *
 * <p>Thread-safety: safe.
 *
 * @since 0.1.0
 */
public final class Nmi implements Endpoint {

    private final NmiSettings settings;
    private final EmulatorClock clusterClock;
    private final Consumer<String> lines;
    private final NmiMetrics metrics;
    private final TokenHandler tokens;
    private final ImdsProxy proxy;

    /**
     * Creates NMI, which has counted no request yet.
     *
     * @param clusterClock for waits and durations
     * @param clock for the times in assertions to Entra ID
     * @param lines takes its log
     */
    public Nmi(
            NmiSettings settings,
            ApiServer apiServer,
            TokenServices services,
            EmulatorClock clusterClock,
            Clock clock,
            Consumer<String> lines) {
        this.settings = settings;
        this.clusterClock = clusterClock;
        this.lines = lines;
        this.metrics = new NmiMetrics(clusterClock);
        var adal = new Adal(services, clusterClock, clock, settings.profile());
        this.tokens = new TokenHandler(
                settings,
                apiServer,
                new Identities(settings, apiServer, clusterClock),
                new Tokens(settings, apiServer, adal, metrics),
                metrics);
        this.proxy = new ImdsProxy(settings, services);
    }

    /**
     * Whether NMI's iptables rule intercepts the pod's requests to the metadata service; it does not for pods on the
     * node's network.
     */
    public static boolean intercepts(Pod pod) {
        return !pod.spec().hostNetwork();
    }

    /** This NMI, with {@code remoteAddress}, such as {@code 10.244.0.9:40000}, as the client of each request. */
    public Endpoint seenFrom(String remoteAddress) {
        return request -> answer(request.withClient(remoteAddress));
    }

    /** What the probes and Prometheus ask: {@code /healthz} and {@code /metrics}. */
    public Endpoint probesAndMetrics() {
        return this::answerProbe;
    }

    private Answer answerProbe(Request request) {
        Optional<Answer> redirect = CleanPath.redirectWithPage(request);
        if (redirect.isPresent()) {
            return redirect.get();
        }
        if (request.rawPath().equals("/healthz")) {
            return Answer.text(200, "text/plain; charset=utf-8", "Active");
        }
        if (request.rawPath().equals("/metrics")) {
            return Answer.text(200, "text/plain; version=0.0.4; charset=utf-8", metrics.text());
        }
        return GoAnswer.error(404, "404 page not found");
    }

    /** Answers the pod or the program at the address of the {@linkplain Request#connection client}. */
    @Override
    public Answer answer(Request http) {
        return redirect(http).orElseGet(() -> route(NmiRequest.read(http, settings, clusterClock, lines)));
    }

    private Optional<Answer> redirect(Request http) {
        return settings.profile().isAtLeast(1, 7, 5) ? CleanPath.redirect(http) : CleanPath.redirectWithPage(http);
    }

    private Answer route(NmiRequest request) {
        return switch (Route.of(request.path(), settings)) {
            case INVALID_TOKEN_PATH -> GoAnswer.error(400, "Invalid request");
            case INSTANCE -> GoAnswer.error(403, "Request blocked by AAD Pod Identity NMI");
            case PROXY -> forward(request);
            case TOKEN -> handle(request, tokens::answerPod);
            case HOST_TOKEN -> handle(request, tokens::answerHost);
        };
    }

    private Answer forward(NmiRequest request) {
        // From 1.7.2 on NMI neither logs nor counts what it only forwards.
        if (settings.profile().isAtLeast(1, 7, 2)) {
            return proxy.forward(request);
        }
        return handle(request, forwarded -> NmiAnswer.toUnknownPod(proxy.forward(forwarded)));
    }

    private interface Handler {
        NmiAnswer handle(NmiRequest request) throws InterruptedException;
    }

    /** Lets a handler answer, and logs and counts its answer. A panic of Go's is logged and becomes HTTP 500. */
    private Answer handle(NmiRequest request, Handler handler) {
        Instant start = clusterClock.instant();
        NmiAnswer answer;
        try {
            answer = handler.handle(request);
        } catch (PanicException e) {
            String reason = String.valueOf(e.getMessage());
            request.log().logPanic(reason);
            return GoAnswer.error(500, reason);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return GoAnswer.error(503, "the emulator is closed");
        }
        Duration took = Duration.between(start, clusterClock.instant());
        request.log().logEnd(answer.http().status(), took);
        metrics.countRequest(request, answer, took);
        return answer.http();
    }
}
