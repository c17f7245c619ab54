package io.podidentity.tokenprovider.internal.engine;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Gives each request a thread that ends with it, so that none is alive while nothing is under way. Where the program
 * has an executor of its own, that thread hands the request over, since the executor may hang. Nothing else runs there.
 *
 * <p>Its context class loader is the library's own, whoever called: by default it would be the caller's on JDK 17 and
 * the system's on JDK 25, where a program in one jar finds nothing.
 */
final class RequestExecutor implements Executor {
    /** What the first caller does meanwhile; null for nothing, and when it is done. */
    private volatile @Nullable WarmUp warmUp;

    private final @Nullable Executor executor;

    RequestExecutor(@Nullable WarmUp warmUp) {
        this(warmUp, null);
    }

    RequestExecutor(@Nullable WarmUp warmUp, @Nullable Executor executor) {
        this.warmUp = warmUp;
        this.executor = executor;
    }

    @Override
    public void execute(Runnable task) {
        Executor other = executor;
        Runnable work = other != null && task instanceof InFlightRequest request ? () -> request.handOver(other) : task;
        Thread thread = new Thread(null, work, "token-provider", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(RequestExecutor.class.getClassLoader());
        thread.start();
        WarmUp first = warmUp;
        if (first != null) {
            warmUp = null;
            first.whileWaiting();
        }
    }
}
