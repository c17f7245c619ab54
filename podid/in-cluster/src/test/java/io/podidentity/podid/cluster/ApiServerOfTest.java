// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.server.LoopbackServer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An API server over a socket, with the objects that a test gives it; each change is noted. */
final class ApiServerOfTest implements AutoCloseable {

    /** What it was told to change: method, path and the fields of the body. */
    record Change(String method, String path, Map<String, Object> body) {}

    private final LoopbackServer server = LoopbackServer.bind("api", 0, null, (name, request, answer) -> {});
    private final Map<String, Map<String, Object>> objects = new ConcurrentHashMap<>();
    private final List<Change> changes = new CopyOnWriteArrayList<>();
    private final AtomicInteger versions = new AtomicInteger();
    private final KubernetesClient client;
    private volatile boolean isUp = true;

    ApiServerOfTest() {
        server.serve(this::answer);
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder()
                        .withMasterUrl(server.uri("127.0.0.1").toString())
                        .withNamespace(KubernetesCluster.NAME)
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
        put("/api/v1/namespaces/emulated-azure", "v1", "Namespace", Map.of("name", "emulated-azure", "uid", "u1"));
    }

    KubernetesClient client() {
        return client;
    }

    List<Change> changes() {
        return changes;
    }

    /** Whether it answers, or is not available. */
    void setUp(boolean up) {
        isUp = up;
    }

    /** Puts an object of metadata alone at the path. */
    void put(String path, String version, String kind, Map<String, Object> metadata) {
        put(path, version, kind, metadata, Map.of());
    }

    void put(String path, String version, String kind, Map<String, Object> metadata, Map<String, Object> more) {
        var object = new LinkedHashMap<String, Object>(more);
        object.put("apiVersion", version);
        object.put("kind", kind);
        object.put("metadata", metadata);
        objects.put(path, object);
    }

    private Answer answer(Request request) {
        if (!isUp) {
            return Answer.empty(503);
        }
        String path = request.rawPath().replaceFirst("\\?.*", "");
        if (request.query().get("watch").isPresent()) {
            // A watch in which nothing happens, and which ends at once.
            return Answer.empty(200);
        }
        return switch (request.method()) {
            case "GET" -> objects.containsKey(path) ? Answer.json(200, objects.get(path)) : list(path);
            case "DELETE" -> {
                changes.add(new Change("DELETE", path, Map.of()));
                yield objects.remove(path) == null ? notFound() : Answer.json(200, Map.of("kind", "Status"));
            }
            default -> {
                Map<String, Object> body = request.json();
                changes.add(new Change(request.method(), path, body));
                yield switch (request.method()) {
                    case "POST" -> create(path + "/" + metadata(body).get("name"), body);
                    case "PUT" -> replace(path, body);
                    default -> Answer.json(200, body);
                };
            }
        };
    }

    private synchronized Answer create(String path, Map<String, Object> body) {
        return objects.putIfAbsent(path, kept(body)) == null ? Answer.json(200, objects.get(path)) : conflict();
    }

    /** Refused if the object is not the one any more that the caller has read. */
    private synchronized Answer replace(String path, Map<String, Object> body) {
        Object read = metadata(body).get("resourceVersion");
        Map<String, Object> there = objects.get(path);
        if (read != null && there != null && !read.equals(metadata(there).get("resourceVersion"))) {
            return conflict();
        }
        objects.put(path, kept(body));
        return Answer.json(200, objects.get(path));
    }

    private static Map<?, ?> metadata(Map<String, Object> object) {
        return (Map<?, ?>) object.get("metadata");
    }

    private static Answer conflict() {
        return Answer.json(409, Map.of("kind", "Status", "status", "Failure", "code", 409, "reason", "Conflict"));
    }

    /** With a version of its own, and a Secret's text as an API server keeps it. */
    private Map<String, Object> kept(Map<String, Object> body) {
        var object = new LinkedHashMap<>(body);
        var metadata = new LinkedHashMap<Object, Object>(metadata(body));
        metadata.put("resourceVersion", String.valueOf(versions.incrementAndGet()));
        object.put("metadata", metadata);
        if (object.remove("stringData") instanceof Map<?, ?> texts) {
            var data = new LinkedHashMap<String, Object>();
            texts.forEach((key, text) -> data.put(
                    String.valueOf(key),
                    Base64.getEncoder().encodeToString(String.valueOf(text).getBytes(StandardCharsets.UTF_8))));
            object.put("data", data);
        }
        return object;
    }

    /** All objects below the path, if there is such a list. */
    private Answer list(String path) {
        var items = objects.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(path + "/"))
                .map(Map.Entry::getValue)
                .toList();
        boolean isList = path.matches(
                ".*/(nodes|pods|serviceaccounts|configmaps|mutatingwebhookconfigurations|azureassignedidentities)");
        return isList
                ? Answer.json(
                        200,
                        Map.of(
                                "apiVersion",
                                "v1",
                                "kind",
                                "List",
                                "metadata",
                                Map.of("resourceVersion", "1"),
                                "items",
                                items))
                : notFound();
    }

    private static Answer notFound() {
        return Answer.json(404, Map.of("kind", "Status", "status", "Failure", "code", 404, "reason", "NotFound"));
    }

    /** The fields of a change at a path of fields, as JSON. */
    static String json(Change change) {
        return Json.write(change.body());
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
