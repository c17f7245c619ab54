package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.emulator.http.Answer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The federated credentials of applications: at most 20 of each, no two of the same issuer and subject. Thread-safe.
 */
final class GraphFederations {

    private static final List<String> REQUIRED = List.of("name", "issuer", "subject", "audiences");

    private final Map<String, List<Map<String, Object>>> byApplication = new ConcurrentHashMap<>();

    Answer list(String application) {
        return Answer.json(200, Map.of("value", List.copyOf(of(application))));
    }

    /** Creates one, or refuses as Microsoft Graph does. */
    Answer create(String application, Document asked) {
        List<Map<String, Object>> present = of(application);
        Optional<String> missing = REQUIRED.stream()
                .filter(key -> !asked.fields().containsKey(key))
                .findFirst();
        if (missing.isPresent()) {
            return refusal(400, "Request_BadRequest", "The property '" + missing.get() + "' is missing.");
        }
        synchronized (present) {
            if (present.size() >= FederatedCredentials.LIMIT) {
                return refusal(
                        400,
                        "Request_BadRequest",
                        "The maximum number of federated identity credentials is " + FederatedCredentials.LIMIT + ".");
            }
            if (present.stream().anyMatch(one -> isSame(one, asked.fields()))) {
                return refusal(
                        409,
                        "Request_MultipleObjectsWithSameKeyValue",
                        "FederatedIdentityCredential with the same issuer and subject, or name, already exists.");
            }
            var made = new LinkedHashMap<>(asked.fields());
            made.put("id", UUID.randomUUID().toString());
            present.add(made);
            return Answer.json(201, made);
        }
    }

    private static boolean isSame(Map<String, Object> one, Map<String, Object> other) {
        return String.valueOf(one.get("name")).equals(other.get("name"))
                || (String.valueOf(one.get("issuer")).equals(other.get("issuer"))
                        && String.valueOf(one.get("subject")).equals(other.get("subject")));
    }

    private List<Map<String, Object>> of(String application) {
        return byApplication.computeIfAbsent(application, id -> new CopyOnWriteArrayList<>());
    }

    private static Answer refusal(int status, String code, String message) {
        return Answer.json(status, Map.of("error", Map.of("code", code, "message", message)));
    }
}
