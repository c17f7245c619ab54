// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.plan.Places;
import io.podidentity.emulator.run.EmulatedPod;
import io.podidentity.emulator.server.Limits;
import io.podidentity.emulator.server.LoopbackServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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

    private static final Pattern IPV4 =
            Pattern.compile("((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])");

    private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-f:.]*:[0-9a-f:.]*]");

    private static final Limits LIMITS = new Limits(16 << 10, 16 << 10, 256, Duration.ofSeconds(10));

    private static final String TEXT = "text/plain; charset=utf-8";
    private static final long PATIENCE_SECONDS = 60;

    /** Of these a container has files that its clients cannot open. */
    private static final Set<String> FILES = Set.of("AZURE_FEDERATED_TOKEN_FILE", "AZURE_KUBERNETES_CA_FILE");

    /** Names by which a container reaches its machine; nobody can register a name below {@code internal}. */
    private static final Set<String> USUAL_NAMES =
            Set.of("localhost", "host.docker.internal", "host.containers.internal");

    private final Places places;
    private final CompletableFuture<Places> exposed = new CompletableFuture<>();
    private final CompletableFuture<Served> served = new CompletableFuture<>();
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
        served.complete(azure);
    }

    @Override
    public void close() {
        server.close();
    }

    @Override
    public Answer answer(Request request) {
        if (isOfAnotherPage(request)) {
            return refuse(403, "The discovery port does not answer other web pages.");
        }
        List<String> path = request.segments();
        if (request.method().equals("PUT")
                && path.equals(List.of("exposed"))
                && request.header("Origin").isEmpty()) {
            return expose(request);
        }
        if (!isKnown(host(request))) {
            return refuse(
                    403,
                    "The discovery port is not known by that name: use an address of this machine, or start with --exposed HOST.");
        }
        if (path.equals(List.of("faults"))) {
            return served(azure -> order(new ActivityPage(azure.azure()), request));
        }
        if (!request.isGet()) {
            return refuse(405, "The discovery port is asked by GET.");
        }
        boolean browser = request.header("Accept").orElse("").contains("text/html");
        return path.isEmpty() && browser ? ActivityPage.html() : shown(path);
    }

    /** By what no page can leave out or forge. */
    private static boolean isOfAnotherPage(Request request) {
        String self = "http://" + request.header("Host").orElse("");
        return !request.header("Origin").orElse(self).equals(self)
                || !Set.of("none", "same-origin")
                        .contains(request.header("Sec-Fetch-Site").orElse("none"));
    }

    private static Answer order(ActivityPage page, Request request) {
        try {
            return switch (request.method()) {
                case "PUT" -> page.order(request);
                case "DELETE" -> page.clear();
                default -> refuse(405, "PUT orders a fault, DELETE ends all.");
            };
        } catch (IllegalArgumentException unknown) {
            return refuse(400, String.valueOf(unknown.getMessage()));
        }
    }

    /** The host by which the request came, without its port, in lower case. */
    private static String host(Request request) {
        return request.header("Host").orElse("").replaceFirst(":[0-9]*$", "").toLowerCase(Locale.ROOT);
    }

    private boolean isKnown(String host) {
        return isOwnAddress(host)
                || USUAL_NAMES.contains(host)
                || places.names().contains(host)
                || (exposed.isDone() && exposed.join().names().contains(host));
    }

    /** An address of this machine, which is no name that somebody could point here. */
    private static boolean isOwnAddress(String host) {
        if (!IPV4.matcher(host).matches() && !IPV6.matcher(host).matches()) {
            return false;
        }
        try {
            // Such a text is an address, so nobody is asked for it.
            InetAddress address = InetAddress.getByName(host);
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (UnknownHostException | SocketException none) {
            return false;
        }
    }

    private Answer expose(Request request) {
        Map<String, String> form = request.form().all();
        String host = form.getOrDefault("host", "").toLowerCase(Locale.ROOT);
        if (!host.matches(HOST) || !host.equals(host(request))) {
            return refuse(403, "host must be the one by which this request came.");
        }
        var ports = new TreeMap<Integer, Integer>();
        for (Map.Entry<String, String> one : form.entrySet()) {
            if (isPort(one.getKey()) && isPort(one.getValue())) {
                ports.put(Integer.valueOf(one.getKey()), Integer.valueOf(one.getValue()));
            } else if (!one.getKey().equals("host")) {
                return refuse(400, "Besides host, each field is a port and its value the port that leads to it.");
            }
        }
        Places outside = places.exposedAs(
                host,
                port -> Optional.ofNullable(ports.get(port))
                        .orElseThrow(() -> new UncheckedIOException(new IOException("No port of the outside leads to"
                                + " port " + port + ": there are more pods than published ports. Publish more of"
                                + " them"))));
        if (!exposed.complete(outside)) {
            return refuse(409, "The addresses are given away already: start without them, by --await-exposed.");
        }
        return shown(List.of("addresses"));
    }

    private static boolean isPort(String text) {
        return text.matches("[1-9][0-9]{0,4}");
    }

    private Answer served(Function<Served, Answer> answer) {
        try {
            return answer.apply(served.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return refuse(503, "It ends.");
        } catch (ExecutionException | TimeoutException notYet) {
            return refuse(503, "It does not serve yet: PUT /exposed, or look at its log.");
        }
    }

    private Answer shown(List<String> path) {
        return served(azure -> shown(azure, path));
    }

    private static Answer shown(Served azure, List<String> path) {
        return switch (path.isEmpty() ? "" : path.get(0)) {
            case "" -> Answer.text(200, "application/json; charset=utf-8", azure.json());
            case "activity" -> new ActivityPage(azure.azure()).activity();
            case "addresses" -> text(lines(azure.addresses()));
            case "ca.pem" -> content(azure.azure().certificateAuthority());
            case "trust.p12" -> trustStore(azure.azure().trustStore());
            case "environment" -> text(lines(azure.azure().environment()));
            case "pods" -> pod(azure.azure(), path);
            default ->
                refuse(
                        404,
                        "There is /, /activity, /addresses, /ca.pem, /environment, /faults,"
                                + " /pods/NAMESPACE/NAME/environment and /trust.p12.");
        };
    }

    private static Answer pod(PodIdentityEmulator azure, List<String> path) {
        String name = path.size() < 3 ? "" : path.get(1) + "/" + path.get(2);
        EmulatedPod pod;
        try {
            pod = azure.pod(name);
        } catch (IllegalArgumentException unknown) {
            return refuse(404, String.valueOf(unknown.getMessage()));
        }
        if (pod.refusal().isPresent()) {
            return refuse(
                    409, "Pod " + name + " is not created: " + pod.refusal().get());
        }
        if (path.size() == 4 && path.get(3).equals("environment")) {
            return text(lines(pod.environment()));
        }
        return path.size() == 5 && path.get(3).equals("files")
                ? file(pod, path.get(4), azure.certificateAuthority())
                : refuse(404, "No such page.");
    }

    /** Only what the webhook puts into pods: a manifest can set such a variable too, to any file. */
    private static Answer file(EmulatedPod pod, String variable, Path ca) {
        String value = FILES.contains(variable) ? pod.environment().getOrDefault(variable, "") : "";
        Path file = Path.of(value).normalize();
        return file.equals(ca) || file.startsWith(ca.resolveSibling("tokens"))
                ? content(file)
                : refuse(404, "The pod has no file in " + variable + "; there can be one in " + FILES);
    }

    /** For Java, which reads no PEM file; its password is {@code changeit}. */
    private static Answer trustStore(Path file) {
        try {
            return Answer.bytes(200, Files.readAllBytes(file))
                    .with("Content-Type", "application/x-pkcs12")
                    .with("Cache-Control", "no-store");
        } catch (IOException e) {
            return refuse(500, "Cannot read " + file);
        }
    }

    private static Answer content(Path file) {
        try {
            return text(Files.readString(file));
        } catch (IOException e) {
            return refuse(500, "Cannot read " + file);
        }
    }

    /** As in a file for {@code --env-file}, in which a value has one line. */
    private static String lines(Map<String, String> values) {
        return new TreeMap<>(values)
                .entrySet().stream()
                        .filter(one -> one.getValue().indexOf('\n') < 0)
                        .map(one -> one.getKey() + "=" + one.getValue() + "\n")
                        .collect(Collectors.joining());
    }

    private static Answer text(String text) {
        return Answer.text(200, TEXT, text).with("Cache-Control", "no-store");
    }

    private static Answer refuse(int status, String why) {
        return Answer.text(status, TEXT, why + "\n");
    }
}
