package io.podidentity.tokenprovider;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Gives each flight a thread that ends with it, so that none is alive while nothing is under way.
 *
 * <p>Its context class loader is the library's own, whoever called: by default it would be the caller's on JDK 17 and
 * the system's on JDK 25, where a program in one jar finds nothing.
 */
final class FlightCrew implements Executor {
    /** What the first caller does meanwhile; null for nothing, and when it is done. */
    private volatile @Nullable WarmUp warmUp;

    FlightCrew(@Nullable WarmUp warmUp) {
        this.warmUp = warmUp;
    }

    @Override
    public void execute(Runnable flight) {
        Thread thread = new Thread(null, flight, "token-provider", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(FlightCrew.class.getClassLoader());
        thread.start();
        WarmUp first = warmUp;
        if (first != null) {
            warmUp = null;
            first.whileWaiting();
        }
    }
}
