package io.podidentity.podid.cluster;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The way from a node to podid: each connection begins with the node's credential, which podid accepts or refuses in
 * one line.
 *
 * @param host of podid's Service; the name is looked up each time, since podid may have moved
 * @param token the file with the token of the DaemonSet's service account, which the kubelet renews
 */
record PodidLink(String host, int port, Path token) {

    static final String ACCEPTED = "OK";

    private static final int MILLIS = 5000;
    private static final int LONGEST_ANSWER = 512;

    /** What podid says to a node. */
    sealed interface Answer {

        /** podid plays Azure in this cluster, and knows this node's part. */
        record Accepted() implements Answer {}

        /** podid serves, but not this node's part. */
        record Refused(String reason) implements Answer {}

        /** podid does not serve: it has not started yet, or it must not run in this cluster. */
        record Silent(String reason) implements Answer {}
    }

    /** Asks whether podid has accepted the cluster and this node. */
    Answer ask() {
        try (var podid = new Socket()) {
            open(podid);
            podid.getOutputStream().write(credential());
            String line = readLine(podid);
            return line.equals(ACCEPTED)
                    ? new Answer.Accepted()
                    : new Answer.Refused(line.isEmpty() ? "no answer" : line);
        } catch (IOException e) {
            return new Answer.Silent(String.valueOf(e.getMessage()));
        }
    }

    /** Connects, within 5 s. */
    void open(Socket podid) throws IOException {
        podid.setTcpNoDelay(true);
        podid.connect(new InetSocketAddress(host, port), MILLIS);
        podid.setSoTimeout(MILLIS);
    }

    /** The first line of a connection. */
    byte[] credential() throws IOException {
        return ("NODE " + Files.readString(token).strip() + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** podid's answer to the first line, and no byte more. */
    static String readLine(Socket podid) throws IOException {
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
