package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.emulator.http.Answer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The federated credentials of applications: at most 20 of each, no two of the same issuer and subject. Thread-safe.
 */
final class GraphFederations {

    /** Guarded by this. */
    private final Map<String, List<Document>> byApplication = new HashMap<>();

    synchronized Answer list(String application) {
        return Document.listed(byApplication.getOrDefault(application, List.of()).stream())
                .answer(200);
    }

    /** Creates one, or refuses as Microsoft Graph does. */
    synchronized Answer create(String application, Document asked) {
        List<Document> present = byApplication.computeIfAbsent(application, id -> new ArrayList<>());
        Optional<String> missing = Stream.of("name", "issuer", "subject", "audiences")
                .filter(key -> !asked.fields().containsKey(key))
                .findFirst();
        if (missing.isPresent()) {
            return Document.error("Request_BadRequest", "The property '" + missing.get() + "' is missing.")
                    .answer(400);
        }
        if (present.size() >= FederatedCredentials.LIMIT) {
            return Document.error(
                            "Request_BadRequest",
                            "The maximum number of federated identity credentials is " + FederatedCredentials.LIMIT
                                    + ".")
                    .answer(400);
        }
        boolean isTaken = present.stream()
                .anyMatch(one -> one.text("name").equals(asked.text("name"))
                        || (one.text("issuer").equals(asked.text("issuer"))
                                && one.text("subject").equals(asked.text("subject"))));
        if (isTaken) {
            return Document.error(
                            "Request_MultipleObjectsWithSameKeyValue",
                            "FederatedIdentityCredential with the same issuer and subject, or name, already exists.")
                    .answer(409);
        }
        Document made = asked.with("id", UUID.randomUUID().toString());
        present.add(made);
        return made.answer(201);
    }
}
