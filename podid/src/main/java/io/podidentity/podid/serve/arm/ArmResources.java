package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.podid.serve.arm.Operations.Work;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What all resources have in common: they are made, read, changed, listed and removed by their paths. */
final class ArmResources {

    private static final String CREATING = "Creating";
    private static final String DELETING = "Deleting";
    private static final String SUCCEEDED = "Succeeded";
    private static final String FAILED = "Failed";

    private final ResourceStore store;
    private final Operations operations;
    private final ArmFaults faults;
    private final Map<String, ResourceType> types;

    ArmResources(ResourceStore store, Operations operations, ArmFaults faults, List<ResourceType> types) {
        this.store = store;
        this.operations = operations;
        this.faults = faults;
        this.types = types.stream()
                .collect(Collectors.toMap(type -> type.name().toLowerCase(Locale.ROOT), Function.identity()));
    }

    /** @throws ArmException if Azure would refuse */
    Answer answer(Request request, ResourceId id) {
        operations.settle();
        if (operations.isOne(id)) {
            return operations.state(id);
        }
        Optional<ArmFault> fault = faults.next(request.method(), id);
        fault.filter(one -> !one.isOfOperation()).ifPresent(one -> {
            throw one.refusal();
        });
        ArmException failure = fault.map(ArmFault::refusal).orElse(null);
        return switch (request.method()) {
            case "GET" ->
                id.isCollection() ? list(id) : Answer.json(200, existing(id).json());
            case "HEAD" -> Answer.empty(store.get(id).isPresent() ? 204 : 404);
            case "PUT" -> put(id, new Document(request.json()), failure);
            case "PATCH" -> put(id, existing(id).body().merge(new Document(request.json())), failure);
            case "DELETE" -> delete(id, failure);
            case "POST" -> act(id);
            default -> Answer.empty(405).with("Allow", "GET, HEAD, PUT, PATCH, DELETE, POST");
        };
    }

    private ArmResource existing(ResourceId id) {
        return store.get(id).orElseThrow(() -> ArmException.notFound(id));
    }

    private Answer list(ResourceId collection) {
        return listed(store.in(collection.parentOfCollection(), collection.type()));
    }

    static Answer listed(List<ArmResource> resources) {
        return Answer.json(
                200, Map.of("value", resources.stream().map(ArmResource::json).toList()));
    }

    private Answer put(ResourceId id, Document asked, @Nullable ArmException failure) {
        ResourceType type = type(id);
        checkPlace(id);
        boolean made = store.get(id).isEmpty();
        Document whole = type.complete(
                id, new Document(Map.of("id", id.text(), "name", id.name(), "type", type.name())).merge(asked));
        ArmResource resource = new ArmResource(id, whole);
        Duration time = id.isGroup() ? Duration.ZERO : type.time();
        if (time.isZero()) {
            finish(type, resource);
            return Answer.json(made ? 201 : 200, existing(id).json());
        }
        ArmResource begun = resource.in(CREATING);
        store.put(begun);
        Runnable end = failure == null ? () -> finish(type, resource) : () -> store.put(resource.in(FAILED));
        Answer answer = type.answersLater() ? Answer.empty(202) : Answer.json(made ? 201 : 200, begun.json());
        return operations.start(
                answer,
                new Work(time, failure, end, () -> Answer.json(200, existing(id).json())));
    }

    private void finish(ResourceType type, ArmResource resource) {
        ArmResource whole = resource.in(SUCCEEDED);
        store.put(whole);
        type.made(whole);
    }

    private void checkPlace(ResourceId id) {
        ResourceId parent = id.parent();
        if (parent.segments().size() <= 2) {
            return;
        }
        if (store.get(id.group()).isEmpty()) {
            throw ArmException.notFound(id.group());
        }
        if (store.get(parent).isEmpty()) {
            throw new ArmException(
                    404,
                    "ParentResourceNotFound",
                    "Failed to perform 'write' on resource of type '" + type(id).name()
                            + "', because the parent resource '" + parent.text() + "' could not be found.");
        }
    }

    private Answer delete(ResourceId id, @Nullable ArmException failure) {
        ResourceType type = type(id);
        Optional<ArmResource> resource = store.get(id);
        if (resource.isEmpty()) {
            if (id.isGroup()) {
                throw ArmException.notFound(id);
            }
            return Answer.empty(204);
        }
        if (type.time().isZero()) {
            remove(id);
            return Answer.json(200, resource.get().json());
        }
        store.put(resource.get().in(DELETING));
        Runnable end = failure == null
                ? () -> remove(id)
                : () -> store.put(resource.get().in(FAILED));
        return operations.start(Answer.empty(202), new Work(type.time(), failure, end, () -> Answer.empty(200)));
    }

    private void remove(ResourceId id) {
        List<ArmResource> all =
                store.all().stream().filter(one -> one.id().isIn(id)).toList();
        store.remove(id);
        all.forEach(one -> Optional.ofNullable(types.get(one.id().type())).ifPresent(type -> type.removed(one)));
    }

    private Answer act(ResourceId action) {
        ArmResource resource = existing(action.owner());
        return type(resource.id())
                .act(resource, action.name())
                .map(answer -> Answer.json(200, answer))
                .orElseThrow(() -> unsupported(action));
    }

    private ResourceType type(ResourceId id) {
        return Optional.ofNullable(types.get(id.type())).orElseThrow(() -> unsupported(id));
    }

    private static ArmException unsupported(ResourceId id) {
        return new ArmException(
                404, "InvalidResourceType", "The emulator does not play '" + id.type() + "' (" + id.text() + ").");
    }
}
