// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ManualExecutor;
import io.podidentity.tokenprovider.support.ScriptedSource;
import io.podidentity.tokenprovider.support.ThreadsOfOurs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a program's own source, listener or executor throws or never does, and what its callers then get. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WhateverIsThrownTest {
    private static final String SECRET = "eyJ0.s3cr3t.token";
    private static final TokenRequest REQUEST = TokenRequest.forResource("https://storage.azure.com/");
    private static final Duration HASTE = Duration.ofMillis(200);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** What the JVM would print on standard error. */
    private final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();

    private final CountDownLatch end = new CountDownLatch(1);
    private Thread.UncaughtExceptionHandler handlerBefore;

    @BeforeEach
    void watchTheThreads() {
        handlerBefore = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> uncaught.add(e));
    }

    @AfterEach
    void leaveNothing() throws InterruptedException {
        end.countDown();
        ThreadsOfOurs.awaitNone();
        Thread.setDefaultUncaughtExceptionHandler(handlerBefore);
        assertThat(uncaught).isEmpty();
    }

    /** As Kotlin, Groovy, Scala and Lombok do, to which no exception is a checked one. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> TokenSource.Outcome sneak(Throwable e) throws E {
        throw (E) e;
    }

    static List<Throwable> thrown() {
        return List.of(
                new IOException(SECRET),
                new Exception(SECRET, new IOException(SECRET)),
                new IllegalStateException(SECRET),
                new UncheckedIOException(SECRET, new IOException(SECRET)),
                new IllegalStateException(SECRET, new SocketTimeoutException(SECRET)),
                new RuntimeException(SECRET, new RuntimeException(SECRET, new TimeoutException(SECRET))),
                new NoClassDefFoundError(SECRET),
                new StackOverflowError(SECRET),
                new OutOfMemoryError(SECRET),
                new InterruptedException(SECRET),
                new Throwable(SECRET));
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void get_whateverTheSourceThrows_isToldByItsClassAndNotByItsText(Throwable thrown) {
        AzureServiceTokenProvider provider = provider(request -> sneak(thrown), null);

        TokenAcquisitionException e =
                catchThrowableOfType(TokenAcquisitionException.class, () -> provider.getAccessToken(REQUEST));

        assertThat(e)
                .hasMessageContaining(
                        "token source in io.podidentity.tokenprovider.internal.engine.WhateverIsThrownTest: failed (")
                .hasMessageContaining("it threw " + thrown.getClass().getName() + ".");
        assertThat(e.isTransient()).isEqualTo(hasPassingCause(thrown));
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString())
                .contains("Caused by: java.lang.Exception: " + thrown.getClass().getName())
                .doesNotContain(SECRET);
        for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
            assertThat(trace.toString())
                    .contains("Caused by: java.lang.Exception: "
                            + cause.getClass().getName());
        }
    }

    /** Whether what was thrown, or anything that caused it, may be over by itself. */
    private static boolean hasPassingCause(Throwable thrown) {
        List<Class<?>> passing =
                List.of(IOException.class, OutOfMemoryError.class, InterruptedException.class, TimeoutException.class);
        boolean passes = false;
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            Throwable looked = cause;
            passes = passes || passing.stream().anyMatch(type -> type.isInstance(looked));
        }
        return passes;
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void getAsync_whateverTheSourceThrows_failsAtOnce(Throwable thrown) throws Exception {
        CompletableFuture<String> future =
                provider(request -> sneak(thrown), null).getAccessTokenAsync(REQUEST);

        Throwable failure = future.handle((token, e) -> e).get(10, TimeUnit.SECONDS);

        assertThat(failure).isInstanceOf(TokenAcquisitionException.class);
    }

    @Test
    void refresh_whoseSourceThrowsACheckedException_isTriedAgain() {
        FakeTime time = new FakeTime();
        ManualExecutor executor = new ManualExecutor();
        ScriptedSource source = new ScriptedSource("fake", time);
        TokenSlot slot =
                new TokenSlot(REQUEST, new TokenSourceChain(List.of(source), time, null, false), executor, time, LIMIT);
        CompletableFuture<CachedToken> first = slot.getAsync(false, LIMIT, Function.identity());
        executor.runNext();
        AccessToken old = first.join().token;
        time.advance(Duration.ofMinutes(56));
        source.then(request -> sneak(new IOException(SECRET)));
        assertThat(slot.get(false, LIMIT).token).isSameAs(old);
        executor.runNext();

        time.advance(Duration.ofSeconds(2));
        assertThat(slot.get(false, LIMIT).token).isSameAs(old);
        assertThat(executor.waiting()).isEqualTo(1);
        executor.runNext();

        assertThat(slot.get(false, LIMIT).token).isNotSameAs(old);
    }

    @Test
    @SuppressWarnings("NullAway") // On purpose.
    void get_whenTheSourceAnswersNull_saysSo() {
        AzureServiceTokenProvider provider = provider(request -> null, null);

        TokenAcquisitionException e =
                catchThrowableOfType(TokenAcquisitionException.class, () -> provider.getAccessToken(REQUEST));

        assertThat(e).hasMessageContaining("it answered null.");
    }

    @Test
    void name_ofAClassWithoutOne_isThatOfItsPlace() {
        TokenSource anonymous = new TokenSource() {
            @Override
            public Outcome acquire(TokenRequest request) {
                return new Unavailable("", "");
            }
        };
        TokenSource lambda = request -> new TokenSource.Unavailable("", "");
        class Mine implements TokenSource {
            @Override
            public Outcome acquire(TokenRequest request) {
                return new Unavailable("", "");
            }
        }

        assertThat(anonymous.name())
                .isEqualTo("token source in io.podidentity.tokenprovider.internal.engine.WhateverIsThrownTest");
        assertThat(lambda.name())
                .isEqualTo("token source in io.podidentity.tokenprovider.internal.engine.WhateverIsThrownTest");
        assertThat(new Mine().name()).isEqualTo("Mine");
    }

    @Test
    void getAsync_whenTheNameOfAHungSourceThrows_isStillInTime() throws Exception {
        TokenSource nameless = new TokenSource() {
            @Override
            public Outcome acquire(TokenRequest request) {
                return hang();
            }

            @Override
            public String name() {
                throw new IllegalStateException(SECRET);
            }
        };

        assertTimesOut(provider(nameless, null));
    }

    // Executors of the program's own.

    @Test
    void getAsync_whenTheExecutorDropsAll_isInTime() throws Exception {
        assertTimesOut(provider(request -> hang(), work -> {}));
    }

    @Test
    void getAsync_whenTheExecutorHangs_isInTime() throws Exception {
        assertTimesOut(provider(request -> hang(), work -> hang()));
    }

    @Test
    void get_whenTheExecutorHangs_isInTime() {
        AzureServiceTokenProvider provider = provider(request -> hang(), work -> hang());

        TokenAcquisitionException e = catchThrowableOfType(
                TokenAcquisitionException.class, () -> provider.getAccessToken(REQUEST.withDeadline(HASTE)));

        assertThat(e.code()).isEqualTo(Code.TIMED_OUT);
    }

    @Test
    void getAsync_whenTheExecutorRunsItAllOnTheCallingThread_isInTime() throws Exception {
        assertTimesOut(provider(request -> hang(), Runnable::run));
    }

    @Test
    void getAsync_whenTheExecutorTakesNothingMore_completesWhatItHadTaken() throws Exception {
        int[] left = {1};
        AzureServiceTokenProvider provider = provider(
                request -> new TokenSource.Acquired(AccessToken.bearer(
                        "t", request.resource(), java.time.Instant.now().plusSeconds(600), null, "fake")),
                work -> {
                    if (left[0]-- <= 0) {
                        sneak(new IOException(SECRET));
                    }
                    new Thread(work, "of the program").start();
                });

        assertThat(provider.getAccessTokenAsync(REQUEST).get(10, TimeUnit.SECONDS))
                .isEqualTo("t");
        Throwable refused = provider.getAccessTokenAsync(TokenRequest.forResource("other"))
                .handle((token, e) -> e)
                .get(10, TimeUnit.SECONDS);

        assertThat(refused).hasMessageContaining("no thread could be had to ask a source (IOException)");
        assertThat(refused.getCause()).hasMessage("java.io.IOException");
    }

    @Test
    void call_whenTheExecutorDroppedMany_isNotToldThatTheyHang() {
        Queue<Runnable> dropped = new ConcurrentLinkedQueue<>();
        AzureServiceTokenProvider provider = provider(request -> hang(), dropped::add);

        for (int i = 0; i < 2 * SlotState.MAX_GIVEN_UP; i++) {
            TokenAcquisitionException e = catchThrowableOfType(
                    TokenAcquisitionException.class,
                    () -> provider.getAccessToken(REQUEST.withDeadline(Duration.ofMillis(5))));
            assertThat(e.code()).isEqualTo(Code.TIMED_OUT);
        }

        assertThat(dropped).isNotEmpty();
    }

    // Listeners.

    @Test
    void getAsync_whenAListenerHangs_isInTime() throws Exception {
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(request -> hang()))
                .listener(event -> hang())
                .build();

        // Listeners hang with the first one; the thread that looks after deadlines is there for the second.
        assertTimesOut(provider);
        assertTimesOut(provider);
    }

    private static AzureServiceTokenProvider provider(TokenSource source, Executor executor) {
        AzureServiceTokenProvider.Builder builder =
                AzureServiceTokenProvider.builder().sources(List.of(source));
        return (executor == null ? builder : builder.executor(executor)).build();
    }

    private static void assertTimesOut(AzureServiceTokenProvider provider) throws Exception {
        CompletableFuture<String> future = provider.getAccessTokenAsync(REQUEST.withDeadline(HASTE));
        try {
            assertThat(future.get(10, TimeUnit.SECONDS)).isNull();
        } catch (ExecutionException e) {
            assertThat(e.getCause())
                    .isInstanceOfSatisfying(
                            TokenAcquisitionException.class,
                            failure -> assertThat(failure.code()).isEqualTo(Code.TIMED_OUT));
        }
    }

    /** Until the test is over, whoever interrupts it. */
    private TokenSource.Outcome hang() {
        while (end.getCount() > 0) {
            try {
                end.await();
            } catch (InterruptedException e) {
                // On purpose.
            }
        }
        return new TokenSource.Unavailable("hung", "");
    }
}
