package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.ObjectIds;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The service principals of the tenant, those made here among them, by object ID. Thread-safe. */
final class GraphPrincipals {

    private final Map<String, Principal> byObjectId = new ConcurrentHashMap<>();
    private final Directory directory;

    /** @param type {@code Application} or {@code ManagedIdentity} */
    record Principal(String objectId, String appId, String name, String type) {

        /** Its object ID is the one that is in the tokens of pods whose manifests name that client ID. */
        static Principal of(String appId, String name, String type) {
            return new Principal(ObjectIds.of(appId), appId, name, type);
        }

        Document document() {
            return Document.EMPTY
                    .with("id", objectId)
                    .with("appId", appId)
                    .with("displayName", name)
                    .with("servicePrincipalType", type)
                    .with("servicePrincipalNames", List.of(appId));
        }
    }

    GraphPrincipals(Directory directory) {
        this.directory = directory;
        directory
                .principals()
                .all()
                .forEach(known -> add(
                        new Principal(known.objectId(), known.clientId(), "podid " + known.clientId(), "Application")));
    }

    void add(Principal principal) {
        byObjectId.put(key(principal.objectId()), principal);
    }

    void remove(String objectId) {
        byObjectId.remove(key(objectId));
    }

    void removeOfApplication(String appId) {
        byObjectId.values().removeIf(principal -> principal.appId().equalsIgnoreCase(appId));
    }

    Optional<Document> ofObject(String objectId) {
        return Optional.ofNullable(byObjectId.get(key(objectId))).map(Principal::document);
    }

    Optional<Document> ofApplication(String appId) {
        return byObjectId.values().stream()
                .filter(principal -> principal.appId().equalsIgnoreCase(appId))
                .map(Principal::document)
                .findFirst();
    }

    boolean exists(String objectId) {
        return byObjectId.containsKey(key(objectId))
                || directory.user().objectId().equalsIgnoreCase(objectId);
    }

    private static String key(String objectId) {
        return objectId.toLowerCase(Locale.ROOT);
    }
}
