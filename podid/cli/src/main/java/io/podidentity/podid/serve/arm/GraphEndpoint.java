// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.emulator.directory.ObjectIds;
import io.podidentity.emulator.directory.RegisteredSecret;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.podid.serve.arm.ResourceStore.Resource;
import java.util.ArrayList;
import java.util.List;
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
    private static final ResourceId PRINCIPALS = ResourceId.parse("/v1.0/servicePrincipals");

    /**
     * Such as {@code appId eq 'X'}, {@code startswith(displayName,'X')}, {@code servicePrincipalNames/any(c:c eq 'X')}.
     */
    private static final Pattern FILTER = Pattern.compile("(\\w+)[^']*'([^']*)'");

    private static final String APPLICATION = "Application";
    private static final String PASSWORDS = "passwordCredentials";

    private final ResourceStore store;
    private final User user;

    GraphEndpoint(ResourceStore store, Directory directory) {
        this.store = store;
        this.user = directory.user();
        directory
                .principals()
                .all()
                .forEach(known -> store.put(
                        principal(known.objectId(), known.clientId(), "podid " + known.clientId(), APPLICATION)));
    }

    static ResourceId principalPath(String objectId) {
        return ResourceId.parse(PRINCIPALS.text() + "/" + objectId);
    }

    /** A service principal, whose object ID comes from its client ID as the emulator's tokens have it. */
    static Resource principal(String appId, String name, String type) {
        return principal(ObjectIds.of(appId), appId, name, type);
    }

    private static Resource principal(String objectId, String appId, String name, String type) {
        return Resource.of(
                principalPath(objectId),
                Document.EMPTY
                        .with("id", objectId)
                        .with("appId", appId)
                        .with("displayName", name)
                        .with("servicePrincipalType", type)
                        .with("servicePrincipalNames", List.of(appId)));
    }

    /** @throws ArmException if there is no such object, or Graph would refuse */
    Answer answer(Request request, ResourceId path) {
        List<String> segments = path.segments();
        String part = segments.size() > 3 ? "/" + segments.get(3) : "";
        return switch (request.method() + " " + segments.get(1) + part) {
            case "GET me" ->
                Document.EMPTY
                        .with("id", user.objectId())
                        .with("userPrincipalName", user.userPrincipalName())
                        .answer(200);
            case "GET applications", "GET servicePrincipals" ->
                segments.size() == 2
                        ? list(path, matching(request))
                        : existing(path).body().answer(200);
            case "POST applications" -> newApplication(new Document(request.json()));
            case "POST servicePrincipals" -> newPrincipal(new Document(request.json()));
            case "POST directoryObjects" -> byIds(request);
            case "GET applications/federatedIdentityCredentials" -> list(path, all -> true);
            case "POST applications/federatedIdentityCredentials" -> {
                existing(path.owner());
                yield newCredential(path, new Document(request.json()));
            }
            case "POST applications/addPassword" -> addPassword(existing(path.owner()), new Document(request.json()));
            case "PATCH applications" -> change(existing(path), new Document(request.json()));
            case "DELETE applications" -> delete(existing(path));
            default -> throw notFound(path.text());
        };
    }

    private Answer newApplication(Document asked) {
        return created(
                APPLICATIONS,
                Document.EMPTY
                        .with(PASSWORDS, List.of())
                        .with(asked)
                        .with("appId", UUID.randomUUID().toString()));
    }

    private Answer created(ResourceId collection, Document object) {
        String id = UUID.randomUUID().toString();
        Document whole = object.with("id", id);
        store.put(Resource.of(ResourceId.parse(collection.text() + "/" + id), whole));
        return whole.answer(201);
    }

    private Answer newPrincipal(Document asked) {
        String appId = asked.text("appId");
        Document application = store.members(APPLICATIONS).stream()
                .map(Resource::body)
                .filter(one -> one.text("appId").equals(appId))
                .findFirst()
                .orElseThrow(() -> notFound(appId));
        Resource principal = principal(appId, application.text("displayName"), APPLICATION);
        store.put(principal);
        return principal.body().answer(201);
    }

    private Answer newCredential(ResourceId collection, Document asked) {
        List<Document> others =
                store.members(collection).stream().map(Resource::body).toList();
        if (others.stream()
                .anyMatch(one -> one.text("name").equals(asked.text("name")) || isOfSameOrigin(one, asked))) {
            throw new ArmException(
                    409,
                    "Request_MultipleObjectsWithSameKeyValue",
                    "FederatedIdentityCredential with the same issuer and subject, or name, already exists.");
        }
        requireRoomFor("Request_BadRequest", asked, others);
        return created(collection, asked);
    }

    private static boolean isOfSameOrigin(Document one, Document other) {
        return one.text("issuer").equals(other.text("issuer"))
                && one.text("subject").equals(other.text("subject"));
    }

    /** At most 20 federated credentials for an identity or application, no two of the same issuer and subject. */
    static void requireRoomFor(String badRequest, Document asked, List<Document> others) {
        for (String field : List.of("issuer", "subject")) {
            if (asked.text(field).isEmpty()) {
                throw new ArmException(400, badRequest, "The property '" + field + "' is missing.");
            }
        }
        if (others.size() >= FederatedCredentials.LIMIT) {
            throw new ArmException(
                    400,
                    badRequest,
                    "Too many Federated Identity Credentials. The limit is " + FederatedCredentials.LIMIT
                            + " for one identity.");
        }
        if (others.stream().anyMatch(other -> isOfSameOrigin(other, asked))) {
            throw new ArmException(
                    409, "Conflict", "Issuer and subject combination already exists for this Managed Identity.");
        }
    }

    private Answer addPassword(Resource application, Document asked) {
        Document credential =
                asked.at("passwordCredential").with("keyId", UUID.randomUUID().toString());
        var all = new ArrayList<Object>();
        if (application.body().fields().get(PASSWORDS) instanceof List<?> present) {
            all.addAll(present);
        }
        all.add(credential.fields());
        store.put(Resource.of(application.id(), application.body().with(PASSWORDS, all)));
        return credential.with("secretText", RegisteredSecret.newValue()).answer(200);
    }

    private Answer change(Resource application, Document changes) {
        store.put(Resource.of(application.id(), application.body().with(changes)));
        return Answer.empty(204);
    }

    private Answer delete(Resource application) {
        store.remove(application.id());
        store.remove(principalPath(ObjectIds.of(application.body().text("appId"))));
        return Answer.empty(204);
    }

    private Answer byIds(Request request) {
        List<?> ids = request.json().get("ids") instanceof List<?> list ? list : List.of();
        return list(
                PRINCIPALS, one -> ids.stream().anyMatch(id -> one.text("id").equalsIgnoreCase(String.valueOf(id))));
    }

    private static Predicate<Document> matching(Request request) {
        Matcher filter = FILTER.matcher(request.query().get("$filter").orElse(""));
        if (!filter.find()) {
            return all -> true;
        }
        String field = filter.group(1);
        String value = filter.group(2);
        return switch (field) {
            case "startswith" -> one -> one.text("displayName").regionMatches(true, 0, value, 0, value.length());
            case "servicePrincipalNames" -> one -> one.text("appId").equalsIgnoreCase(value);
            default -> one -> one.text(field).equalsIgnoreCase(value);
        };
    }

    private Answer list(ResourceId collection, Predicate<Document> wanted) {
        return Document.listed(store.members(collection).stream()
                .map(Resource::body)
                .filter(wanted)
                .toList());
    }

    private Resource existing(ResourceId path) {
        return store.get(path).orElseThrow(() -> notFound(path.name()));
    }

    private static ArmException notFound(String what) {
        return new ArmException(
                404,
                "Request_ResourceNotFound",
                "Resource '" + what
                        + "' does not exist or one of its queried reference-property objects are not present.");
    }
}
