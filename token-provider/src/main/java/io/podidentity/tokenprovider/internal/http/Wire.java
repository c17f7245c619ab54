package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.text.Time;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import org.jspecify.annotations.Nullable;

/**
 * One connection, for one exchange. All that it does ends at one deadline, however the peer spreads its bytes: each
 * read is given what is left of it. An interrupt of the thread that uses it closes it at once, and with it whatever
 * that thread waits for; of {@code AbstractInterruptibleChannel} comes just this.
 *
 * <p>A write has no limit in the JDK, so it must never wait: the send buffer is made as large as the request.
 *
 * <p><i>Thread-safety:</i> for one thread; only its end may come from another.
 */
final class Wire extends AbstractInterruptibleChannel {
    /** Any system's send buffer holds as much unasked. */
    private static final int SMALL_BYTES = 8 * 1024;

    private final Time time;
    private final long start;
    private final long deadline;
    /** Replaced where a server has several addresses. */
    private volatile Socket socket;

    /** TLS over it; null without. */
    private @Nullable Socket tls;

    private @Nullable InputStream in;
    private @Nullable OutputStream out;

    /**
     * @param deadline the last moment, as {@link Time#nanos} counts
     */
    Wire(Time time, long deadline, Proxy socks) {
        this.time = time;
        this.start = time.nanos();
        this.deadline = deadline;
        this.socket = new Socket(socks);
    }

    /**
     * Connects to the first of these addresses that takes it.
     *
     * @param limitMillis how long that may take at most
     */
    void connect(InetAddress[] addresses, int port, int limitMillis) throws IOException {
        long end = end(limitMillis);
        for (int i = 0; true; i++) {
            int rest = addresses.length - i;
            try {
                connect(new InetSocketAddress(addresses[i], port), leftMillis(end, rest));
                return;
            } catch (IOException e) {
                if (rest == 1 || !isOpen() || time.nanos() - end >= 0) {
                    throw e;
                }
                socket = new Socket(Proxy.NO_PROXY);
            }
        }
    }

    /** Connects to one address, which a SOCKS proxy may have to look up. */
    void connect(InetSocketAddress address, int limitMillis) throws IOException {
        boolean done = false;
        begin();
        try {
            socket.connect(address, limitMillis);
            done = true;
        } finally {
            end(done);
        }
    }

    /** What the next TLS is put over: the TLS that there is, else the connection itself. */
    Socket top() {
        return tls == null ? socket : tls;
    }

    boolean isSecured() {
        return tls != null;
    }

    /** Sends and receives through TLS from now on. */
    void goThrough(Socket secured) throws IOException {
        in = secured.getInputStream();
        out = secured.getOutputStream();
        tls = secured;
    }

    /** Sends bytes to the server, through TLS if it is there. */
    void send(byte[] bytes) throws IOException {
        if (bytes.length > SMALL_BYTES) {
            socket.setSendBufferSize(2 * bytes.length);
        }
        if (out == null) {
            write(bytes, 0, bytes.length);
        } else {
            out.write(bytes);
            out.flush();
        }
    }

    /** Reads what the server sent, through TLS if it is there; -1 at its end. */
    int receive(byte[] buffer) throws IOException {
        return in == null ? read(buffer, 0, buffer.length) : in.read(buffer, 0, buffer.length);
    }

    /** Reads of the connection itself. */
    int read(byte[] buffer, int offset, int length) throws IOException {
        socket.setSoTimeout(leftMillis(deadline, 1));
        int count = -1;
        begin();
        try {
            count = socket.getInputStream().read(buffer, offset, length);
            return count;
        } finally {
            end(count >= 0);
        }
    }

    /** Writes to the connection itself. */
    void write(byte[] buffer, int offset, int length) throws IOException {
        boolean done = false;
        begin();
        try {
            socket.getOutputStream().write(buffer, offset, length);
            done = true;
        } finally {
            end(done);
        }
    }

    /** How long the exchange has taken so far, in milliseconds. */
    long usedMillis() {
        return (time.nanos() - start) / 1_000_000;
    }

    /** Whether the deadline passed. */
    boolean isLate() {
        return time.nanos() - deadline >= 0;
    }

    /** The moment after so long, or the deadline if that is earlier; as {@link Time#nanos} counts. */
    long end(int limitMillis) {
        long end = time.nanos() + limitMillis * 1_000_000L;
        return end - deadline < 0 ? end : deadline;
    }

    /** What is left for one of so many that are still to do, in milliseconds; never 0, which would mean no limit. */
    int leftMillis(long end, int parts) throws SocketTimeoutException {
        long left = end - time.nanos();
        if (left <= 0) {
            throw new SocketTimeoutException("the answer did not end in time");
        }
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, (left + 999_999) / 1_000_000 / parts));
    }

    /** Of TLS nothing is closed, since that could wait for the peer; the answer's own length says that it is whole. */
    @Override
    protected void implCloseChannel() throws IOException {
        socket.close();
    }
}
