// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The way from a node to podid: each connection begins with the node's credential, which podid accepts or refuses in
 * one line. Thread-safe.
 */
final class PodidLink {

    static final String ACCEPTED = "OK";

    /** No answer of podid's is longer, in bytes. */
    static final int LONGEST_ANSWER = 512;

    private static final int MILLIS = 5000;

    private final String host;
    private final int port;
    private final Path token;
    private volatile Optional<Opening> last = Optional.empty();

    /** What podid says to a node. */
    sealed interface Answer {

        /** podid plays Azure in this cluster, and knows this node's part. */
        record Accepted() implements Answer {}

        /** podid serves, but not this node's part. */
        record Refused(String reason) implements Answer {}

        /** podid does not serve: it has not started yet, or it must not run in this cluster. */
        record Silent(String reason) implements Answer {}
    }

    /**
     * How a connection is opened.
     *
     * @param podid where podid is
     * @param credential the first line, a secret
     */
    record Opening(InetSocketAddress podid, String credential) {

        @Override
        public String toString() {
            return "a connection to " + podid;
        }
    }

    /**
     * A way to that host.
     *
     * @param host of podid's Service
     * @param token the file with the token of the DaemonSet's service account, which the kubelet renews
     */
    PodidLink(String host, int port, Path token) {
        this.host = host;
        this.port = port;
        this.token = token;
    }

    /** Asks, within 10 s, whether podid has accepted the cluster and this node. */
    Answer ask() {
        try (var podid = new Socket()) {
            Opening opening = read();
            podid.connect(opening.podid(), MILLIS);
            podid.setSoTimeout(MILLIS);
            podid.getOutputStream().write(opening.credential().getBytes(StandardCharsets.US_ASCII));
            String line = readLine(podid);
            if (!line.equals(ACCEPTED)) {
                return new Answer.Refused(line.isEmpty() ? "no answer" : line);
            }
            last = Optional.of(opening);
            return new Answer.Accepted();
        } catch (IOException e) {
            return new Answer.Silent(String.valueOf(e.getMessage()));
        }
    }

    /** How the last connection was opened that podid has accepted; empty if it has accepted none. */
    Optional<Opening> last() {
        return last;
    }

    /** The name is looked up, and the file read, each time: podid may have moved, and the token been renewed. */
    private Opening read() throws IOException {
        var address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new IOException("the name " + host + " is not known");
        }
        return new Opening(address, "NODE " + Files.readString(token).strip() + "\r\n");
    }

    private static String readLine(Socket podid) throws IOException {
        var line = new StringBuilder();
        for (int b = podid.getInputStream().read();
                b >= 0 && b != '\n';
                b = podid.getInputStream().read()) {
            if (line.length() == LONGEST_ANSWER) {
                throw new IOException("podid's answer is too long");
            }
            line.append((char) b);
        }
        return line.toString().strip();
    }
}
