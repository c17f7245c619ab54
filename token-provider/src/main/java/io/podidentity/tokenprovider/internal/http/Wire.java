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
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
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

    Wire(Time time, long deadline, Proxy socks) {
        this.time = time;
        this.start = time.nanos();
        this.deadline = deadline;
        this.socket = new Socket(socks);
    }

    /** Connects to the first of these addresses that takes it. */
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

    /** Puts TLS over the connection, or over the TLS that it has. */
    void secure(ServerTrust trust, String host, int port) throws IOException {
        WireSocket.secure(this, trust, host, port);
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

    long usedMillis() {
        return (time.nanos() - start) / 1_000_000;
    }

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

    /**
     * A connected {@link Wire} in the form that the JDK puts TLS over: the deadline then holds for a handshake as well.
     */
    private static final class WireSocket extends Socket {
        private final Wire wire;
        private final Socket connected;

        WireSocket(Wire wire, Socket connected) {
            this.wire = wire;
            this.connected = connected;
        }

        /** Apart from {@link Wire#secure}, so that a connection without TLS loads none of its classes. */
        static void secure(Wire wire, ServerTrust trust, String host, int port) throws IOException {
            String name = trust.name() == null ? host : trust.name();
            Socket bounded = wire.tls == null ? new WireSocket(wire, wire.socket) : wire.tls;
            SSLSocket secured = (SSLSocket) trust.sockets().createSocket(bounded, name, port, true);
            if (!trust.anyName()) {
                SSLParameters parameters = secured.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                secured.setSSLParameters(parameters);
            }
            secured.startHandshake();
            wire.in = secured.getInputStream();
            wire.out = secured.getOutputStream();
            wire.tls = secured;
        }

        @Override
        public InputStream getInputStream() {
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                }

                @Override
                public int read(byte[] buffer, int offset, int length) throws IOException {
                    return length == 0 ? 0 : wire.read(buffer, offset, length);
                }
            };
        }

        @Override
        public OutputStream getOutputStream() {
            return new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    write(new byte[] {(byte) b}, 0, 1);
                }

                @Override
                public void write(byte[] buffer, int offset, int length) throws IOException {
                    wire.write(buffer, offset, length);
                }
            };
        }

        @Override
        public InetAddress getInetAddress() {
            return connected.getInetAddress();
        }

        @Override
        public int getPort() {
            return connected.getPort();
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public boolean isClosed() {
            return !wire.isOpen();
        }

        @Override
        public synchronized void close() throws IOException {
            wire.close();
        }

        /** The deadline is the only limit. */
        @Override
        public void setSoTimeout(int millis) {}

        @Override
        public int getSoTimeout() {
            return 0;
        }

        @Override
        public int getSoLinger() {
            return -1;
        }

        @Override
        public void shutdownInput() {}

        @Override
        public void shutdownOutput() {}
    }
}
