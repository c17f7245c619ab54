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
 * @param virtual whether they are virtual threads
 * @param count their number
 */
record Callers(TokenClient client, boolean virtual, int count) {

    /** Starts them all, lets them ask at the same moment, and waits for the last one. */
    Outcome ask(String resource) throws InterruptedException, ReflectiveOperationException {
        long[] nanos = new long[count];
        AtomicInteger failures = new AtomicInteger();
        CountDownLatch ready = new CountDownLatch(count);
        CountDownLatch gun = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int caller = i;
            threads.add(start(() -> {
                ready.countDown();
                try {
                    gun.await();
                    long start = System.nanoTime();
                    client.token(resource);
                    nanos[caller] = System.nanoTime() - start;
                } catch (Exception e) {
                    failures.incrementAndGet();
                }
            }));
        }
        ready.await();
        gun.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        Arrays.sort(nanos);
        return new Outcome(nanos, failures.get());
    }

    private Thread start(Runnable task) throws ReflectiveOperationException {
        if (virtual) {
            // By reflection, since this is compiled for JDK 17, which has no virtual threads.
            return (Thread)
                    Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
        }
        Thread thread = new Thread(task);
        thread.start();
        return thread;
    }

    /** How long they waited, and how many failed. */
    static final class Outcome {
        private final long[] nanos;
        private final int failures;

        /**
         * @param nanos how long each of them waited, in ascending order; 0 for those that failed
         * @param failures the number of callers that got no token
         */
        private Outcome(long[] nanos, int failures) {
            this.nanos = nanos;
            this.failures = failures;
        }

        void print(String name) {
            // The report's ratios are those of the first figure.
            Figure.print(name + ".p99", millis(0.99));
            Figure.print(name + ".p50", millis(0.5));
            Figure.print(name + ".max", millis(1));
            Figure.print(name + ".errors", failures);
        }

        private double millis(double quantile) {
            return nanos[(int) Math.ceil(quantile * nanos.length) - 1] / 1e6;
        }
    }
}
