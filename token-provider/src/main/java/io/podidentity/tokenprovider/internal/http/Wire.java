// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.Nullable;
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
import java.util.Objects;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * One connection for one exchange. The whole exchange ends at one deadline, even if the peer sends single bytes: each
 * read gets only the time that is left. An interrupt of the thread that uses the connection closes it at once, and so
 * ends whatever the thread waits for. {@code AbstractInterruptibleChannel} does that part.
 *
 * <p>The JDK has no time limit for a write, so a write must not block: the send buffer is as large as the request.
 *
 * <p><i>Thread-safety:</i> for use by one thread. Another thread may only interrupt or close it.
 */
final class Wire extends AbstractInterruptibleChannel {
    /** The send buffer of every system is at least so large without a setting. */
    private static final int SMALL_BYTES = 8 * 1024;

    private final Time time;
    private final long start;
    private final long deadline;
    /** The socket. The next address of a server gets a new one. */
    private volatile Socket socket;

    /** TLS over the socket; null without TLS. */
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

    /** Puts TLS over the connection. Through a proxy with TLS, this puts the server's TLS over the proxy's. */
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

    /** Reads what the server sent, through TLS if it is there; -1 at the end. */
    int receive(byte[] buffer) throws IOException {
        if (in == null) {
            return read(buffer, 0, buffer.length);
        }
        return in.read(buffer, 0, buffer.length);
    }

    /** Reads from the connection itself, without TLS. */
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

    /** Writes to the connection itself, without TLS. */
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

    /** The moment after so many milliseconds, or the deadline if that is earlier; as {@link Time#nanos} counts. */
    long end(int limitMillis) {
        long end = time.nanos() + limitMillis * 1_000_000L;
        if (end - deadline < 0) {
            return end;
        }
        return deadline;
    }

    /** The time for one of several addresses that are left, in milliseconds; never 0, which would mean no limit. */
    int leftMillis(long end, int parts) throws SocketTimeoutException {
        long left = end - time.nanos();
        if (left <= 0) {
            throw new SocketTimeoutException("the answer did not end in time");
        }
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, (left + 999_999) / 1_000_000 / parts));
    }

    /**
     * Closes the socket, but not TLS, because closing TLS could wait for the peer. That is safe: an answer is known to
     * be whole from its own length.
     */
    @Override
    protected void implCloseChannel() throws IOException {
        socket.close();
    }

    /**
     * A connected {@link Wire} in the form that the JDK can put TLS over. So the deadline holds for the handshake too.
     */
    private static final class WireSocket extends Socket {
        private final Wire wire;
        private final Socket connected;

        WireSocket(Wire wire, Socket connected) {
            this.wire = wire;
            this.connected = connected;
        }

        /** Puts TLS over a wire. It is here so that a connection without TLS loads no classes of TLS. */
        static void secure(Wire wire, ServerTrust trust, String host, int port) throws IOException {
            String name = Objects.requireNonNullElse(trust.name(), host);
            Socket below = wire.tls;
            if (below == null) {
                below = new WireSocket(wire, wire.socket);
            }
            SSLSocket secured = (SSLSocket) trust.sockets().createSocket(below, name, port, true);
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
                    byte[] single = new byte[1];
                    if (read(single, 0, 1) < 0) {
                        return -1;
                    }
                    return single[0] & 0xff;
                }

                @Override
                public int read(byte[] buffer, int offset, int length) throws IOException {
                    if (length == 0) {
                        return 0;
                    }
                    return wire.read(buffer, offset, length);
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
