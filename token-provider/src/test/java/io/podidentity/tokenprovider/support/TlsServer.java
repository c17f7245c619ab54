// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.http.ServerTrust;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A server that speaks HTTP over TLS, and the real transport to it, for whatever host is asked. */
public final class TlsServer implements AutoCloseable {
    /** What it answers. */
    public interface Answer {
        HttpResponse to(String path, String form) throws IOException;
    }

    private final HttpsServer server;
    private final SSLContext trust;
    private final Answer answer;
    private final List<String> paths = new CopyOnWriteArrayList<>();

    public TlsServer(ClientCertificate certificate, Answer answer) throws Exception {
        this.answer = answer;
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setHttpsConfigurator(new HttpsConfigurator(context(certificate)));
        server.createContext("/", this::answer);
        server.start();
        trust = trust(certificate);
    }

    /** What a server with a certificate speaks TLS by. */
    public static SSLContext context(ClientCertificate certificate) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(Certificates.store("changeit", certificate), "changeit".toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        return tls;
    }

    /** What a client that trusts a certificate speaks TLS by. */
    public static SSLContext trust(ClientCertificate certificate) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry(
                "server", certificate.chain().get(certificate.chain().size() - 1));
        TrustManagerFactory authorities = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        authorities.init(store);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, authorities.getTrustManagers(), null);
        return tls;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public String url() {
        return "https://127.0.0.1:" + port();
    }

    /** By which a client trusts it. */
    public SSLContext trust() {
        return trust;
    }

    /** The paths of the requests that came. */
    public List<String> paths() {
        return paths;
    }

    /** The real transport, which trusts it, and to which each name is this machine. */
    public HttpTransport transport() {
        return new HttpTransport(Time.SYSTEM) {
            @Override
            public HttpResponse send(HttpRequest request) throws IOException, InterruptedException {
                return super.send(request.withTls(new ServerTrust(trust.getSocketFactory(), null, false)));
            }

            @Override
            public InetAddress[] lookUp(String host) {
                return new InetAddress[] {InetAddress.getLoopbackAddress()};
            }
        };
    }

    private void answer(HttpExchange exchange) throws IOException {
        String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII);
        paths.add(exchange.getRequestURI().getPath());
        HttpResponse response = answer.to(exchange.getRequestURI().getPath(), form);
        if (response.challenge() != null) {
            exchange.getResponseHeaders().add("WWW-Authenticate", response.challenge());
        }
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        byte[] body = response.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(response.status(), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
