// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import static java.util.Map.entry;

import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.ObjectIds;
import io.podidentity.emulator.directory.RegisteredSecret;
import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.podid.serve.arm.ResourceStore.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code az ad} asks of Microsoft Graph for an application with a password: applications, service principals, who
 * is signed in; and for its federated credentials. Of a password that is given out, only name and key ID are kept:
 * Entra ID here knows only those that it began with.
 */
final class GraphEndpoint {

    private static final ResourceId APPLICATIONS = ResourceId.parse("/v1.0/applications");

    /** The principal of an application, as against that of a managed identity. */
    private static final String APPLICATION = "Application";

    private static final String PASSWORDS = "passwordCredentials";

    /**
     * Such as {@code appId eq 'X'}, {@code startswith(displayName,'X')}, {@code servicePrincipalNames/any(c:c eq 'X')}.
     */
    private static final Pattern FILTER = Pattern.compile("(?<field>\\w+)[^']*'(?<value>[^']*)'");

    private final ResourceStore store;
    private final User user;

    /** By method and collection, and what is asked of one object of the collection. */
    private final Map<String, Route> routes = Map.ofEntries(
            entry("GET me", (request, path) -> describeUser()),
            entry("GET applications", this::listOrShow),
            entry("POST applications", (request, path) -> createApplication(request)),
            entry("PATCH applications", this::changeApplication),
            entry("DELETE applications", (request, path) -> deleteApplication(path)),
            entry("POST applications/addPassword", this::addPassword),
            entry("GET applications/federatedIdentityCredentials", (request, path) -> list(path, credential -> true)),
            entry("POST applications/federatedIdentityCredentials", this::createCredential),
            entry("GET servicePrincipals", this::listOrShow),
            entry("POST servicePrincipals", (request, path) -> createPrincipal(request)),
            entry("POST directoryObjects", (request, path) -> listByIds(request)));

    /** Answers requests of one method for one kind of path. */
    @FunctionalInterface
    private interface Route {

        Answer answer(Request request, ResourceId path);
    }

    GraphEndpoint(ResourceStore store, Directory directory) {
        this.store = store;
        this.user = directory.user();
        for (ServicePrincipal known : directory.principals().all()) {
            store.put(GraphPrincipals.describe(
                    known.objectId(), known.clientId(), "podid " + known.clientId(), APPLICATION));
        }
    }

    /** @throws ArmException if there is no such object, or Graph would refuse */
    Answer answer(Request request, ResourceId path) {
        Route route = routes.get(request.method() + " " + partsWithoutId(path));
        if (route == null) {
            throw notFound(path.text());
        }
        return route.answer(request, path);
    }

    /** {@code applications/addPassword} of {@code /v1.0/applications/ID/addPassword}. */
    private static String partsWithoutId(ResourceId path) {
        List<String> segments = path.segments();
        String collection = segments.get(1);
        if (segments.size() <= 3) {
            return collection;
        }
        return collection + "/" + segments.get(3);
    }

    private Answer describeUser() {
        return Document.EMPTY
                .with("id", user.objectId())
                .with("userPrincipalName", user.userPrincipalName())
                .toAnswer(200);
    }

    private Answer listOrShow(Request request, ResourceId path) {
        boolean isCollection = path.segments().size() == 2;
        if (isCollection) {
            return list(path, readFilter(request));
        }
        return require(path).body().toAnswer(200);
    }

    private Answer createApplication(Request request) {
        Document asked = new Document(request.json());
        return create(
                APPLICATIONS,
                Document.EMPTY
                        .with(PASSWORDS, List.of())
                        .withAll(asked)
                        .with("appId", UUID.randomUUID().toString()));
    }

    private Answer create(ResourceId collection, Document object) {
        String id = UUID.randomUUID().toString();
        Document whole = object.with("id", id);
        store.put(Resource.ready(ResourceId.parse(collection.text() + "/" + id), whole));
        return whole.toAnswer(201);
    }

