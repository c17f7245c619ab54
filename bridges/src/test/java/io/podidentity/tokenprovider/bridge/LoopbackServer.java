// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.bridge;

import io.podidentity.emulator.tls.CertificateAuthority;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** A server for one connection that answers only what a driver needs before it sends its token. */
public final class LoopbackServer implements AutoCloseable {
    /** The server's side of the conversation; returns the token that the driver sent. */
    @FunctionalInterface
    public interface Conversation {
        String hold(Socket socket, TlsUpgrade tls) throws IOException;
    }

    /** Switches a connection to TLS. */
    @FunctionalInterface
    public interface TlsUpgrade {
        SSLSocket over(Socket socket) throws IOException;
    }

    private final CertificateAuthority authority = CertificateAuthority.ofThisJvm();
    private final ServerSocket listener;
    private final CompletableFuture<String> token = new CompletableFuture<>();

    public LoopbackServer(Conversation conversation) throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(() -> serve(conversation), "loopback-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Conversation conversation) {
        SSLSocketFactory factory = authority.serverContext().getSocketFactory();
        try (Socket socket = listener.accept()) {
            listener.close(); // A driver that tries again must not wait for an answer.
            token.complete(conversation.hold(socket, plain -> {
                SSLSocket encrypted = (SSLSocket) factory.createSocket(plain, null, plain.getPort(), false);
                encrypted.setUseClientMode(false);
                return encrypted;
            }));
        } catch (IOException | RuntimeException e) {
            token.completeExceptionally(e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** The token that was received, once the driver has been answered. */
    public String token() throws Exception {
        return token.get(10, TimeUnit.SECONDS);
    }

    /** Whether a driver has sent one. */
    public boolean sawToken() {
        return token.isDone() && !token.isCompletedExceptionally();
    }

    /** Writes the CA of this server to the file, as PEM. */
    public Path certificateAuthority(Path file) throws IOException {
        return Files.writeString(file, authority.pem());
    }

    /** Writes the CA of this server to the file, as PKCS#12. */
    public Path trustStore(Path file, String password) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", authority.certificates().get(0));
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, password.toCharArray());
        }
        return file;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
