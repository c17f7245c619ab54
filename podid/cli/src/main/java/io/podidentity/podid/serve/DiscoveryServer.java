// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.plan.Places;
import io.podidentity.emulator.server.Limits;
import io.podidentity.emulator.server.LoopbackServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * The first of the fixed ports, at which programs of any language ask for the addresses of all others, since files and
 * variables of a container are not theirs. It says {@code /} and {@code /addresses}, {@code /ca.pem},
 * {@code /environment} of a program on the node, {@code /pods/NAMESPACE/NAME/environment}, and the files that such
 * variables name; a browser gets {@link ActivityPage}, which asks for {@code /activity} and orders {@code /faults}.
 *
 * <p>It refuses what another web page could have sent: a page can point a name of its own at any address, but sends
 * that name.
 *
 * <p>Thread-safety: safe. Lifecycle: answers from {@link #open} until {@link #close}; what it is asked for before
 * {@link #show} waits for that.
 */
final class DiscoveryServer implements Endpoint, AutoCloseable {

    /** A name or an address in lower case, an address of IPv6 in brackets. */
    static final String HOST = "[a-z0-9][a-z0-9.-]*|\\[[0-9a-f:.]+]";

    /** For requests of a few hundred bytes. */
    private static final Limits LIMITS = new Limits(16 << 10, 16 << 10, 256, Duration.ofSeconds(10));

    /** How long a request waits for the emulator's start. */
    private static final long PATIENCE_SECONDS = 60;

    /** Names by which a container reaches its machine; nobody can register a name below {@code internal}. */
    private static final Set<String> USUAL_NAMES =
            Set.of("localhost", "host.docker.internal", "host.containers.internal");

    private final Places places;
    private final CompletableFuture<Places> exposed = new CompletableFuture<>();
    private final CompletableFuture<DiscoveryPages> pages = new CompletableFuture<>();
    private final LoopbackServer server;

    private DiscoveryServer(LoopbackServer server, Places places, boolean awaitExposed) {
        this.server = server;
        this.places = places;
        if (!awaitExposed) {
            exposed.complete(places);
        }
    }

    /**
     * Begins to answer; throws UncheckedIOException if the port is taken.
     *
     * @param places how clients come, unless {@code awaitExposed}
     * @param awaitExposed whether a client says first, by {@code PUT /exposed}, how clients come
     */
    static DiscoveryServer open(Places places, InetAddress address, int port, boolean awaitExposed) {
        LoopbackServer server =
                LoopbackServer.bind("discovery", address, port, null, LIMITS, (name, request, answer) -> {});
        var discovery = new DiscoveryServer(server, places, awaitExposed);
        server.serve(discovery);
        return discovery;
    }

    /** Where a browser of this machine finds the page. */
    URI page() {
        return server.uri(places.localHost("localhost")).resolve("/");
    }

    /** Waits until it is known how clients come. */
    Places awaitPlaces() {
        return exposed.join();
    }

    /** Answers with this from now on. */
    void show(Served azure) {
        pages.complete(new DiscoveryPages(azure));
    }

    @Override
    public void close() {
        server.close();
    }

    /** The order matters: a page is refused before anything of its request is looked at. */
    @Override
    public Answer answer(Request request) {
        var origin = new RequestOrigin(request);
        if (origin.isAnotherPage()) {
            return PlainAnswers.refuse(403, "The discovery port does not answer other web pages.");
        }
        List<String> path = request.segments();
        boolean isExposure = request.method().equals("PUT") && path.equals(List.of("exposed"));
        // This request makes its host known, so it comes before the check of the host; a script could abuse that.
        if (isExposure && !origin.isScript()) {
            return expose(request, origin.host());
        }
        if (!isKnown(origin)) {
            return PlainAnswers.refuse(
                    403,
                    "The discovery port is not known by that name: use an address of this machine, or start with --exposed HOST.");
        }
        return answerKnown(request, path);
    }

    private Answer answerKnown(Request request, List<String> path) {
        if (path.equals(List.of("faults"))) {
            return awaitPages(azure -> azure.orderFault(request));
        }
        if (!request.isGet()) {
            return PlainAnswers.refuse(405, "The discovery port is asked by GET.");
        }
        boolean isBrowser = request.header("Accept").orElse("").contains("text/html");
        if (path.isEmpty() && isBrowser) {
            return ActivityPage.renderPage();
        }
        return awaitPages(azure -> azure.show(path));
    }

    private boolean isKnown(RequestOrigin origin) {
        String host = origin.host();
        return origin.isSentToOwnAddress()
                || USUAL_NAMES.contains(host)
                || places.names().contains(host)
                || isExposedAs(host);
    }

    private boolean isExposedAs(String host) {
        return exposed.isDone() && exposed.join().names().contains(host);
    }

    /**
     * Takes the host and the ports that clients use.
     *
     * @param requestHost the host by which this request came, which proves that a client gets here by it
     */
    private Answer expose(Request request, String requestHost) {
        Map<String, String> form = request.form().all();
        String host = form.getOrDefault("host", "").toLowerCase(Locale.ROOT);
        if (!host.matches(HOST) || !host.equals(requestHost)) {
            return PlainAnswers.refuse(403, "host must be the one by which this request came.");
        }
        var outerPorts = new TreeMap<Integer, Integer>();
        for (Map.Entry<String, String> field : form.entrySet()) {
            if (isPort(field.getKey()) && isPort(field.getValue())) {
                outerPorts.put(Integer.valueOf(field.getKey()), Integer.valueOf(field.getValue()));
            } else if (!field.getKey().equals("host")) {
                return PlainAnswers.refuse(
                        400, "Besides host, each field is a port and its value the port that leads to it.");
            }
        }
        if (!exposed.complete(places.exposedAs(host, port -> findOuterPort(outerPorts, port)))) {
            return PlainAnswers.refuse(
                    409, "The addresses are given away already: start without them, by --await-exposed.");
        }
        return awaitPages(azure -> azure.show(List.of("addresses")));
    }

    private static boolean isPort(String text) {
        return text.matches("[1-9][0-9]{0,4}");
    }

    private static int findOuterPort(Map<Integer, Integer> outerPorts, int port) {
        return Optional.ofNullable(outerPorts.get(port))
                .orElseThrow(() -> new UncheckedIOException(new IOException("No port of the outside leads to port "
                        + port + ": there are more pods than published ports. Publish more of them")));
    }

    /** Answers from the pages as soon as the emulator has started. */
    private Answer awaitPages(Function<DiscoveryPages, Answer> answer) {
        try {
            return answer.apply(pages.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return PlainAnswers.refuse(503, "It ends.");
        } catch (ExecutionException | TimeoutException notYet) {
            return PlainAnswers.refuse(503, "It does not serve yet: PUT /exposed, or look at its log.");
        }
    }
}
