// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import static java.util.stream.Collectors.joining;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.directory.AgentIdentity;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.fault.Fault;
import io.podidentity.emulator.fault.Faults;
import io.podidentity.emulator.history.RecordedRequest;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.run.EmulatedPod;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A page with the pods and agents, what they ask and are answered, and the faults that can be ordered. Thread-safe. */
record ActivityPage(PodIdentityEmulator azure) {

    private static final String HTML = readPage();
    private static final SecureRandom RANDOM = new SecureRandom();

    /** How many requests the page shows; a longer table would be slow in a browser. */
    private static final int SHOWN_REQUESTS = 200;

    private static String readPage() {
        try (InputStream in = ActivityPage.class.getResourceAsStream("page.html")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The page, which asks for {@link #describeActivity} each second. */
    static Answer renderPage() {
        byte[] random = new byte[16];
        RANDOM.nextBytes(random);
        // Only the style and the script with this nonce run, so that no text of a request can bring one of its own.
        String nonce = Base64.getEncoder().encodeToString(random);
        return Answer.text(200, "text/html; charset=utf-8", HTML.replace("NONCE", nonce))
                .with(
                        "Content-Security-Policy",
                        "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors"
                                + " 'none'; style-src 'nonce-" + nonce + "'; script-src 'nonce-" + nonce + "'")
                .with("Cache-Control", "no-store")
                .with("X-Content-Type-Options", "nosniff");
    }

    /** What happens now: pods, agent identities, faults that are ordered, and the last requests, the newest first. */
    Answer describeActivity() {
        List<RecordedRequest> all = azure.requests();
        var last = new ArrayList<>(all.subList(Math.max(0, all.size() - SHOWN_REQUESTS), all.size()));
        Collections.reverse(last);
        var activity = new LinkedHashMap<String, Object>();
        activity.put("pods", describePods(last));
        activity.put(
                "agents",
                azure.agentIdentities().stream()
                        .map(ActivityPage::describeAgent)
                        .toList());
        activity.put("faults", new TreeMap<>(azure.faults().pending()));
        activity.put(
                "requests", last.stream().map(ActivityPage::describeRequest).toList());
        return Answer.json(200, activity).with("Cache-Control", "no-store");
    }

    /** Describes the pods of the manifests, and those that have asked. */
    private List<Map<String, String>> describePods(List<RecordedRequest> last) {
        var pods = new TreeMap<String, Map<String, String>>();
        for (RecordedRequest request : last) {
            if (!request.pod().isEmpty()) {
                pods.putIfAbsent(request.pod(), Map.of("name", request.pod(), "identity", request.identity()));
            }
        }
        for (EmulatedPod pod : azure.pods()) {
            String name = pod.namespace() + "/" + pod.name();
            String refusal = pod.refusal().orElse("");
            pods.put(name, Map.of("name", name, "identity", identityOf(pod), "refusal", refusal));
        }
        return List.copyOf(pods.values());
    }

    /** The client ID that the webhook has given the pod, or those that MIC has assigned to it. */
    private String identityOf(EmulatedPod pod) {
        return Optional.ofNullable(pod.environment().get("AZURE_CLIENT_ID")).orElseGet(() -> assignedClientIds(pod));
    }

    private String assignedClientIds(EmulatedPod pod) {
        String name = pod.namespace() + "/" + pod.name();
        return azure.cluster().all(AzureAssignedIdentity.class).stream()
                .filter(assigned -> assigned.pod().toString().equals(name))
                .map(assigned -> assigned.identity().clientId())
                .collect(joining(" "));
    }

    private static Map<String, String> describeAgent(AgentIdentity agent) {
        return Map.of(
                "identity", agent.clientId(),
                "blueprint", agent.blueprintId(),
                "user", agent.account().map(User::userPrincipalName).orElse(""));
    }

    private static Map<String, Object> describeRequest(RecordedRequest request) {
        var row = new LinkedHashMap<String, Object>();
        row.put("at", request.at());
        row.put("server", request.server());
        row.put("pod", request.pod());
        row.put("identity", request.identity());
        row.put("blueprint", request.blueprint());
        String query = request.query().isEmpty() ? "" : "?" + request.query();
        row.put("request", request.method() + " " + request.path() + query);
        row.put("status", request.status());
        row.put("reason", request.reason());
        return row;
    }

    /**
     * Orders a fault, or what happens once and at once.
     *
     * @throws IllegalArgumentException if there is no such server or fault
     */
    Answer orderFault(Request request) {
        Map<String, String> form = request.form().all();
        String server = form.getOrDefault("server", "");
        String fault = form.getOrDefault("fault", "");
        boolean each = form.containsKey("each");
        Optional<OneTimeOrder> once = OneTimeOrder.find(fault);
        if (once.isPresent()) {
            once.get().require(server, each);
            once.get().order.accept(azure);
        } else {
            orderAnswer(server, fault, each);
        }
        return Answer.json(200, azure.faults().pending());
    }

    private void orderAnswer(String server, String name, boolean each) {
        Fault fault = FaultyAnswer.require(name).maker.get();
        FaultyServer.require(server).queue.accept(azure.faults(), each ? fault.standing() : fault);
    }

    /** Ends all faults. */
    Answer endFaults() {
        azure.faults().clear();
        return Answer.empty(204);
    }

    /** {@code a, b or c}. */
    private static String listAlternatives(Stream<String> names) {
        List<String> all = names.toList();
        int last = all.size() - 1;
        return String.join(", ", all.subList(0, last)) + " or " + all.get(last);
    }

    /** What a server answers in place of the right answer. */
    @SuppressWarnings("ImmutableEnumChecker") // the makers are method references
    private enum FaultyAnswer {
        SILENT("silent", Fault::silent),
        GONE("gone", Fault::gone),
        REFUSED("refused", Fault::refused),
        BUSY("busy", () -> Fault.status(429).header("Retry-After", "10")),
        UNAVAILABLE("unavailable", () -> Fault.status(503)),
        ROLE_MISSING("role-missing", Fault::roleMissing),
        TOKEN_EXPIRED("token-expired", Fault::tokenExpired);

        private final String formName;
        private final Supplier<Fault> maker;

        FaultyAnswer(String formName, Supplier<Fault> maker) {
            this.formName = formName;
            this.maker = maker;
        }

        static FaultyAnswer require(String name) {
            return Arrays.stream(values())
                    .filter(answer -> answer.formName.equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("fault is " + listAlternatives(names())));
        }

        private static Stream<String> names() {
            return Stream.concat(
                    Arrays.stream(values()).map(answer -> answer.formName),
                    Arrays.stream(OneTimeOrder.values()).map(order -> order.formName));
        }
    }

    @SuppressWarnings("ImmutableEnumChecker") // the queues are method references
    private enum FaultyServer {
        IMDS("imds", Faults::imds),
        NMI("nmi", Faults::nmi),
        ENTRA("entra", Faults::entra),
        STORAGE("storage", Faults::storage);

        private final String formName;
        private final BiConsumer<Faults, Fault> queue;

        FaultyServer(String formName, BiConsumer<Faults, Fault> queue) {
            this.formName = formName;
            this.queue = queue;
        }

        static FaultyServer require(String name) {
            return Arrays.stream(values())
                    .filter(server -> server.formName.equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("server is " + listAlternatives(names())));
        }

        private static Stream<String> names() {
            return Arrays.stream(values()).map(server -> server.formName);
        }
    }

    /** What is no answer of a server, and so is ordered once and not for each request. */
    @SuppressWarnings("ImmutableEnumChecker") // the orders are method references
    private enum OneTimeOrder {
        CLAIMS_CHALLENGE("claims-challenge", FaultyServer.STORAGE, PodIdentityEmulator::challengeClaims),
        ROTATE_KEYS("rotate-keys", FaultyServer.ENTRA, PodIdentityEmulator::rotateKeys);

        private final String formName;
        private final FaultyServer server;
        private final Consumer<PodIdentityEmulator> order;

        OneTimeOrder(String formName, FaultyServer server, Consumer<PodIdentityEmulator> order) {
            this.formName = formName;
            this.server = server;
            this.order = order;
        }

        static Optional<OneTimeOrder> find(String name) {
            return Arrays.stream(values())
                    .filter(order -> order.formName.equals(name))
                    .findFirst();
        }

        void require(String serverName, boolean each) {
            if (!serverName.equals(server.formName)) {
                throw new IllegalArgumentException(
                        formName + " is a fault of the server " + server.formName + " alone");
            }
            if (each) {
                throw new IllegalArgumentException(formName + " happens once: leave out each");
            }
        }
    }
}
