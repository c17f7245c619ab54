package io.podidentity.benchmarks.clients;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;

/** One attempt to connect to the metadata service's address: the floor for finding out that nothing is there. */
final class BareSocketClient implements TokenClient {
    @Override
    public String token(String resource) throws IOException {
        try (Socket socket = new Socket(Proxy.NO_PROXY)) {
            socket.connect(new InetSocketAddress("169.254.169.254", 80), 300);
        }
        throw new IOException("the address accepts connections, but this client asks for no token");
    }
}
