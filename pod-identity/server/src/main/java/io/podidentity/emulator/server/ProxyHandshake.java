// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines with which a proxy begins a connection: its credential, and for which client it asks.
 *
 * @see LoopbackServer#serveProxied
 */
final class ProxyHandshake {

    /** By the PROXY protocol, version 1. */
    private static final Pattern CLIENT = Pattern.compile("PROXY TCP4 ([0-9.]+) [0-9.]+ ([0-9]+) [0-9]+\r\n");

    private static final int LONGEST_CLIENT = 107;

    /** Comes before the line of the PROXY protocol, which any program can write. */
    private static final Pattern CREDENTIAL = Pattern.compile("NODE ([!-~]+)\r\n");

    private static final int LONGEST_CREDENTIAL = 8 << 10;

    private ProxyHandshake() {}

    /**
     * Reads the lines, and says whether the credential is right.
     *
     * @return address and port of the client
     * @throws IOException if the credential is wrong, or the lines are no such lines
     */
    static String readClient(InputStream in, OutputStream out, ProxyAuthentication authentication) throws IOException {
        String credential = readLine(in, CREDENTIAL, LONGEST_CREDENTIAL).group(1);
        Optional<String> refusal = authentication.refusal(credential);
        String verdict = refusal.map(reason -> "NO " + reason).orElse("OK");
        out.write((verdict + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
        if (refusal.isPresent()) {
            throw new IOException("not a proxy of this server");
        }
        Matcher client = readLine(in, CLIENT, LONGEST_CLIENT);
        return client.group(1) + ":" + client.group(2);
    }

    /** Reads a line of that form, and no byte more. */
    private static Matcher readLine(InputStream in, Pattern form, int longest) throws IOException {
        var line = new StringBuilder();
        for (int b = in.read(); b >= 0 && line.length() < longest; b = in.read()) {
            line.append((char) b);
            if (b == '\n') {
                break;
            }
        }
        Matcher parts = form.matcher(line);
        if (!parts.matches()) {
            throw new IOException("not a line of a proxy");
        }
        return parts;
    }
}
