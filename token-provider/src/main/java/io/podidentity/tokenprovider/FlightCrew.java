package io.podidentity.tokenprovider;

import java.util.concurrent.Executor;

/** Gives each flight a thread that ends with it, so that none is alive while nothing is under way. */
final class FlightCrew implements Executor {
    private volatile boolean warm;

    @Override
    public void execute(Runnable flight) {
        Thread thread = new Thread(null, flight, "token-provider", 0, false);
        thread.setDaemon(true);
        thread.start();
        if (!warm) {
            warm = true;
            WarmUp.loadAnswerClasses();
        }
    }
}
