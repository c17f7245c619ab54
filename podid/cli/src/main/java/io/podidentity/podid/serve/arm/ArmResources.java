// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.podid.serve.arm.ArmFaults.Fault;
import io.podidentity.podid.serve.arm.ResourceKinds.Kind;
import io.podidentity.podid.serve.arm.ResourceStore.Resource;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Resources are made, read, listed and removed by their paths. Of one that takes a while its state tells how far it is;
 * clients ask for it again after {@code Retry-After}.
 */
final class ArmResources {

    private static final ResourceId SUBSCRIPTION = ResourceId.parse(ResourceId.SUBSCRIPTION);

    /** Roles and their assignments, which hold for what is below them too. */
    private static final String AUTHORIZATION = "microsoft.authorization/";

    private final ResourceStore store;
    private final ResourceKinds kinds;
    private final ArmFaults faults;
    private final Clock clock;

    private final Map<String, Function<Call, Answer>> methods = Map.of(
            "GET", this::listOrShow,
            "HEAD", this::showWhetherPresent,
            "PUT", this::put,
            "DELETE", this::delete,
            "POST", this::act);

    private final Map<String, Function<Call, Answer>> actions = Map.of(
            "checkNameAvailability", this::checkNameAvailability,
            "listClusterUserCredential", this::listClusterCredential,
            "listClusterAdminCredential", this::listClusterCredential);

    /**
     * A request to Resource Manager.
     *
     * @param failure why what the request begins fails in the end, if a user has ordered that
     */
    private record Call(Request request, ResourceId id, Optional<ArmException> failure) {

        Document body() {
            return new Document(request.json());
        }
    }

    ArmResources(ResourceStore store, ResourceKinds kinds, ArmFaults faults, Clock clock) {
        this.store = store;
        this.kinds = kinds;
        this.faults = faults;
        this.clock = clock;
    }

    /** @throws ArmException if Azure would refuse */
    Answer answer(Request request, ResourceId id) {
        Optional<Fault> fault = faults.takeNext(request.method(), id);
        if (fault.isPresent() && !fault.get().ofOperation()) {
            throw fault.get().refusal();
        }
        Function<Call, Answer> method = methods.get(request.method());
        if (method == null) {
            return Answer.empty(405).with("Allow", "GET, HEAD, PUT, DELETE, POST");
        }
        return method.apply(new Call(request, id, fault.map(Fault::refusal)));
    }

    private Answer listOrShow(Call call) {
        if (call.id().isCollection()) {
            return list(call);
        }
        return show(200, require(call.id()));
    }

    /** As {@code az group exists} asks: the status is the answer. */
    private Answer showWhetherPresent(Call call) {
        return Answer.empty(store.contains(call.id()) ? 204 : 404);
    }

    private Answer show(int status, Resource resource) {
        Instant now = clock.instant();
        Answer answer = resource.describe(now).toAnswer(status);
        return resource.isBeingCreated(now) ? answer.with("Retry-After", "1") : answer;
    }

    private Resource require(ResourceId id) {
        return store.find(id).orElseThrow(() -> notFound(id));
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

    private Answer list(Call call) {
        Predicate<Resource> filter =
                ResourceFilter.parse(call.request().query().get("$filter").orElse(""));
        Instant now = clock.instant();
        return Document.answerList(store.listWithin(SUBSCRIPTION).stream()
                .filter(resource -> isListedIn(call.id(), resource.id()))
                .filter(filter)
                .map(resource -> resource.describe(now))
                .toList());
    }

    private static boolean isListedIn(ResourceId collection, ResourceId id) {
        ResourceId scope = collection.parentOfCollection();
        boolean isForAuthorization = id.type().startsWith(AUTHORIZATION);
        if (collection.name().equals("resources")) {
            return id.isIn(scope) && !isForAuthorization && !id.isGroup();
        }
        if (!id.type().equals(collection.type())) {
            return false;
        }
        // Azure lists roles and their assignments at, above and below a scope; the caller picks.
        boolean holdsForScope = isForAuthorization && scope.isIn(id.parent());
        return id.isIn(scope) || holdsForScope;
    }

    private Answer put(Call call) {
        ResourceId id = call.id();
        Document asked = call.body();
        requireParents(id);
        Kind kind = kinds.require(id);
        int status = store.contains(id) ? 200 : kind.statusOfNew();
        // The path says what the resource is and what it is called, whatever the body says.
        Creation creation = kind.maker().make(id, asked.withAll(Document.describing(id)));
        Instant ready = clock.instant().plus(kind.creationTime());
        var resource = new Resource(id, creation.body(), ready, call.failure());
        store.put(resource);
        // A resource whose creation fails stays, as in Azure, but nothing comes into being with it.
        if (call.failure().isEmpty()) {
            creation.applyEffects();
        }
        return show(status, resource);
    }

    private void requireParents(ResourceId id) {
        ResourceId parent = id.parent();
        boolean isSubscription = parent.segments().size() <= 2;
        if (isSubscription) {
            return;
        }
        if (!store.contains(id.group())) {
            throw notFound(id.group());
        }
        if (!store.contains(parent)) {
            throw new ArmException(
                    404,
                    "ParentResourceNotFound",
                    "Failed to perform 'write' on resource of type '" + id.writtenType()
                            + "', because the parent resource '" + parent.text() + "' could not be found.");
        }
    }

    private Answer delete(Call call) {
        ResourceId id = call.id();
        kinds.require(id);
        // Azure refuses to delete a group that is not there, and accepts it of any other resource.
        if (id.isGroup()) {
            require(id);
        }
        store.remove(id).forEach(kinds::removeCompanions);
        return Answer.empty(id.isGroup() ? 200 : 204);
    }

    private Answer act(Call call) {
        Function<Call, Answer> action = actions.get(call.id().name());
        if (action == null) {
            throw notFound(call.id());
        }
        return action.apply(call);
    }

    private Answer checkNameAvailability(Call call) {
        Document asked = call.body();
        String name = asked.text("name");
        String type = asked.text("type");
        boolean isTaken = store.listWithin(SUBSCRIPTION).stream()
                .map(Resource::id)
                .anyMatch(id -> id.name().equalsIgnoreCase(name) && id.type().equalsIgnoreCase(type));
        if (!isTaken) {
            return Document.EMPTY.with("nameAvailable", true).toAnswer(200);
        }
        return Document.EMPTY
                .with("nameAvailable", false)
                .with("reason", "AlreadyExists")
                .with("message", "The name " + name + " is already taken.")
                .toAnswer(200);
    }

    /** The server's name ends in .invalid, so that kubectl can never reach a real cluster with it. */
    private Answer listClusterCredential(Call call) {
        Resource cluster = require(call.id().owner());
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
