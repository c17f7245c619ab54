package io.podidentity.tokenprovider.internal.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A connected {@link Wire} in the form that the JDK puts TLS over: the deadline then holds for a handshake as well. */
final class WireSocket extends Socket {
    private final Wire wire;
    private final Socket connected;

    WireSocket(Wire wire, Socket connected) {
        this.wire = wire;
        this.connected = connected;
    }

    /**
     * Puts TLS over a wire, or over the TLS that it has.
     *
     * @param trust how the server is known
     * @param host the server's name, unless the trust has another one
     */
    static void secure(Wire wire, ServerTrust trust, String host, int port) throws IOException {
        String name = trust.name() == null ? host : trust.name();
        Socket bounded = wire.isSecured() ? wire.top() : new WireSocket(wire, wire.top());
        SSLSocket secured = (SSLSocket) trust.sockets().createSocket(bounded, name, port, true);
        if (!trust.anyName()) {
            SSLParameters parameters = secured.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secured.setSSLParameters(parameters);
        }
        secured.startHandshake();
        wire.goThrough(secured);
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
