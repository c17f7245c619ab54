package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.directory.RegisteredSecret;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.podid.serve.arm.GraphPrincipals.Principal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
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

    private static final String PASSWORDS = "passwordCredentials";

    private final GraphPrincipals principals;
    private final User user;
    private final Map<String, Document> applications = new ConcurrentHashMap<>();
    private final GraphFederations federations = new GraphFederations();

    GraphEndpoint(GraphPrincipals principals, User user) {
        this.principals = principals;
        this.user = user;
    }

    /** @param path what follows the version */
    Answer answer(Request request, List<String> path) {
        String id = path.size() > 1 ? path.get(1) : "";
        Optional<Document> application = Optional.ofNullable(applications.get(id));
        String asked = request.method() + " " + path.get(0) + (path.size() > 2 ? "/" + path.get(2) : "");
        return switch (asked) {
            case "GET me" -> me();
            case "GET applications" -> id.isEmpty() ? list(matching(request)) : found(id, application);
            case "POST applications" -> newApplication(new Document(request.json()));
            case "GET servicePrincipals" ->
                id.isEmpty() ? list(principals(request)) : found(id, principals.ofObject(id));
            case "POST servicePrincipals" -> newPrincipal(new Document(request.json()));
            case "POST directoryObjects" -> list(byIds(request));
            case "GET applications/federatedIdentityCredentials" -> federations.list(id);
            default ->
                application
                        .map(one -> change(asked, one, id, request))
                        .orElseGet(() -> notFound(id.isEmpty() ? String.join("/", path) : id));
        };
    }

    private Answer change(String asked, Document application, String id, Request request) {
        return switch (asked) {
            case "PATCH applications" -> Answer.empty(204);
            case "DELETE applications" -> delete(application, id);
            case "POST applications/addPassword" -> addPassword(id, new Document(request.json()));
            case "POST applications/removePassword" -> removePassword(id, new Document(request.json()));
            case "POST applications/federatedIdentityCredentials" ->
                federations.create(id, new Document(request.json()));
            default -> notFound(asked);
        };
    }

    private Answer me() {
        return Document.EMPTY
                .with("id", user.objectId())
                .with("userPrincipalName", user.userPrincipalName())
                .answer(200);
    }

    private Answer newApplication(Document asked) {
        String id = UUID.randomUUID().toString();
        Document application = Document.EMPTY
                .with(PASSWORDS, List.of())
                .merge(asked)
                .with("id", id)
                .with("appId", UUID.randomUUID().toString());
        applications.put(id, application);
        return application.answer(201);
    }

    private Answer newPrincipal(Document asked) {
        String appId = asked.text("appId").orElse("");
        Optional<Document> application = applications.values().stream()
                .filter(one -> one.text("appId").equals(Optional.of(appId)))
                .findFirst();
        if (application.isEmpty()) {
            return notFound(appId);
        }
        String name = application.get().text("displayName").orElse("");
        var principal = Principal.of(appId, name, "Application");
        principals.add(principal);
        return principal.document().answer(201);
    }

    private Answer addPassword(String id, Document asked) {
        Document credential =
                asked.at("passwordCredential").with("keyId", UUID.randomUUID().toString());
        keep(id, Stream.concat(credentials(id), Stream.of(credential)));
        return credential.with("secretText", RegisteredSecret.newValue()).answer(200);
    }

    private Answer removePassword(String id, Document asked) {
        Optional<String> key = asked.text("keyId");
        if (credentials(id).noneMatch(one -> one.text("keyId").equals(key))) {
            return notFound(key.orElse(""));
        }
        keep(id, credentials(id).filter(one -> !one.text("keyId").equals(key)));
        return Answer.empty(204);
    }

    private Stream<Document> credentials(String id) {
        return applications.getOrDefault(id, Document.EMPTY).list(PASSWORDS);
    }

    private void keep(String id, Stream<Document> credentials) {
        List<Map<String, Object>> changed = credentials.map(Document::fields).toList();
        applications.computeIfPresent(id, (same, application) -> application.with(PASSWORDS, changed));
    }

    private Answer delete(Document application, String id) {
        applications.remove(id);
        application.text("appId").ifPresent(principals::removeOfApplication);
        return Answer.empty(204);
    }

    private Stream<Document> principals(Request request) {
        Matcher filter = filter(request);
        return filter.find() ? principals.ofApplication(filter.group(2)).stream() : Stream.empty();
    }

    private Stream<Document> byIds(Request request) {
        return request.json().get("ids") instanceof List<?> ids
                ? ids.stream().flatMap(id -> principals.ofObject(String.valueOf(id)).stream())
                : Stream.empty();
    }

    private Stream<Document> matching(Request request) {
        Matcher filter = filter(request);
        if (!filter.find()) {
            return applications.values().stream();
        }
        String field = filter.group(1).equals("startswith") ? "displayName" : filter.group(1);
        return applications.values().stream()
                .filter(one -> one.text(field).orElse("").startsWith(filter.group(2)));
    }

    private static Matcher filter(Request request) {
        return FILTER.matcher(request.query().get("$filter").orElse(""));
    }

    private static Answer list(Stream<Document> documents) {
        return Document.listed(documents).answer(200);
    }

    private static Answer found(String id, Optional<Document> object) {
        return object.map(one -> one.answer(200)).orElseGet(() -> notFound(id));
    }

    private static Answer notFound(String what) {
        return Document.error(
                        "Request_ResourceNotFound",
                        "Resource '" + what
                                + "' does not exist or one of its queried reference-property objects are not present.")
                .answer(404);
    }
}
