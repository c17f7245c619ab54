package io.podidentity.podid.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * NMI's part on a node: leads what pods ask the metadata service to podid, byte by byte, and says in the first line of
 * each connection, in the PROXY protocol, which address it comes from. It knows nothing of pods and identities, so it
 * needs no right in the cluster.
 */
public final class NmiOnNode {

    private static final int BACKLOG = 256;
    private static final int CONNECT_MILLIS = 5000;

    private final String azure;
    private final int azurePort;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private NmiOnNode(String azure, int azurePort) {
        this.azure = azure;
        this.azurePort = azurePort;
    }

    /**
     * Runs until SIGTERM, and takes its rule away then.
     *
     * @param arguments the node's address, the port to listen on, and podid's host and port
     * @throws IOException if the port is taken
     */
    public static void main(String... arguments) throws IOException {
        InetAddress address = InetAddress.getByName(arguments[0]);
        int port = Integer.parseInt(arguments[1]);
        try (var server = new ServerSocket(port, BACKLOG, address)) {
            MetadataRule.keep(address.getHostAddress() + ":" + port);
            new NmiOnNode(arguments[2], Integer.parseInt(arguments[3])).serve(server);
        }
    }

    private void serve(ServerSocket server) throws IOException {
        while (true) {
            Socket pod = server.accept();
            threads.execute(() -> lead(pod));
        }
    }

    private void lead(Socket pod) {
        try (pod;
                var podid = new Socket()) {
            pod.setTcpNoDelay(true);
            podid.setTcpNoDelay(true);
            // The name is looked up each time: podid may have moved.
            podid.connect(new InetSocketAddress(azure, azurePort), CONNECT_MILLIS);
            podid.getOutputStream().write(proxyLine(pod).getBytes(StandardCharsets.US_ASCII));
            threads.execute(() -> copy(pod, podid));
            copy(podid, pod);
        } catch (IOException e) {
            System.err.println(
                    "podid does not answer " + pod.getInetAddress().getHostAddress() + ": " + e.getMessage());
        }
    }

    private static String proxyLine(Socket pod) {
        return "PROXY TCP4 " + pod.getInetAddress().getHostAddress() + " "
                + pod.getLocalAddress().getHostAddress() + " " + pod.getPort() + " " + pod.getLocalPort() + "\r\n";
    }

    /** Copies until one side ends, and tells the other one. */
    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException gone) {
            // The other thread closes both.
        }
    }
}
