// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.podid.serve.arm.ArmFaults.Fault;
import io.podidentity.podid.serve.arm.ResourceStore.Resource;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Resources are made, read, listed and removed by their paths. Of one that takes a while its state tells how far it is;
 * clients ask for it again after {@code Retry-After}.
 */
final class ArmResources {

    /** Such as {@code roleName eq 'Reader'} or {@code assignedTo('GUID')}. */
    private static final Pattern CONDITION = Pattern.compile("(\\w+)\\s*(?:eq\\s*|\\()'([^']*)'");

    private final ResourceStore store;
    private final ResourceKinds kinds;
    private final ArmFaults faults;
    private final Clock clock;

    ArmResources(ResourceStore store, ResourceKinds kinds, ArmFaults faults, Clock clock) {
        this.store = store;
        this.kinds = kinds;
        this.faults = faults;
        this.clock = clock;
    }

    /** @throws ArmException if Azure would refuse */
    Answer answer(Request request, ResourceId id) {
        Optional<Fault> fault = faults.next(request.method(), id);
        fault.filter(one -> !one.ofOperation()).ifPresent(one -> {
            throw one.refusal();
        });
        return switch (request.method()) {
            case "GET" -> id.isCollection() ? list(request, id) : shown(200, existing(id));
            case "HEAD" -> Answer.empty(store.get(id).isPresent() ? 204 : 404);
            case "PUT" -> put(id, new Document(request.json()), fault.map(Fault::refusal));
            case "DELETE" -> delete(id);
            case "POST" -> act(id, new Document(request.json()));
            default -> Answer.empty(405).with("Allow", "GET, HEAD, PUT, DELETE, POST");
        };
    }

    private Answer shown(int status, Resource resource) {
        Instant now = clock.instant();
        Answer answer = resource.at(now).answer(status);
        return now.isBefore(resource.ready()) ? answer.with("Retry-After", "1") : answer;
    }

    private Resource existing(ResourceId id) {
        return store.get(id).orElseThrow(() -> notFound(id));
    }

    private static ArmException notFound(ResourceId id) {
        if (id.isGroup()) {
            String message = "Resource group '" + id.name() + "' could not be found.";
            return new ArmException(404, "ResourceGroupNotFound", message);
        }
        String message = "The Resource '" + id.type() + "/" + id.name() + "' under resource group '"
                + id.group().name() + "' was not found.";
        return new ArmException(404, "ResourceNotFound", message);
    }

    /** With the filters that {@code az} uses. */
    private Answer list(Request request, ResourceId collection) {
        Predicate<Resource> wanted = listed(collection);
        String filter = request.query().get("$filter").orElse("");
        for (var condition : CONDITION.matcher(filter).results().toList()) {
            wanted = wanted.and(one -> meets(one, condition.group(1), condition.group(2)));
        }
        return Document.listed(store.in(ResourceId.parse(ResourceId.SUBSCRIPTION)).stream()
                .filter(wanted)
                .map(one -> one.at(clock.instant()))
                .toList());
    }

    private static Predicate<Resource> listed(ResourceId collection) {
        ResourceId scope = collection.parentOfCollection();
        String roles = "microsoft.authorization/";
        Predicate<Resource> below = one -> one.id().isIn(scope);
        if (collection.name().equals("resources")) {
            return below.and(
                    one -> !one.id().type().startsWith(roles) && !one.id().isGroup());
        }
        Predicate<Resource> ofType = one -> one.id().type().equals(collection.type());
        // Roles and their assignments at, above and below the scope; the caller picks.
        return collection.type().startsWith(roles)
                ? ofType.and(below.or(one -> scope.isIn(one.id().parent())))
                : ofType.and(below);
    }

    private static boolean meets(Resource resource, String field, String value) {
        Document properties = resource.body().properties();
        return switch (field) {
            case "name" -> resource.id().name().equalsIgnoreCase(value);
            case "resourceType" -> resource.id().type().equalsIgnoreCase(value);
            case "roleName" -> properties.text("roleName").equalsIgnoreCase(value);
            case "principalId", "assignedTo" -> properties.text("principalId").equalsIgnoreCase(value);
            default -> true;
        };
    }

    private Answer put(ResourceId id, Document asked, Optional<ArmException> failure) {
        checkPlace(id);
        // Azure says 202 of a new storage account; az takes that or 200.
        boolean isNew = store.get(id).isEmpty() && !id.type().equals(ResourceKinds.ACCOUNTS);
        Instant ready = clock.instant().plus(ResourceKinds.time(id));
        var after = new ArrayList<Runnable>();
        Document made = kinds.of(id).made(id, asked.with(Document.of(id)), after);
        var resource = new Resource(id, made, ready, failure);
        store.put(resource);
        if (failure.isEmpty()) {
            after.forEach(Runnable::run);
        }
        return shown(isNew ? 201 : 200, resource);
    }

    private void checkPlace(ResourceId id) {
        ResourceId parent = id.parent();
        if (parent.segments().size() <= 2) {
            return;
        }
        if (store.get(id.group()).isEmpty()) {
            throw notFound(id.group());
        }
        if (store.get(parent).isEmpty()) {
            throw new ArmException(
                    404,
                    "ParentResourceNotFound",
                    "Failed to perform 'write' on resource of type '" + id.writtenType()
                            + "', because the parent resource '" + parent.text() + "' could not be found.");
        }
    }

    private Answer delete(ResourceId id) {
        var unused = kinds.of(id);
        if (id.isGroup()) {
            existing(id);
        }
        store.remove(id).forEach(kinds::removed);
        return Answer.empty(id.isGroup() ? 200 : 204);
    }

    private Answer act(ResourceId action, Document asked) {
        return switch (action.name()) {
            case "checkNameAvailability" -> availability(asked.text("name"), asked.text("type"));
            case "listClusterUserCredential", "listClusterAdminCredential" -> credential(existing(action.owner()));
            default -> throw notFound(action);
        };
    }

    private Answer availability(String name, String type) {
        boolean taken = store.in(ResourceId.parse(ResourceId.SUBSCRIPTION)).stream()
                .anyMatch(one -> meets(one, "name", name) && meets(one, "resourceType", type));
        Document answer = Document.EMPTY.with("nameAvailable", !taken);
        String message = "The name " + name + " is already taken.";
        return (taken ? answer.with("reason", "AlreadyExists").with("message", message) : answer).answer(200);
    }

    /** The server's name ends in .invalid, so that kubectl can never reach a real cluster with it. */
    private static Answer credential(Resource cluster) {
        String yaml =
                """
                apiVersion: v1
                kind: Config
                clusters: [{name: %1$s, cluster: {server: "https://%2$s:443"}}]
                users: [{name: clusterUser_%1$s, user: {token: emulated-cluster-credential}}]
                contexts: [{name: %1$s, context: {cluster: %1$s, user: clusterUser_%1$s}}]
                current-context: %1$s
                """.formatted(cluster.id().name(), cluster.body().properties().text("fqdn"));
        String encoded = Base64.getEncoder().encodeToString(yaml.getBytes(StandardCharsets.UTF_8));
        return Answer.json(200, Map.of("kubeconfigs", List.of(Map.of("name", "clusterUser", "value", encoded))));
    }
}
