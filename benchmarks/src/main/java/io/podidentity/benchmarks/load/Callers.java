package io.podidentity.benchmarks.load;

import io.podidentity.benchmarks.clients.TokenClient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many threads that all ask for a token at the same moment.
 *
 * @param count their number
 */
record Callers(TokenClient client, int count) {
    /** Has each of them ask once, and prints how long they waited, which is 0 for those that failed. */
    void ask(String resource, String name) throws InterruptedException {
        long[] nanos = new long[count];
        AtomicInteger failures = new AtomicInteger();
        CountDownLatch ready = new CountDownLatch(count);
        CountDownLatch gun = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int caller = i;
            Thread thread = new Thread(() -> {
                ready.countDown();
                try {
                    gun.await();
                    long start = System.nanoTime();
                    client.token(resource);
                    nanos[caller] = System.nanoTime() - start;
                } catch (Exception e) {
                    failures.incrementAndGet();
                }
            });
            thread.start();
            threads.add(thread);
        }
        ready.await();
        gun.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        print(name, nanos, failures.get());
    }

    private void print(String name, long[] nanos, int failures) {
        Arrays.sort(nanos);
        // The report's ratios are those of the first figure.
        Figure.print(name + ".p99", nanos[(int) Math.ceil(0.99 * count) - 1] / 1e6);
        Figure.print(name + ".p50", nanos[(int) Math.ceil(0.5 * count) - 1] / 1e6);
        Figure.print(name + ".max", nanos[count - 1] / 1e6);
        Figure.print(name + ".errors", failures);
    }
}
