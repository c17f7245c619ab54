package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.http.Answer;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Work that continues after its request was answered, whether or not anybody polls it: {@code Azure-AsyncOperation}
 * tells its state as a document, {@code Location} by the status of the answer.
 *
 * <p>Thread-safety: safe.
 */
final class Operations {

    /** In seconds. Azure asks for 5 to 15; nobody waits for a machine here. */
    private static final String RETRY_AFTER = "1";

    private static final String STATES = "operations";
    private static final String RESULTS = "operationresults";

    private final URI base;
    private final Clock clock;
    /** Guarded by this. */
    private final Map<String, Operation> operations = new HashMap<>();

    /**
     * What goes on.
     *
     * @param failure null if it succeeds
     * @param completion what it changes at its end
     * @param result what is told at {@code Location} after that
     */
    record Work(Duration time, @Nullable ArmException failure, Runnable completion, Supplier<Answer> result) {}

    private record Operation(Work work, Instant end, boolean done) {}

    Operations(URI base, Clock clock) {
        this.base = base;
        this.clock = clock;
    }

    /** Starts work that ends by itself, and returns {@code answer} with the headers that say where to poll it. */
    synchronized Answer start(Answer answer, Work work) {
        String id = UUID.randomUUID().toString();
        operations.put(id, new Operation(work, clock.instant().plus(work.time()), false));
        Answer accepted = answer.with("Location", url(RESULTS, id)).with("Retry-After", RETRY_AFTER);
        // Of a 202 the state is told by the status of the answer at Location alone.
        return answer.status() == 202 ? accepted : accepted.with("Azure-AsyncOperation", url(STATES, id));
    }

    private String url(String kind, String id) {
        return base + "/subscriptions/" + SubscriptionDocuments.SUBSCRIPTION_ID + "/providers/Microsoft.Emulator/"
                + kind + "/" + id + "?api-version=2024-01-01";
    }

    /** Applies everything that is due. */
    synchronized void settle() {
        Instant now = clock.instant();
        operations.replaceAll((id, operation) -> {
            boolean ends = !operation.done() && !now.isBefore(operation.end());
            if (ends) {
                operation.work().completion().run();
            }
            return new Operation(operation.work(), operation.end(), operation.done() || ends);
        });
    }

    boolean isOne(ResourceId path) {
        return path.type().startsWith("microsoft.emulator/");
    }

    /** The progress of the operation that {@code path} names. */
    synchronized Answer state(ResourceId path) {
        Operation operation = operations.get(path.name());
        if (operation == null) {
            throw ArmException.notFound(path);
        }
        return path.type().endsWith(RESULTS) ? result(operation) : document(path, operation);
    }

    private static Answer document(ResourceId path, Operation operation) {
        ArmException failure = operation.work().failure();
        String status = !operation.done() ? "InProgress" : failure == null ? "Succeeded" : "Failed";
        Document document =
                Document.EMPTY.with("id", path.text()).with("name", path.name()).with("status", status);
        Document whole = operation.done() && failure != null ? document.merge(failure.body()) : document;
        return whole.answer(200).with("Retry-After", RETRY_AFTER);
    }

    private static Answer result(Operation operation) {
        if (!operation.done()) {
            return Answer.empty(202).with("Retry-After", RETRY_AFTER);
        }
        ArmException failure = operation.work().failure();
        return failure == null ? operation.work().result().get() : failure.answer();
    }
}
