// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAttempt;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;

/**
 * What follows from one decision of a slot, and must not be done under the slot's lock because other people's code runs
 * there: delivering answers, interrupting threads, starting a request, calling listeners. Callers come before
 * listeners.
 *
 * <p><i>Thread-safety:</i> not safe for use by several threads. Each decision has an object of its own.
 */
final class DeferredWork {
    private final String resource;
    private final Executor executor;
    private final Time time;
    /** The request that began; null for none. One decision begins one request at most. */
    private @Nullable InFlightRequest begun;
    /** The requests that were given up; null for none. */
    private @Nullable List<InFlightRequest> givenUp;
    /** The blocking calls that were answered, linked by {@link Call#nextAnswered}; null for none. */
    private @Nullable Call blocking;
    /** The calls with a future that were answered, linked in the same way; null for none. */
    private @Nullable Call futures;
    /** The calls whose deadline passed, linked in the same way; null for none. */
    private @Nullable Call lateCalls;
    /** The request that the late calls waited for; null if no call is late. */
    private @Nullable InFlightRequest lateFor;
    /** The late calls of another request; null for none. After an invalidation, two requests can be late at once. */
    private @Nullable DeferredWork otherLate;

    DeferredWork(String resource, Executor executor, Time time) {
        this.resource = resource;
        this.executor = executor;
        this.time = time;
    }

    /** Notes a request that is to be started. */
    void addStart(InFlightRequest request) {
        begun = request;
    }

    /** Notes a request whose thread is to be interrupted, if it has one. */
    void addGivenUp(InFlightRequest request) {
        if (givenUp == null) {
            givenUp = new ArrayList<>(1);
        }
        givenUp.add(request);
    }

    /** Gives a call its answer, and notes that it is to be delivered. The call is no longer one of a request. */
    void addAnswer(Call call, Answer answer) {
        call.keepAnswer(answer, time.nanos());
        if (call.isBlocking()) {
            call.nextAnswered = blocking;
            blocking = call;
        } else {
            call.nextAnswered = futures;
            futures = call;
        }
    }

    /**
     * Notes a call whose deadline passed. Its failure is made later: it names the sources, and a source's name may come
     * from a program's own code.
     */
    void addTimeOut(Call call, InFlightRequest request) {
        if (lateFor != null && lateFor != request) {
            DeferredWork other = otherLate;
            if (other == null) {
                other = new DeferredWork(resource, executor, time);
                otherLate = other;
            }
            other.addTimeOut(call, request);
            return;
        }
        lateFor = request;
        call.nextAnswered = lateCalls;
        lateCalls = call;
    }

    /** Does all that was noted. The calling thread must not hold the lock. */
    void performAll() {
        answerLateCalls();
        for (Call call = blocking; call != null; call = call.nextAnswered) {
            call.deliverAnswer();
        }
        deliverFutures();
        if (otherLate != null) {
            otherLate.performAll();
        }
        List<InFlightRequest> left = Objects.requireNonNullElse(givenUp, List.of());
        for (int i = 0; i < left.size(); i++) {
            left.get(i).interruptThread();
        }
        InFlightRequest next = begun;
        if (next != null) {
            next.startOn(executor);
        }
        for (int i = 0; i < left.size(); i++) {
            InFlightRequest request = left.get(i);
            if (request.isNewsOfTimeOut()) {
                RequestExecutor.startSideTask(executor, request::publishTimeOut);
            }
        }
    }

    private void answerLateCalls() {
        InFlightRequest request = lateFor;
        if (request == null) {
            return;
        }
        List<TokenAttempt> attempts = request.attempts();
        Call next = lateCalls;
        while (next != null) {
            Call call = next;
            next = call.nextAnswered;
            addAnswer(call, new Failure(Failures.timedOut(resource, Duration.ofNanos(call.limitNanos()), attempts)));
        }
    }

    private void deliverFutures() {
        Call first = futures;
        if (first == null) {
            return;
        }
        try {
            new Deliveries(first, executor, time).deliverAll();
        } catch (OutOfMemoryError e) {
            // There is no memory for another thread. This thread delivers, or the futures would never be completed.
            for (Call call = first; call != null; call = call.nextAnswered) {
                Deliveries.deliverOrReport(call);
            }
        }
    }
}