    private Answer changeApplication(Request request, ResourceId path) {
        Resource application = require(path);
        Document changes = new Document(request.json());
        store.put(Resource.ready(application.id(), application.body().withAll(changes)));
        return Answer.empty(204);
    }

    private Answer deleteApplication(ResourceId path) {
        Resource application = require(path);
        store.remove(application.id());
        store.remove(GraphPrincipals.path(ObjectIds.of(application.body().text("appId"))));
        return Answer.empty(204);
    }

    private Answer addPassword(Request request, ResourceId path) {
        Resource application = require(path.owner());
        Document credential = new Document(request.json())
                .object("passwordCredential")
                .with("keyId", UUID.randomUUID().toString());
        var all = new ArrayList<Object>();
        if (application.body().fields().get(PASSWORDS) instanceof List<?> present) {
            all.addAll(present);
        }
        all.add(credential.fields());
        store.put(Resource.ready(application.id(), application.body().with(PASSWORDS, all)));
        // The answer is the only place where the secret is ever shown, as in Azure.
        return credential.with("secretText", RegisteredSecret.newValue()).toAnswer(200);
    }

    private Answer createCredential(Request request, ResourceId collection) {
        require(collection.owner());
        Document asked = new Document(request.json());
        List<Document> others =
                store.listMembers(collection).stream().map(Resource::body).toList();
        // Graph has a code of its own for what Resource Manager calls a conflict.
        if (others.stream().anyMatch(other -> isDuplicate(asked, other))) {
            throw new ArmException(
                    409,
                    "Request_MultipleObjectsWithSameKeyValue",
                    "FederatedIdentityCredential with the same issuer and subject, or name, already exists.");
        }
        CredentialRules.requireAcceptable("Request_BadRequest", asked, others);
        return create(collection, asked);
    }

    private static boolean isDuplicate(Document credential, Document other) {
        return credential.text("name").equals(other.text("name")) || CredentialRules.trustSameTokens(credential, other);
    }

    private Answer createPrincipal(Request request) {
        String appId = new Document(request.json()).text("appId");
        Document application = store.listMembers(APPLICATIONS).stream()
                .map(Resource::body)
                .filter(candidate -> candidate.text("appId").equals(appId))
                .findFirst()
                .orElseThrow(() -> notFound(appId));
        Resource principal = GraphPrincipals.describe(appId, application.text("displayName"), APPLICATION);
        store.put(principal);
        return principal.body().toAnswer(201);
    }

    private Answer listByIds(Request request) {
        var ids = new ArrayList<String>();
        if (request.json().get("ids") instanceof List<?> asked) {
            asked.forEach(id -> ids.add(String.valueOf(id)));
        }
        return list(
                GraphPrincipals.COLLECTION, principal -> ids.stream().anyMatch(principal.text("id")::equalsIgnoreCase));
    }

    private static Predicate<Document> readFilter(Request request) {
        Matcher filter = FILTER.matcher(request.query().get("$filter").orElse(""));
        if (!filter.find()) {
            return object -> true;
        }
        String field = filter.group("field");
        String value = filter.group("value");
        if (field.equals("startswith")) {
            return object -> object.text("displayName").regionMatches(true, 0, value, 0, value.length());
        }
        // A principal has one name here, its client ID.
        String compared = field.equals("servicePrincipalNames") ? "appId" : field;
        return object -> object.text(compared).equalsIgnoreCase(value);
    }

    private Answer list(ResourceId collection, Predicate<Document> filter) {
        return Document.answerList(store.listMembers(collection).stream()
                .map(Resource::body)
                .filter(filter)
                .toList());
    }

    private Resource require(ResourceId path) {
        return store.find(path).orElseThrow(() -> notFound(path.name()));
    }

    private static ArmException notFound(String what) {
        return new ArmException(
                404,
                "Request_ResourceNotFound",
                "Resource '" + what
                        + "' does not exist or one of its queried reference-property objects are not present.");
    }
}
