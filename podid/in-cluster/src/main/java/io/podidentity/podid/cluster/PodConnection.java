// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import io.podidentity.podid.cluster.PodidLink.Opening;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One connection of a pod, and the one to podid that goes with it: bytes are passed on as they come. podid is connected
 * to when the pod sends its first byte, so that one that says nothing costs podid nothing. No byte is kept but those
 * that the other side does not take yet; meanwhile no more are read. One thread calls it.
 */
final class PodConnection {

    /** From when podid has answered, or the pod has connected, until the pod asks. */
    static final Duration TO_ASK = Duration.ofSeconds(15);

    private static final Duration TO_CONNECT = Duration.ofSeconds(10);

    /** NMI waits for an identity for 100 seconds. */
    static final Duration TO_BE_ANSWERED = Duration.ofMinutes(3);

    private final SocketChannel pod;
    private final SelectionKey podKey;
    private final InetSocketAddress podAddress;
    private Optional<ToPodid> toPodid = Optional.empty();
    private Instant until;

    /** The connection to podid, and what podid has said of this node so far. */
    private static final class ToPodid {
        private final SocketChannel channel;
        private final SelectionKey key;
        private final ByteArrayOutputStream verdict = new ByteArrayOutputStream();
        private boolean accepted;
        private ByteBuffer forPodid;
        private ByteBuffer forPod = ByteBuffer.allocate(0);
        private boolean podHasEnded;
        private boolean podidHasEnded;

        ToPodid(SocketChannel channel, SelectionKey key, ByteBuffer first) {
            this.channel = channel;
            this.key = key;
            this.forPodid = first;
        }
    }

    /** What podid has said instead of accepting a connection. */
    static final class RefusedException extends IOException {

        private static final long serialVersionUID = 1;

        RefusedException(String line) {
            super("podid refuses this node: " + line);
        }
    }

    /** Begins to follow a pod's channel, which does not block. */
    PodConnection(SocketChannel pod, Selector selector, Instant now) throws IOException {
        this.pod = pod;
        this.podAddress = (InetSocketAddress) pod.getRemoteAddress();
        this.podKey = pod.register(selector, SelectionKey.OP_READ, this);
        this.until = now.plus(TO_ASK);
    }

    /** The pod's address. */
    String address() {
        return podAddress.getAddress().getHostAddress();
    }

    /** Whether it has been silent for too long. */
    boolean isLate(Instant now) {
        return !now.isBefore(until);
    }

    /**
     * Passes on what a channel is ready for, and says whether the connection goes on.
     *
     * @param opening how podid is connected to, empty if podid has not accepted this node yet
     * @param buffer for what is read, shared by all connections
     * @throws IOException if one side has gone
     */
    boolean proceed(SelectionKey ready, Optional<Opening> opening, ByteBuffer buffer, Instant now) throws IOException {
        if (ready != podKey) {
            proceedWithPodid(ready, toPodid.orElseThrow(), buffer, now);
        } else if (ready.isReadable()) {
            readFromPod(opening, buffer, now);
        }
        return toPodid.isEmpty() || flush(toPodid.get());
    }

    private void proceedWithPodid(SelectionKey ready, ToPodid podid, ByteBuffer buffer, Instant now)
            throws IOException {
        if (ready.isConnectable() && podid.channel.finishConnect()) {
            until = now.plus(TO_BE_ANSWERED);
        }
        if (ready.isReadable()) {
            readFromPodid(podid, buffer, now);
        }
    }

    private void readFromPod(Optional<Opening> opening, ByteBuffer buffer, Instant now) throws IOException {
        int count = pod.read(buffer.clear());
        if (toPodid.isEmpty()) {
            if (count < 0) {
                throw new IOException("the pod has gone");
            }
            connect(opening.orElseThrow(() -> new IOException("podid has not accepted this node yet")), buffer.flip());
            until = now.plus(TO_CONNECT);
            return;
        }
        if (count < 0) {
            toPodid.get().podHasEnded = true;
        } else {
            toPodid.get().forPodid = copy(buffer.flip());
        }
        until = now.plus(TO_BE_ANSWERED);
    }

    private void connect(Opening opening, ByteBuffer first) throws IOException {
        byte[] lines = (opening.credential() + proxyLine()).getBytes(StandardCharsets.US_ASCII);
        ByteBuffer all = ByteBuffer.allocate(lines.length + first.remaining())
                .put(lines)
                .put(first)
                .flip();
        SocketChannel channel = SocketChannel.open();
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(opening.podid());
            SelectionKey key = channel.register(podKey.selector(), SelectionKey.OP_CONNECT, this);
            toPodid = Optional.of(new ToPodid(channel, key, all));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private String proxyLine() throws IOException {
        var local = (InetSocketAddress) pod.getLocalAddress();
        return "PROXY TCP4 " + address() + " " + local.getAddress().getHostAddress() + " " + podAddress.getPort() + " "
                + local.getPort() + "\r\n";
    }

    private void readFromPodid(ToPodid podid, ByteBuffer buffer, Instant now) throws IOException {
        if (podid.channel.read(buffer.clear()) < 0) {
            podid.podidHasEnded = true;
            return;
        }
        buffer.flip();
        if (!podid.accepted) {
            readVerdict(podid, buffer);
        }
        podid.forPod = copy(buffer);
        if (podid.forPod.hasRemaining()) {
            until = now.plus(TO_ASK);
        }
    }

    /** podid's line about this node comes before its first answer. */
    private static void readVerdict(ToPodid podid, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining() && !podid.accepted) {
            byte next = buffer.get();
            podid.verdict.write(next);
            if (next == '\n') {
                requireAccepted(
                        podid.verdict.toString(StandardCharsets.US_ASCII).strip());
                podid.accepted = true;
            } else if (podid.verdict.size() > PodidLink.LONGEST_ANSWER) {
                throw new IOException("podid's answer is too long");
            }
        }
    }

    private static void requireAccepted(String line) throws RefusedException {
        if (!line.equals(PodidLink.ACCEPTED)) {
            throw new RefusedException(line);
        }
    }

    private static ByteBuffer copy(ByteBuffer read) {
        return ByteBuffer.allocate(read.remaining()).put(read).flip();
    }

    /** Writes what waits, and reads from a side only when the other one has taken all; false when podid has ended. */
    private boolean flush(ToPodid podid) throws IOException {
        if (podid.channel.isConnected()) {
            podid.channel.write(podid.forPodid);
            if (podid.podHasEnded && !podid.forPodid.hasRemaining()) {
                podid.channel.shutdownOutput();
            }
        }
        pod.write(podid.forPod);
        if (podid.podidHasEnded && !podid.forPod.hasRemaining()) {
            return false;
        }
        podKey.interestOps(interest(podid.forPodid, podid.podHasEnded, podid.forPod));
        if (podid.channel.isConnected()) {
            podid.key.interestOps(interest(podid.forPod, podid.podidHasEnded, podid.forPodid));
        }
        return true;
    }

    /** Of a channel: to be read while what came from there is passed on, to be written while something waits for it. */
    private static int interest(ByteBuffer cameFromIt, boolean hasEnded, ByteBuffer waitsForIt) {
        int read = cameFromIt.hasRemaining() || hasEnded ? 0 : SelectionKey.OP_READ;
        return read | (waitsForIt.hasRemaining() ? SelectionKey.OP_WRITE : 0);
    }

    /** Closes both sides. */
    void close() {
        closeQuietly(pod);
        toPodid.ifPresent(podid -> closeQuietly(podid.channel));
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException alreadyGone) {
            // It is closed anyway.
        }
    }
}
