// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy that lets every connection through to one port of this machine, or answers with a status. */
public final class ConnectProxy implements AutoCloseable {
    private final ServerSocket server;
    private final int target;
    private final int status;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    /** The status of one that speaks SOCKS in place of HTTP. */
    public static final int SOCKS = 0;

    public ConnectProxy(ServerSocket server, int target, int status) {
        this.server = server;
        this.target = target;
        this.status = status;
        start(this::accept);
    }

    public ConnectProxy(int target, int status) throws IOException {
        this(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), target, status);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** The headers of the requests that came. */
    public List<String> requests() {
        return requests;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                sockets.add(client);
                start(() -> serve(client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket client) {
        try (client) {
            if (!(status == SOCKS ? greets(client) : letsThrough(client))) {
                return;
            }
            Socket server = new Socket(Proxy.NO_PROXY);
            sockets.add(server);
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
            start(() -> pump(server, client));
            pump(client, server);
        } catch (IOException e) {
            // One of both hung up.
        }
    }

    /** SOCKS 5 without a password, as RFC 1928 has it, to a host by its name. */
    private boolean greets(Socket client) throws IOException {
        DataInputStream in = new DataInputStream(client.getInputStream());
        in.readByte();
        in.readNBytes(in.readUnsignedByte());
        client.getOutputStream().write(new byte[] {5, 0});
        in.readNBytes(4);
        String host = new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.US_ASCII);
        requests.add(host + ":" + in.readUnsignedShort());
        client.getOutputStream().write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
        return true;
    }

    private boolean letsThrough(Socket client) throws IOException {
        StringBuilder header = new StringBuilder();
        InputStream in = client.getInputStream();
        while (header.indexOf("\r\n\r\n") < 0) {
            header.append((char) in.read());
        }
        requests.add(header.toString());
        String answer = "HTTP/1.1 " + status + " Status\r\nContent-Length: 0\r\n\r\n";
        client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        client.getOutputStream().flush();
        return status == 200;
    }

    private static void pump(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // One of both hung up.
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "connect-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
