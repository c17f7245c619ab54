// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.support.ThreadsOfOurs;
import io.podidentity.tokenprovider.support.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** On whose threads sources are asked and continuations run, and how many of them there are. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProgramExecutorTest {
    private static final String OWN = "of-the-program";

    private final Set<String> threads = ConcurrentHashMap.newKeySet();
    private final CountDownLatch answer = new CountDownLatch(1);

    @AfterEach
    void leaveNoThread() throws InterruptedException {
        answer.countDown();
        ThreadsOfOurs.awaitNone();
    }

    private TokenSource.Outcome ask(TokenRequest request, CountDownLatch asked) throws InterruptedException {
        threads.add(Thread.currentThread().getName());
        asked.countDown();
        answer.await();
        return new TokenSource.Acquired(
                Tokens.accessToken(request.resource(), Instant.now().plusSeconds(3600)));
    }

    private static ExecutorService pool(int size) {
        return Executors.newFixedThreadPool(size, work -> {
            Thread thread = new Thread(work, OWN);
            thread.setDaemon(true);
            return thread;
        });
    }

    @Test
    void getAsync_withAnExecutor_asksAndContinuesThereAlone() throws InterruptedException {
        int misses = 40;
        CountDownLatch asked = new CountDownLatch(misses);
        ExecutorService pool = pool(misses);
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(request -> ask(request, asked)))
                .executor(pool)
                .build();
        List<CompletableFuture<String>> continued = new ArrayList<>();
        try {
            for (int i = 0; i < misses; i++) {
                continued.add(provider.getAccessTokenAsync(TokenRequest.forResource("r" + i))
                        .thenApply(token -> Thread.currentThread().getName()));
            }
            asked.await();
            // The one of alarms, and for a moment the one that hands over.
            assertThat(ThreadsOfOurs.count()).isLessThanOrEqualTo(2);
            answer.countDown();

            assertThat(continued).allSatisfy(thread -> assertThat(thread.join()).isEqualTo(OWN));
            assertThat(threads).containsExactly(OWN);
        } finally {
            pool.shutdownNow();
        }
    }

    /** Its one thread hangs, and the futures end in time all the same. */
    @Test
    void getAsync_whenTheExecutorIsBusyForGood_endsInTime() {
        ExecutorService pool = pool(1);
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(request -> ask(request, new CountDownLatch(1))))
                .executor(pool)
                .deadline(Duration.ofMillis(200))
                .build();
        try {
            List<CompletableFuture<String>> futures = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                futures.add(provider.getAccessTokenAsync(TokenRequest.forResource("r" + i)));
            }

            assertThat(futures)
                    .allSatisfy(future -> assertThat(future.handle((token, e) -> String.valueOf(e))
                                    .get(20, TimeUnit.SECONDS))
                            .contains("TIMED_OUT"));
        } finally {
            pool.shutdownNow();
        }
    }

    /** Callers that run the work themselves wait for nobody else's. */
    @Test
    void get_whenTheExecutorRunsAllOnTheCallingThread_asksForAllAtOnce() throws InterruptedException {
        int callers = 24;
        CountDownLatch asked = new CountDownLatch(callers);
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(request -> ask(request, asked)))
                .executor(Runnable::run)
                .build();
        List<CompletableFuture<String>> futures = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            futures.add(provider.getAccessTokenAsync(TokenRequest.forResource("r" + i)));
        }

        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
        answer.countDown();
        assertThat(futures).allSatisfy(future -> assertThat(future.join()).isNotEmpty());
    }

    /** A JDK that has threads which cost nothing, and do not pin. */
    @Test
    @EnabledForJreRange(min = JRE.JAVA_24)
    void getAsync_forThousandsOfResources_needsFewPlatformThreads() throws InterruptedException {
        int misses = 4_000;
        CountDownLatch asked = new CountDownLatch(misses);
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(request -> ask(request, asked)))
                .build();
        List<CompletableFuture<String>> futures = new ArrayList<>();
        for (int i = 0; i < misses; i++) {
            futures.add(provider.getAccessTokenAsync(TokenRequest.forResource("r" + i)));
        }
        asked.await();

        assertThat(ThreadsOfOurs.count()).isLessThanOrEqualTo(2 * RequestExecutor.MAX_PLATFORM_THREADS);
        answer.countDown();
        assertThat(futures).allSatisfy(future -> assertThat(future.join()).isNotEmpty());
    }
}
