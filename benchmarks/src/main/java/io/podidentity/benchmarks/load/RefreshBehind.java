package io.podidentity.benchmarks.load;

import io.podidentity.benchmarks.clients.TokenClient;
import io.podidentity.benchmarks.stub.Behaviour;
import io.podidentity.benchmarks.stub.Seen;
import io.podidentity.benchmarks.stub.StubControl;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A token that is due for a refresh while the server is in trouble: how long its callers wait, and how often the server
 * is asked. Arguments: the client, the trouble, the seconds that the callers go on, and their number if not fifty.
 */
public final class RefreshBehind {
    private static final String CALLERS = "50";
    private static final long BETWEEN_CALLS_MILLIS = 20;
    private static final int WARM_UP_CALLS = 200;
    private static final int MAX_PAUSES = 3;

    private final TokenClient client;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger errors = new AtomicInteger();
    private final AtomicLong worst = new AtomicLong();

    private RefreshBehind(TokenClient client) {
        this.client = client;
    }

    /** The server's trouble. */
    public enum Trouble {
        SLOW,
        FAILING,
        HANGING,
        THROTTLING;

        private Behaviour behaviour() {
            return switch (this) {
                case SLOW -> Behaviour.USUAL.withDelayMillis(2_000);
                case FAILING -> Behaviour.USUAL.withStatus(500);
                case HANGING -> Behaviour.USUAL.hanging();
                case THROTTLING -> Behaviour.USUAL.withStatus(429).withRetryAfter(3);
            };
        }
    }

    public static void main(String[] args) throws Exception {
        StubControl stub = StubControl.ofEnvironment();
        RefreshBehind load = new RefreshBehind(TokenClient.named(args[0]));
        stub.behave(Storm.AGEING);
        load.client.token(TokenClient.RESOURCE);
        load.warmUp();
        // Now the refreshes of the warm-up are over, and the token is due again.
        Pause.millis(Storm.AGEING_MILLIS);
        stub.behave(Trouble.valueOf(args[1]).behaviour());
        long nanos = Long.parseLong(args[2]) * 1_000_000_000L;
        Callers.together(Integer.parseInt(args.length > 3 ? args[3] : CALLERS), false, caller -> load.callFor(nanos));
        Seen seen = stub.seen();
        Figure.print("worst", load.worst.get() / 1e6);
        Figure.print("calls", load.calls.get());
        Figure.print("errors", load.errors.get());
        Figure.print("requests", seen.requests());
        Figure.print("inFlight", seen.maxInFlight());
        List<Long> pauses = seen.pauses();
        for (int i = 0; i < Math.min(MAX_PAUSES, pauses.size()); i++) {
            Figure.print("pause " + (i + 1), pauses.get(i));
        }
        Runtime.getRuntime().halt(0);
    }

    private void warmUp() throws Exception {
        for (int i = 0; i < WARM_UP_CALLS; i++) {
            client.token(TokenClient.RESOURCE);
        }
    }

    private void callFor(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            long start = System.nanoTime();
            try {
                client.token(TokenClient.RESOURCE);
            } catch (Exception e) {
                errors.incrementAndGet();
            }
            worst.accumulateAndGet(System.nanoTime() - start, Math::max);
            calls.incrementAndGet();
            Pause.millis(BETWEEN_CALLS_MILLIS);
        }
    }
}
