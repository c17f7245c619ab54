package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAttempt;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What one decision of a slot leads to, and is done after its lock was released: callers are told, threads are
 * interrupted, a request is started, listeners are told. Callers come before listeners.
 *
 * <p><i>Thread-safety:</i> none; each decision has its own.
 */
final class DeferredWork {
    private final String resource;
    private final Executor executor;
    private final Time time;
    /** The request that began; null for none. One decision begins one at most. */
    private @Nullable InFlightRequest begun;
    /** The requests that were given up; null for none. */
    private @Nullable List<InFlightRequest> givenUp;
    /** The calls that were answered, as lists through their own fields, which need no memory; null for none. */
    private @Nullable Call blocking;

    private @Nullable Call futures;
    /** The calls whose deadline passed, likewise. */
    private @Nullable Call lateCalls;
    /** What those waited for; null if there are none. One decision is about one request. */
    private @Nullable InFlightRequest lateFor;

    DeferredWork(String resource, Executor executor, Time time) {
        this.resource = resource;
        this.executor = executor;
        this.time = time;
    }

    void start(InFlightRequest request) {
        begun = request;
    }

    /** Notes a request whose thread is to be interrupted, if it has one. */
    void giveUp(InFlightRequest request) {
        givenUp = givenUp == null ? new ArrayList<>(1) : givenUp;
        givenUp.add(request);
    }

    /** Notes a call that has its answer; the calling thread holds the lock. */
    void answer(Call call, Answer answer) {
        call.keep(answer, time.nanos());
        if (call.isBlocking()) {
            call.nextAnswered = blocking;
            blocking = call;
        } else {
            call.nextAnswered = futures;
            futures = call;
        }
    }

    /**
     * Notes a call whose deadline passed. What it was busy with is asked later, since a source's own code says that.
     */
    void timeOut(Call call, InFlightRequest request) {
        lateFor = request;
        call.nextAnswered = lateCalls;
        lateCalls = call;
    }

    /** Does it all, on the calling thread or from there. The calling thread does not hold the lock. */
    void perform() {
        answerLate();
        for (Call call = blocking; call != null; call = call.nextAnswered) {
            call.deliver();
        }
        deliverFutures();
        List<InFlightRequest> ended = givenUp == null ? List.of() : givenUp;
        for (int i = 0; i < ended.size(); i++) {
            ended.get(i).interruptThread();
        }
        InFlightRequest request = begun;
        if (request != null) {
            request.start(executor);
        }
        for (int i = 0; i < ended.size(); i++) {
            InFlightRequest late = ended.get(i);
            if (late.isNewsOfTimeOut()) {
                RequestExecutor.startSideTask(executor, late::publishTimeOut);
            }
        }
    }

    private void answerLate() {
        InFlightRequest request = lateFor;
        if (request == null) {
            return;
        }
        List<TokenAttempt> attempts = request.attempts();
        Call next = lateCalls;
        while (next != null) {
            Call call = next;
            next = call.nextAnswered;
            answer(call, new Failure(Failures.timedOut(resource, Duration.ofNanos(call.limitNanos()), attempts)));
        }
    }

    private void deliverFutures() {
        Call first = futures;
        if (first == null) {
            return;
        }
        try {
            new Deliveries(first, executor, time).start();
        } catch (OutOfMemoryError e) {
            // No memory for another thread: then it is done here, or the futures would never end.
            for (Call call = first; call != null; call = call.nextAnswered) {
                Deliveries.deliver(call);
            }
        }
    }
}
