// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A server that does what no HTTP server does. */
public final class FaultyServer implements AutoCloseable {
    /** What it does to each connection, until it is closed. */
    public interface Fault {
        void on(Connection connection) throws IOException, InterruptedException;
    }

    private final ServerSocket server;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Fault fault;

    public FaultyServer(Fault fault) throws IOException {
        this(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), fault);
    }

    /** One on a socket that is there already, such as one of TLS. */
    public FaultyServer(ServerSocket server, Fault fault) throws IOException {
        this.server = server;
        this.fault = fault;
        start(this::accept);
    }

    public String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    public int port() {
        return server.getLocalPort();
    }

    /** The beginning of each request that was read. */
    public List<String> requests() {
        return requests;
    }

    public int connections() {
        return sockets.size();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                sockets.add(socket);
                start(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            byte[] request = new byte[8192];
            int count = socket.getInputStream().read(request);
            if (count < 0) {
                return; // The client has looked at the certificate and gone.
            }
            String text = new String(request, 0, count, StandardCharsets.ISO_8859_1);
            requests.add(text);
            fault.on(new Connection(socket, text));
        } catch (IOException e) {
            // The client went away, which is what the tests want.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "faulty-server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** A connection whose request was read. */
    public final class Connection {
        private final Socket socket;
        private final OutputStream out;
        private final String request;

        Connection(Socket socket, String request) throws IOException {
            this.socket = socket;
            this.out = socket.getOutputStream();
            this.request = request;
        }

        /** The beginning of the request. */
        public String request() {
            return request;
        }

        public Connection sends(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return this;
        }

        /** Sends a text again and again, with pauses, until somebody hangs up. */
        public void sendsForEver(String text, long pauseMillis) throws IOException, InterruptedException {
            do {
                sends(text);
            } while (!closed.await(pauseMillis, TimeUnit.MILLISECONDS));
        }

        /** Ends the connection by RST, which no orderly server does. */
        public void resets() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        public void isSilent() throws InterruptedException {
            closed.await();
        }
    }
}
