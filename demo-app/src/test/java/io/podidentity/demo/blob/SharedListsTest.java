package io.podidentity.demo.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.demo.problem.Problem;
import io.podidentity.demo.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.http.HttpStatus;

@Timeout(20)
class SharedListsTest {
    private static final int TURNS = 2;
    private static final SharedLists.Page FIRST = new SharedLists.Page("", null, 10);
    private static final SharedLists.Page SECOND = new SharedLists.Page("", "2", 10);

    private final SharedLists lists = new SharedLists(new StorageCalls(TURNS));
    private final CountDownLatch storage = new CountDownLatch(1);
    private final AtomicInteger made = new AtomicInteger();

    @Test
    void get_whenAllTurnsAreTaken_sharesOneCallForEachPage() throws Exception {
        List<FutureTask<BlobPage>> answers = takeAllTurns();
        for (int i = 0; i < 30; i++) {
            answers.add(begin(FIRST, this::answer, Thread.State.TIMED_WAITING));
        }
        answers.add(begin(SECOND, this::answer, Thread.State.TIMED_WAITING));

        storage.countDown();

        for (FutureTask<BlobPage> answer : answers) {
            assertThat(answer.get().blobs()).isEmpty();
        }
        assertThat(made).hasValue(TURNS + 2);
    }

    @Test
    void get_whenTheSharedCallFails_failsForAllAndIsMadeAgainAfterwards() throws Exception {
        takeAllTurns();
        List<FutureTask<BlobPage>> answers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            answers.add(begin(SECOND, SharedListsTest::fail, Thread.State.TIMED_WAITING));
        }

        storage.countDown();

        for (FutureTask<BlobPage> answer : answers) {
            assertThatThrownBy(answer::get).hasRootCauseMessage("storage is down");
        }
        assertThat(lists.get(SECOND, this::answer, SharedListsTest::busy).blobs())
                .isEmpty();
    }

    /** Calls that have begun, and that nobody can join any more. */
    private List<FutureTask<BlobPage>> takeAllTurns() {
        List<FutureTask<BlobPage>> answers = new ArrayList<>();
        for (int i = 0; i < TURNS; i++) {
            answers.add(begin(FIRST, this::answer, Thread.State.WAITING));
        }
        return answers;
    }

    /** Starts a caller, and waits until it waits: without a limit for storage, with one for a turn or a call. */
    private FutureTask<BlobPage> begin(SharedLists.Page page, Supplier<BlobPage> call, Thread.State state) {
        FutureTask<BlobPage> answer = new FutureTask<>(() -> lists.get(page, call, SharedListsTest::busy));
        Thread caller = new Thread(answer);
        caller.setDaemon(true);
        caller.start();
        while (caller.getState() != state) {
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            Thread.onSpinWait();
        }
        return answer;
    }

    private BlobPage answer() {
        made.incrementAndGet();
        try {
            storage.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return new BlobPage(List.of(), null);
    }

    private static BlobPage fail() {
        throw new IllegalStateException("storage is down");
    }

    private static ProblemException busy() {
        return new ProblemException(new Problem(HttpStatus.SERVICE_UNAVAILABLE, "busy", "busy", "busy", "wait"), null);
    }
}
