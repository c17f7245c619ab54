package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.podid.serve.arm.ArmFaults.Fault;
import io.podidentity.podid.serve.arm.Operations.Work;
import io.podidentity.podid.serve.arm.ResourceStore.Resource;
import io.podidentity.podid.serve.arm.ResourceTypes.ResourceType;
import java.time.Duration;
import java.util.Optional;
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
    private final ResourceTypes types;

    ArmResources(ResourceStore store, Operations operations, ArmFaults faults, ResourceTypes types) {
        this.store = store;
        this.operations = operations;
        this.faults = faults;
        this.types = types;
    }

    /** @throws ArmException if Azure would refuse */
    Answer answer(Request request, ResourceId id) {
        operations.settle();
        if (operations.isOne(id)) {
            return operations.state(id);
        }
        Optional<Fault> fault = faults.next(request.method(), id);
        fault.filter(one -> !one.ofOperation()).ifPresent(one -> {
            throw one.refusal();
        });
        ArmException failure = fault.map(Fault::refusal).orElse(null);
        return switch (request.method()) {
            case "GET" -> id.isCollection() ? list(id) : shown(200, id);
            case "HEAD" -> Answer.empty(store.get(id).isPresent() ? 204 : 404);
            case "PUT" -> put(id, new Document(request.json()), failure);
            case "PATCH" -> put(id, existing(id).body().merge(new Document(request.json())), failure);
            case "DELETE" -> delete(id, failure);
            case "POST" -> act(id);
            default -> Answer.empty(405).with("Allow", "GET, HEAD, PUT, PATCH, DELETE, POST");
        };
    }

    private Answer shown(int status, ResourceId id) {
        return existing(id).body().answer(status);
    }

    private Resource existing(ResourceId id) {
        return store.get(id).orElseThrow(() -> ArmException.notFound(id));
    }

    private Answer list(ResourceId collection) {
        return Document.listed(store.in(collection.parentOfCollection(), collection.type()).stream()
                        .map(Resource::body))
                .answer(200);
    }

    private Answer put(ResourceId id, Document asked, @Nullable ArmException failure) {
        ResourceType type = type(id);
        checkPlace(id);
        boolean made = store.get(id).isEmpty();
        Document whole = Document.of(id, type.name()).merge(asked);
        Resource resource = new Resource(id, type.complete().apply(id, whole));
        Duration time = id.isGroup() ? Duration.ZERO : type.time();
        if (time.isZero()) {
            finish(type, resource);
            return shown(made ? 201 : 200, id);
        }
        Resource begun = resource.in(CREATING);
        store.put(begun);
        Runnable end = failure == null ? () -> finish(type, resource) : () -> store.put(resource.in(FAILED));
        Answer answer = type.answersLater() ? Answer.empty(202) : begun.body().answer(made ? 201 : 200);
        return operations.start(answer, new Work(time, failure, end, () -> shown(200, id)));
    }

    private void finish(ResourceType type, Resource resource) {
        Resource whole = resource.in(SUCCEEDED);
        store.put(whole);
        type.made().accept(whole);
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
        Optional<Resource> resource = store.get(id);
        if (resource.isEmpty()) {
            if (id.isGroup()) {
                throw ArmException.notFound(id);
            }
            return Answer.empty(204);
        }
        if (type.time().isZero()) {
            remove(id);
            return resource.get().body().answer(200);
        }
        store.put(resource.get().in(DELETING));
        Runnable end = failure == null
                ? () -> remove(id)
                : () -> store.put(resource.get().in(FAILED));
        return operations.start(Answer.empty(202), new Work(type.time(), failure, end, () -> Answer.empty(200)));
    }

    private void remove(ResourceId id) {
        store.remove(id)
                .forEach(one ->
                        types.of(one.id()).ifPresent(type -> type.removed().accept(one)));
    }

    private Answer act(ResourceId action) {
        Resource resource = existing(action.owner());
        Optional<Document> done = type(resource.id()).name().equals(ManagedClusters.NAME)
                ? ManagedClusters.act(resource, action.name())
                : Optional.empty();
        return done.map(answer -> answer.answer(200)).orElseThrow(() -> unsupported(action));
    }

    private ResourceType type(ResourceId id) {
        return types.of(id).orElseThrow(() -> unsupported(id));
    }

    private static ArmException unsupported(ResourceId id) {
        return new ArmException(
                404, "InvalidResourceType", "The emulator does not play '" + id.type() + "' (" + id.text() + ").");
    }
}
