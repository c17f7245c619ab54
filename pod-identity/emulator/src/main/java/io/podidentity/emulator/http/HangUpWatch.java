package io.podidentity.emulator.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;

/**
 * Interrupts the thread that prepares a slow answer once the client has disconnected. A client that has already sent
 * its next request is still connected.
 *
 * <p>Not thread-safe: for the thread that made it. Lifecycle: watching, by a thread of its own, until {@link #close}.
 */
public final class HangUpWatch implements AutoCloseable {

    private static final int LOOK_MILLIS = 20;

    private final Thread answering = Thread.currentThread();
    private volatile boolean over;
    private volatile boolean hungUp;
    /** Not started if there is nothing to watch. */
    private final Thread watcher;

    private HangUpWatch(Socket socket, InputStream in) {
        watcher = new Thread(() -> watch(socket, in), "podid-hang-up");
        watcher.setDaemon(true);
    }

    /** For a request that came over no connection. */
    static HangUpWatch ofNothing() {
        return new HangUpWatch(new Socket(), InputStream.nullInputStream());
    }

    static HangUpWatch of(Socket socket, InputStream in) {
        var watch = new HangUpWatch(socket, in);
        watch.watcher.start();
        return watch;
    }

    private void watch(Socket socket, InputStream in) {
        try {
            socket.setSoTimeout(LOOK_MILLIS);
            while (!over && !hungUp) {
                look(in);
            }
            socket.setSoTimeout(0);
        } catch (IOException reset) {
            hungUp = true;
        }
        if (hungUp) {
            answering.interrupt();
        }
    }

    private void look(InputStream in) throws IOException {
        in.mark(1);
        try {
            hungUp = in.read() < 0;
            if (!hungUp) {
                in.reset();
                over = true;
            }
        } catch (SocketTimeoutException nothingNew) {
            // The client waits.
        }
    }

    /** Whether the client has disconnected; that is then the reason for an interrupt of this thread. */
    public boolean hasHungUp() {
        return hungUp;
    }

    /** Ends the watch and clears an interrupt that it caused. */
    @Override
    public void close() {
        over = true;
        boolean interrupted = false;
        while (watcher.isAlive()) {
            try {
                watcher.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        interrupted |= Thread.interrupted();
        if (interrupted && !hungUp) {
            answering.interrupt();
        }
    }
}
