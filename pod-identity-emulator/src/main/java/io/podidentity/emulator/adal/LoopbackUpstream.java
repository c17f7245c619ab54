package io.podidentity.emulator.adal;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Asks the emulator's own servers, as a client that comes over the network would. Thread-safe. */
public final class LoopbackUpstream implements Upstream {

    private static final int MAX_BODY = 1 << 20;

    private final URI imds;
    private final URI entra;
    private final URI authority;
    private final SSLContext tls;

    /**
     * Asks these servers.
     *
     * @param imds as this process reaches it
     * @param entra as this process reaches it
     * @param authority Entra as clients reach it, which is what it calls itself
     * @param tls trusts the certificate of {@code entra}
     */
    public LoopbackUpstream(URI imds, URI entra, URI authority, SSLContext tls) {
        this.imds = imds;
        this.entra = entra;
        this.authority = authority;
        this.tls = tls;
    }

    @Override
    public String audience(String tenant) {
        return authority + "/" + tenant + "/oauth2/token";
    }

    @Override
    public Reply ask(Service service, Call call, Duration limit) throws IOException {
        URI server = service == Service.IMDS ? imds : entra;
        var connection =
                (HttpURLConnection) URI.create(server + call.target()).toURL().openConnection();
        if (connection instanceof HttpsURLConnection secured) {
            secured.setSSLSocketFactory(tls.getSocketFactory());
        }
        connection.setConnectTimeout((int) limit.toMillis());
        connection.setReadTimeout((int) limit.toMillis());
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setRequestMethod(call.method());
        call.headers().forEach(connection::setRequestProperty);
        send(connection, call.body().getBytes(StandardCharsets.UTF_8));
        return new Reply(connection.getResponseCode(), headers(connection), body(connection));
    }

    private static void send(HttpURLConnection connection, byte[] body) throws IOException {
        if (body.length > 0) {
            connection.setDoOutput(true);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body);
            }
        }
    }

    private static Map<String, String> headers(HttpURLConnection connection) {
        var headers = new HashMap<String, String>();
        connection.getHeaderFields().forEach((name, values) -> {
            if (name != null) {
                headers.put(name, values.get(0));
            }
        });
        return headers;
    }

    private static String body(HttpURLConnection connection) throws IOException {
        try (InputStream in = stream(connection)) {
            if (in == null) {
                return "";
            }
            byte[] body = in.readNBytes(MAX_BODY + 1);
            if (body.length > MAX_BODY) {
                connection.disconnect();
                throw new IOException("the answer has more than " + MAX_BODY + " bytes");
            }
            // The JDK takes what came for all there is.
            boolean hasBody =
                    !connection.getRequestMethod().toUpperCase(Locale.ROOT).equals("HEAD");
            if (hasBody && body.length < connection.getContentLengthLong()) {
                throw new EOFException("unexpected EOF");
            }
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private static @Nullable InputStream stream(HttpURLConnection connection) throws IOException {
        return connection.getResponseCode() < 400 ? connection.getInputStream() : connection.getErrorStream();
    }
}
