// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.run;

import io.podidentity.emulator.adal.TokenServices;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;

/**
 * Asks the emulator's own servers, as a client that comes over the network would. The JDK's client is not used, since
 * it asks twice where the server hangs up, and sends no target that is not a valid URI, which NMI does. Thread-safe.
 *
 * @param imds as this process reaches it
 * @param entra as this process reaches it
 * @param authority Entra as clients reach it, which is what it calls itself
 * @param tls trusts the certificate of {@code entra}
 */
record LoopbackTokenServices(URI imds, URI entra, URI authority, SSLContext tls) implements TokenServices {

    private static final int MAX_BODY = 1 << 20;

    /** These are of one connection, and here each request has its own. */
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("connection", "content-length", "expect", "host", "transfer-encoding");

    @Override
    public String audience(String tenant) {
        return authority + "/" + tenant + "/oauth2/token";
    }

    @Override
    public Answer ask(Service service, Request request) throws IOException {
        URI server = service == Service.IMDS ? imds : entra;
        try (Socket socket =
                service == Service.IMDS ? new Socket() : tls.getSocketFactory().createSocket()) {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
            socket.getOutputStream().write(bytes(server, request));
            return answer(new BufferedInputStream(socket.getInputStream()), request.method());
        }
    }

    private static byte[] bytes(URI server, Request request) {
        byte[] body = request.body();
        var head = new StringBuilder(request.method() + " " + request.rawPath() + request.queryPart()
                + " HTTP/1.1\r\nHost: " + server.getAuthority() + "\r\nConnection: close\r\nContent-Length: "
                + body.length
                + "\r\n");
        request.headers().forEach((name, value) -> {
            if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                head.append(name).append(": ").append(value).append("\r\n");
            }
        });
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        bytes.writeBytes(body);
        return bytes.toByteArray();
    }

    private static Answer answer(InputStream in, String method) throws IOException {
        String[] status = line(in).split(" ", 3);
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.putIfAbsent(
                    line.substring(0, colon), line.substring(colon + 1).strip());
        }
        // The server of the emulator sends chunks only where a connection goes on.
        byte[] body = in.readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            throw new IOException("the answer has more than " + MAX_BODY + " bytes");
        }
        int announced = Integer.parseInt(headers.getOrDefault("Content-Length", "0"));
        if (!method.equals("HEAD") && body.length < announced) {
            throw new CutException();
        }
        return new Answer(Integer.parseInt(status[1]), headers, body.length, out -> out.write(body), Duration.ZERO);
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("EOF");
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }
}
