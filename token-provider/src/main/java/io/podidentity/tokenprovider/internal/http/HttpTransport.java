package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.text.Time;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;

/**
 * Sends HTTP requests: the seam between sources and the network. By the JDK's {@code HttpURLConnection}, the one transport
 * of the JDK that costs little in a young process.
 */
public class HttpTransport {
    /** A token answer has a few kB. */
    private static final int MAX_BODY_BYTES = 256 * 1024;

    private final Time time;

    public HttpTransport(Time time) {
        this.time = time;
    }

    /**
     * Sends a request and reads the whole answer, whatever its status. Redirects are not followed.
     *
     * @throws IOException if there is no complete HTTP answer in time
     */
    public HttpResponse send(HttpRequest request) throws IOException {
        long deadline = time.nanos() + request.totalMillis() * 1_000_000L;
        // Before the connection, whose classes a new process may still be loading on another thread.
        HeaderDeadline limit = new HeaderDeadline(request.totalMillis());
        HttpURLConnection connection = open(request);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setConnectTimeout(Math.min(request.connectMillis(), request.totalMillis()));
        connection.setReadTimeout(request.totalMillis());
        // No connection is kept, and so no thread to look after it.
        connection.setRequestProperty("Connection", "close");
        for (int i = 0; i < request.headers().size(); i += 2) {
            connection.setRequestProperty(
                    request.headers().get(i), request.headers().get(i + 1));
        }
        try {
            int status = status(connection, request, limit);
            InputStream stream = status >= 400 ? connection.getErrorStream() : connection.getInputStream();
            return new HttpResponse(
                    status,
                    read(stream, connection.getContentLengthLong(), deadline),
                    connection.getHeaderField("Retry-After"),
                    connection.getHeaderField("WWW-Authenticate"),
                    connection.getHeaderField("ResponseMessage"));
        } finally {
            connection.disconnect();
        }
    }

    /**
     * Finds out whether anything accepts a connection where a request would go; costs far less than a request.
     *
     * @param socket what connects; closing it from another thread ends the wait
     * @throws IOException if nothing does within the request's limit
     */
    public void connect(HttpRequest request, Socket socket) throws IOException {
        URI uri = URI.create(request.url());
        int port = uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
        InetSocketAddress address = new InetSocketAddress(uri.getHost(), port);
        if (address.isUnresolved()) {
            throw new UnknownHostException(uri.getHost());
        }
        socket.connect(address, request.connectMillis());
    }

    private static HttpURLConnection open(HttpRequest request) throws IOException {
        URL url = URI.create(request.url()).toURL();
        URLConnection connection = request.direct() ? url.openConnection(Proxy.NO_PROXY) : url.openConnection();
        ServerTrust tls = request.tls();
        if (tls != null && connection instanceof HttpsURLConnection secure) {
            secure.setSSLSocketFactory(tls.sockets());
            if (tls.hostnames() != null) {
                secure.setHostnameVerifier(tls.hostnames());
            }
        }
        return (HttpURLConnection) connection;
    }

    private static void post(HttpURLConnection connection, String form) throws IOException {
        byte[] bytes = form.getBytes(StandardCharsets.US_ASCII);
        connection.setRequestMethod("POST");
        connection.setRequestProperty("Content-Type", "application/x-www-form-urlencoded");
        connection.setDoOutput(true);
        // Also keeps the JDK from sending a form a second time by itself.
        connection.setFixedLengthStreamingMode(bytes.length);
        try (OutputStream body = connection.getOutputStream()) {
            body.write(bytes);
        }
    }

    private static int status(HttpURLConnection connection, HttpRequest request, HeaderDeadline limit)
            throws IOException {
        limit.watch(connection);
        try {
            if (request.form() != null) {
                post(connection, request.form());
            }
            int status = connection.getResponseCode();
            if (status < 0 && !limit.hasPassed()) {
                throw new IOException("the answer is not HTTP");
            }
            return requireInTime(status, limit);
        } catch (IOException e) {
            requireInTime(-1, limit);
            throw e;
        } finally {
            limit.end();
        }
    }

    private static int requireInTime(int status, HeaderDeadline limit) throws SocketTimeoutException {
        if (limit.hasPassed()) {
            throw new SocketTimeoutException("the answer's header did not end in time");
        }
        return status;
    }

    private String read(@Nullable InputStream stream, long announced, long deadline) throws IOException {
        if (stream == null) {
            return "";
        }
        try (stream) {
            ByteArrayOutputStream body = new ByteArrayOutputStream(4096);
            byte[] buffer = new byte[4096];
            for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                body.write(buffer, 0, count);
                if (body.size() > MAX_BODY_BYTES) {
                    throw new IOException("the answer is longer than " + MAX_BODY_BYTES / 1024 + " kB");
                }
                if (time.nanos() - deadline >= 0) {
                    throw new SocketTimeoutException("the answer did not end in time");
                }
            }
            if (body.size() < announced) {
                throw new IOException("the answer was cut short");
            }
            return body.toString(StandardCharsets.UTF_8);
        }
    }
}
