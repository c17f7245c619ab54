// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.server;

import io.podidentity.emulator.http.HangUpWatch;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;

/**
 * Watches the socket of a client. A client that has already sent its next request is still connected.
 *
 * <p>Not thread-safe: for the thread that made it. Lifecycle: watching, in a thread of its own, until {@link #close}.
 */
final class SocketWatch implements HangUpWatch {

    private static final int LOOK_MILLIS = 20;

    private final Thread answering = Thread.currentThread();
    private volatile boolean over;
    private volatile boolean hungUp;
    private final Thread watcher;

    private SocketWatch(Socket socket, InputStream in) {
        watcher = new Thread(() -> watch(socket, in), "podid-hang-up");
        watcher.setDaemon(true);
    }

    static SocketWatch of(Socket socket, InputStream in) {
        var watch = new SocketWatch(socket, in);
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

    @Override
    public boolean hasHungUp() {
        return hungUp;
    }

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
