package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.podid.serve.arm.GraphPrincipals.Principal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What {@code az ad} asks of Microsoft Graph for an application with a password: applications, service principals, who
 * is signed in; and for its federated credentials. Of a password that is given out, only name and key ID are kept:
 * Entra ID here knows only those that it began with.
 */
final class GraphEndpoint {

    /**
     * Such as {@code appId eq 'X'}, {@code startswith(displayName,'X')}, {@code servicePrincipalNames/any(c:c eq 'X')}.
     */
    private static final Pattern FILTER = Pattern.compile("(\\w+)[^']*'([^']*)'");

    private final GraphPrincipals principals;
    private final User user;
    private final Supplier<String> passwords;
    private final Map<String, Map<String, Object>> applications = new ConcurrentHashMap<>();
    private final GraphFederations federations = new GraphFederations();

    GraphEndpoint(GraphPrincipals principals, User user, Supplier<String> passwords) {
        this.principals = principals;
        this.user = user;
        this.passwords = passwords;
    }

    /** @param path what follows the version */
    Answer answer(Request request, List<String> path) {
        String id = path.size() > 1 ? path.get(1) : "";
        return switch (request.method() + " " + path.get(0) + (path.size() > 2 ? "/" + path.get(2) : "")) {
            case "GET me" -> Answer.json(200, me());
            case "GET applications" ->
                id.isEmpty() ? list(matching(applications, request)) : found(id, application(id));
            case "POST applications" -> Answer.json(201, newApplication(request));
            case "PATCH applications" -> Answer.empty(204);
            case "DELETE applications" -> deleteApplication(id);
            case "POST applications/addPassword" -> application(id).isPresent() ? password(id, request) : notFound(id);
            case "POST applications/removePassword" -> removePassword(id, request);
            case "GET applications/federatedIdentityCredentials" -> federations.list(id);
            case "POST applications/federatedIdentityCredentials" ->
                application(id).isPresent() ? federations.create(id, new Document(request.json())) : notFound(id);
            case "POST directoryObjects" -> list(byIds(request));
            case "GET servicePrincipals" -> id.isEmpty() ? list(principals(request)) : found(id, principal(id));
            case "POST servicePrincipals" -> newPrincipal(request);
            default -> notFound(String.join("/", path));
        };
    }

    private Map<String, Object> me() {
        return Map.of("id", user.objectId(), "userPrincipalName", user.userPrincipalName());
    }

    private Map<String, Object> newApplication(Request request) {
        var application = new LinkedHashMap<>(request.json());
        String id = UUID.randomUUID().toString();
        application.put("id", id);
        application.put("appId", UUID.randomUUID().toString());
        application.putIfAbsent("passwordCredentials", List.of());
        applications.put(id, application);
        return application;
    }

    private Answer newPrincipal(Request request) {
        String appId = String.valueOf(request.json().get("appId"));
        Optional<Map<String, Object>> application = applications.values().stream()
                .filter(one -> appId.equals(one.get("appId")))
                .findFirst();
        if (application.isEmpty()) {
            return notFound(appId);
        }
        var principal = new Principal(
                UUID.randomUUID().toString(),
                appId,
                String.valueOf(application.get().get("displayName")),
                "Application");
        principals.add(principal);
        return Answer.json(201, json(principal));
    }

    private Answer password(String id, Request request) {
        Document credential = new Document(request.json())
                .at("passwordCredential")
                .with("keyId", UUID.randomUUID().toString());
        change(id, Stream.concat(credentials(id), Stream.of(credential)));
        return Answer.json(200, credential.with("secretText", passwords.get()).fields());
    }

    private Answer removePassword(String id, Request request) {
        Optional<String> key = new Document(request.json()).text("keyId");
        if (credentials(id).noneMatch(one -> one.text("keyId").equals(key))) {
            return notFound(key.orElse(""));
        }
        change(id, credentials(id).filter(one -> !one.text("keyId").equals(key)));
        return Answer.empty(204);
    }

    private Stream<Document> credentials(String id) {
        return new Document(applications.getOrDefault(id, Map.of())).list("passwordCredentials");
    }

    private void change(String id, Stream<Document> credentials) {
        List<Map<String, Object>> changed = credentials.map(Document::fields).toList();
        applications.computeIfPresent(
                id,
                (same, application) -> new Document(application)
                        .with("passwordCredentials", changed)
                        .fields());
    }

    private Answer deleteApplication(String id) {
        Map<String, Object> gone = applications.remove(id);
        if (gone == null) {
            return notFound(id);
        }
        principals
                .ofApplication(String.valueOf(gone.get("appId")))
                .ifPresent(principal -> principals.remove(principal.objectId()));
        return Answer.empty(204);
    }

    private Optional<Map<String, Object>> application(String id) {
        return Optional.ofNullable(applications.get(id));
    }

    private Optional<Map<String, Object>> principal(String objectId) {
        return principals.ofObject(objectId).map(GraphEndpoint::json);
    }

    private List<Map<String, Object>> principals(Request request) {
        Matcher filter = filter(request);
        return filter.find()
                ? principals.ofApplication(filter.group(2)).map(GraphEndpoint::json).stream()
                        .toList()
                : List.of();
    }

    private List<Map<String, Object>> byIds(Request request) {
        return request.json().get("ids") instanceof List<?> ids
                ? ids.stream()
                        .flatMap(id -> principal(String.valueOf(id)).stream())
                        .toList()
                : List.of();
    }

    private static List<Map<String, Object>> matching(Map<String, Map<String, Object>> all, Request request) {
        Matcher filter = filter(request);
        if (!filter.find()) {
            return List.copyOf(all.values());
        }
        String field = filter.group(1).equals("startswith") ? "displayName" : filter.group(1);
        return all.values().stream()
                .filter(one -> String.valueOf(one.get(field)).startsWith(filter.group(2)))
                .toList();
    }

    private static Matcher filter(Request request) {
        return FILTER.matcher(request.query().get("$filter").orElse(""));
    }

    private static Map<String, Object> json(Principal principal) {
        return Map.of(
                "id",
                principal.objectId(),
                "appId",
                principal.appId(),
                "displayName",
                principal.name(),
                "servicePrincipalType",
                principal.type(),
                "servicePrincipalNames",
                List.of(principal.appId()));
    }

    private static Answer list(List<Map<String, Object>> values) {
        return Answer.json(200, Map.of("value", values));
    }

    private static Answer found(String id, Optional<Map<String, Object>> object) {
        return object.map(one -> Answer.json(200, one)).orElseGet(() -> notFound(id));
    }

    private static Answer notFound(String what) {
        String message = "Resource '" + what
                + "' does not exist or one of its queried reference-property objects are not present.";
        return Answer.json(404, Map.of("error", Map.of("code", "Request_ResourceNotFound", "message", message)));
    }
}
