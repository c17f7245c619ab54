package io.podidentity.podid.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** The port of the node that pods are led to, and their connections to podid. Thread-safe. */
final class PodConnections implements RuleKeeper.Port {

    private static final int BACKLOG = 256;

    private final InetAddress address;
    private final int port;
    private final PodidLink podid;
    private final Consumer<String> log;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        var daemon = new Thread(task, "podid-nmi");
        daemon.setDaemon(true);
        return daemon;
    });

    // @GuardedBy("this"), empty while it is closed
    private Optional<ServerSocket> open = Optional.empty();

    PodConnections(InetAddress address, int port, PodidLink podid, Consumer<String> log) {
        this.address = address;
        this.port = port;
        this.podid = podid;
        this.log = log;
    }

    @Override
    public String target() {
        return address.getHostAddress() + ":" + port;
    }

    @Override
    public synchronized void open() throws IOException {
        if (open.isEmpty()) {
            var server = new ServerSocket(port, BACKLOG, address);
            open = Optional.of(server);
            threads.execute(() -> accept(server));
        }
    }

    @Override
    public synchronized void close() {
        open.ifPresent(PodConnections::closeQuietly);
        open = Optional.empty();
    }

    private static void closeQuietly(ServerSocket server) {
        try {
            server.close();
        } catch (IOException alreadyGone) {
            // It is closed anyway.
        }
    }

    private void accept(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                Socket pod = server.accept();
                threads.execute(() -> lead(pod));
            } catch (IOException podIsGone) {
                // Or the port is closed: the loop looks.
            }
        }
    }

    private void lead(Socket pod) {
        try (pod;
                var azure = new Socket()) {
            pod.setTcpNoDelay(true);
            podid.open(azure);
            azure.getOutputStream().write(podid.credential());
            azure.getOutputStream().write(proxyLine(pod).getBytes(StandardCharsets.US_ASCII));
            String answer = PodidLink.readLine(azure);
            if (!answer.equals(PodidLink.ACCEPTED)) {
                throw new IOException("it refuses this node: " + answer);
            }
            azure.setSoTimeout(0);
            threads.execute(() -> copy(pod, azure));
            copy(azure, pod);
        } catch (IOException e) {
            log.accept("podid does not answer " + pod.getInetAddress().getHostAddress() + ": " + e.getMessage());
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
