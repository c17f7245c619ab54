package io.podidentity.benchmarks.programs;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** IMDS over a bare socket: cheaper than any HTTP client can be. */
public final class RawSocket {
    private RawSocket() {}

    public static void main(String[] args) throws IOException {
        String base = System.getenv("AZURE_POD_IDENTITY_AUTHORITY_HOST");
        String host = base.substring("http://".length(), base.lastIndexOf(':'));
        int port = Integer.parseInt(base.substring(base.lastIndexOf(':') + 1));
        String answer;
        try (Socket socket = new Socket(host, port)) {
            String request = "GET /metadata/identity/oauth2/token?api-version=2018-02-01"
                    + "&resource=https%3A%2F%2Fstorage.azure.com%2F HTTP/1.1\r\nHost: " + host + ":" + port
                    + "\r\nMetadata: true\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
        int start = answer.indexOf("\"access_token\":\"") + "\"access_token\":\"".length();
        System.out.println(answer.indexOf('"', start) - start);
        Runtime.getRuntime().halt(0);
    }
}
