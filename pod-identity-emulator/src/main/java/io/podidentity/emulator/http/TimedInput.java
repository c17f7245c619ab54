package io.podidentity.emulator.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What a client sends, within a time that does not start again with each byte. Not thread-safe. */
final class TimedInput extends InputStream {

    private final Socket socket;
    private final InputStream in;
    private long began;
    private long limitNanos = Long.MAX_VALUE;

    TimedInput(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
    }

    /** All that is read from now on must come within this time. */
    void begin(Duration limit) {
        began = System.nanoTime();
        limitNanos = limit.toNanos();
    }

    /** What is read from now on has time: the request is there, and its client waits for the answer. */
    void end() {
        limitNanos = Long.MAX_VALUE;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (limitNanos != Long.MAX_VALUE) {
            long left = TimeUnit.NANOSECONDS.toMillis(limitNanos - (System.nanoTime() - began));
            if (left < 1) {
                throw new SocketTimeoutException("the request took too long");
            }
            socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
        }
        return in.read(bytes, offset, length);
    }
}
