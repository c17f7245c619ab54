package io.podidentity.emulator.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The first line of a connection that a proxy has made: {@code PROXY TCP4 CLIENT SERVER CLIENT-PORT SERVER-PORT}. */
final class ProxyLine {

    private static final Pattern FORM = Pattern.compile("PROXY TCP4 ([0-9.]+) [0-9.]+ ([0-9]+) [0-9]+\r\n");
    private static final int LONGEST = 107;

    private ProxyLine() {}

    /**
     * Reads the line, and no byte more.
     *
     * @return address and port of the client
     * @throws IOException if it is no such line
     */
    static String client(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = 0; b != '\n' && line.size() < LONGEST; ) {
            b = in.read();
            line.write(b);
        }
        Matcher parts = FORM.matcher(line.toString(StandardCharsets.US_ASCII));
        if (!parts.matches()) {
            throw new IOException("not a line of the PROXY protocol");
        }
        return parts.group(1) + ":" + parts.group(2);
    }
}
