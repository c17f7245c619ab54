package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.internal.text.Time;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A request that is not over, with the callers that wait for it.
 *
 * <p><i>Thread-safety:</i> none; only {@code SlotState} has one, and guards it by its lock.
 */
final class AwaitedRequest {
    final InFlightRequest request;
    private final InFlightRequest.Slot slot;
    private final Time time;
    /** Callers that block until it is over. */
    private int blocked;
    /** Callers that do not block, the most urgent first; null for none. */
    @Nullable
    PriorityQueue<Call<?>> waiting;

    /** What is to be run when the most urgent of them has waited long enough; null while there was none. */
    private @Nullable Runnable alarm;

    private boolean givenUp;
    /** Whether a thread is still busy with it though it was given up. */
    boolean abandoned;
    /** Whether it was the current request of its slot when it was over. */
    boolean decisive;

    AwaitedRequest(InFlightRequest request, InFlightRequest.Slot slot, Time time) {
        this.request = request;
        this.slot = slot;
        this.time = time;
    }

    void add(Call<?> call) {
        if (call.future == null) {
            blocked++;
        } else if (!call.future.isDone()) {
            if (waiting == null) {
                waiting = new PriorityQueue<>();
                alarm = () -> slot.waitedLongEnough(request);
            }
            waiting.add(call);
            setAlarm();
        }
    }

    void removeBlocked() {
        blocked--;
    }

    /** Removes a caller that does not block; false if it does not wait for this request. */
    boolean remove(Call<?> caller) {
        boolean removed = waiting != null && waiting.remove(caller);
        if (removed) {
            setAlarm();
        }
        return removed;
    }

    /**
     * Removes callers that have waited for longer than their deadline.
     *
     * @param late receives these
     * @param all receives all others, which are removed too; null to leave them
     */
    void removeLate(List<Call<?>> late, @Nullable PriorityQueue<Call<?>> all) {
        PriorityQueue<Call<?>> left = waiting;
        if (left == null) {
            return;
        }
        long nanos = time.nanos();
        for (Call<?> next = left.peek(); next != null; next = left.peek()) {
            if (nanos - next.deadline < InFlightRequest.GRACE_NANOS) {
                break;
            }
            late.add(left.remove());
        }
        if (all != null) {
            all.addAll(left);
            left.clear();
        }
        setAlarm();
    }

    boolean isAwaited() {
        return blocked > 0 || hasWaiting();
    }

    boolean hasWaiting() {
        return waiting != null && !waiting.isEmpty();
    }

    boolean isOverdue(long nanos) {
        return nanos - request.deadline >= InFlightRequest.GRACE_NANOS;
    }

    /** Ends it from outside; false if that was done before. */
    boolean giveUp() {
        if (givenUp) {
            return false;
        }
        givenUp = true;
        abandoned = request.cancel();
        return true;
    }

    void end(boolean current) {
        decisive = current;
        abandoned = false;
        if (alarm != null) {
            time.forget(alarm);
        }
    }

    private void setAlarm() {
        Runnable set = alarm;
        Call<?> first = waiting == null ? null : waiting.peek();
        if (set != null && first == null) {
            time.forget(set);
        } else if (set != null && first != null) {
            long end = first.deadline - request.deadline < 0 ? first.deadline : request.deadline;
            time.wake(end + InFlightRequest.GRACE_NANOS, set);
        }
    }
}
