// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import static java.util.stream.Collectors.joining;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.AzureAssignedIdentity;
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

/** A page with the pods, what they ask and are answered, and the faults that can be ordered. Thread-safe. */
record ActivityPage(PodIdentityEmulator azure) {

    private static final String HTML = read();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int REQUESTS = 200;

    private static final Map<String, Supplier<Fault>> FAULTS = Map.of(
            "silent", Fault::silent,
            "gone", Fault::gone,
            "refused", Fault::refused,
            "busy", () -> Fault.status(429).header("Retry-After", "10"),
            "unavailable", () -> Fault.status(503),
            "role-missing", Fault::roleMissing,
            "token-expired", Fault::tokenExpired);

    private static final Map<String, BiConsumer<Faults, Fault>> QUEUES = Map.of(
            "imds", Faults::imds,
            "nmi", Faults::nmi,
            "entra", Faults::entra,
            "storage", Faults::storage);

    private static String read() {
        try (InputStream in = ActivityPage.class.getResourceAsStream("page.html")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The page, which asks for {@link #activity} each second. */
    static Answer html() {
        byte[] random = new byte[16];
        RANDOM.nextBytes(random);
        String nonce = Base64.getEncoder().encodeToString(random);
        return Answer.text(200, "text/html; charset=utf-8", HTML.replace("NONCE", nonce))
                .with(
                        "Content-Security-Policy",
                        "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors"
                                + " 'none'; style-src 'nonce-" + nonce + "'; script-src 'nonce-" + nonce + "'")
                .with("Cache-Control", "no-store")
                .with("X-Content-Type-Options", "nosniff");
    }

    /** What happens now: pods, faults that are ordered, and the last requests, the newest first. */
    Answer activity() {
        List<RecordedRequest> all = azure.requests();
        var last = new ArrayList<>(all.subList(Math.max(0, all.size() - REQUESTS), all.size()));
        Collections.reverse(last);
        var activity = new LinkedHashMap<String, Object>();
        activity.put("pods", pods(last));
        activity.put("faults", new TreeMap<>(azure.faults().pending()));
        activity.put("requests", last.stream().map(ActivityPage::request).toList());
        return Answer.json(200, activity).with("Cache-Control", "no-store");
    }

    /** Those of the manifests, and those that have asked. */
    private List<Map<String, String>> pods(List<RecordedRequest> last) {
        var pods = new TreeMap<String, Map<String, String>>();
        for (RecordedRequest request : last) {
            if (!request.pod().isEmpty()) {
                pods.putIfAbsent(request.pod(), Map.of("name", request.pod(), "identity", request.identity()));
            }
        }
        for (EmulatedPod pod : azure.pods()) {
            String name = pod.namespace() + "/" + pod.name();
            String refusal = pod.refusal().orElse("");
            pods.put(name, Map.of("name", name, "identity", identity(pod), "refusal", refusal));
        }
        return List.copyOf(pods.values());
    }

    private String identity(EmulatedPod pod) {
        String name = pod.namespace() + "/" + pod.name();
        return pod.environment()
                .getOrDefault(
                        "AZURE_CLIENT_ID",
                        azure.cluster().all(AzureAssignedIdentity.class).stream()
                                .filter(assigned -> assigned.pod().toString().equals(name))
                                .map(assigned -> assigned.identity().clientId())
                                .collect(joining(" ")));
    }

    private static Map<String, Object> request(RecordedRequest request) {
        var row = new LinkedHashMap<String, Object>();
        row.put("at", request.at());
        row.put("server", request.server());
        row.put("pod", request.pod());
        row.put("identity", request.identity());
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
    Answer order(Request request) {
        Map<String, String> form = request.form().all();
        String server = form.getOrDefault("server", "");
        String fault = form.getOrDefault("fault", "");
        boolean each = form.containsKey("each");
        Optional<OneTimeOrder> once = OneTimeOrder.find(fault);
        if (once.isPresent()) {
            once.get().require(server, each);
            once.get().order.accept(azure);
        } else {
            orderFault(server, fault, each);
        }
        return Answer.json(200, azure.faults().pending());
    }

    private void orderFault(String server, String name, boolean each) {
        Supplier<Fault> maker = FAULTS.get(name);
        if (maker == null) {
            throw new IllegalArgumentException("fault is silent, gone, refused, busy, unavailable, role-missing,"
                    + " token-expired, claims-challenge or rotate-keys");
        }
        BiConsumer<Faults, Fault> queue = QUEUES.get(server);
        if (queue == null) {
            throw new IllegalArgumentException("server is imds, nmi, entra or storage");
        }
        Fault fault = maker.get();
        queue.accept(azure.faults(), each ? fault.standing() : fault);
    }

    /** What is no answer of a server, and so is ordered once and not for each request. */
    @SuppressWarnings("ImmutableEnumChecker") // the orders are method references
    private enum OneTimeOrder {
        CLAIMS_CHALLENGE("claims-challenge", "storage", PodIdentityEmulator::challengeClaims),
        ROTATE_KEYS("rotate-keys", "entra", PodIdentityEmulator::rotateKeys);

        private final String name;
        private final String server;
        private final Consumer<PodIdentityEmulator> order;

        OneTimeOrder(String name, String server, Consumer<PodIdentityEmulator> order) {
            this.name = name;
            this.server = server;
            this.order = order;
        }

        static Optional<OneTimeOrder> find(String name) {
            return Arrays.stream(values())
                    .filter(order -> order.name.equals(name))
                    .findFirst();
        }

        void require(String asked, boolean each) {
            if (!asked.equals(server)) {
                throw new IllegalArgumentException(name + " is a fault of the server " + server + " alone");
            }
            if (each) {
                throw new IllegalArgumentException(name + " happens once: leave out each");
            }
        }
    }

    Answer clear() {
        azure.faults().clear();
        return Answer.empty(204);
    }
}
