package io.podidentity.tokenprovider.internal.tool;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Reads an output of a process as it arrives, so that the process never blocks for long, and keeps only the beginning.
 * It never waits for more, because a child that outlives the process may hold the output open for ever.
 */
final class OutputReader {
    private static final int MAX_BYTES = 256 * 1024;
    /** More than a pipe holds: what a program has printed before its end is all read at one look. */
    private static final int MAX_BYTES_PER_LOOK = 2 * 1024 * 1024;

    private final InputStream stream;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final byte[] buffer = new byte[8192];

    OutputReader(InputStream stream) {
        this.stream = stream;
    }

    /** Reads what is there; of a program that prints as fast as this reads, a bounded part. */
    void drain() {
        try {
            for (int read = 0; read < MAX_BYTES_PER_LOOK && stream.available() > 0; ) {
                int count = stream.read(buffer);
                kept.write(buffer, 0, Math.max(0, Math.min(count, MAX_BYTES - kept.size())));
                read += count;
            }
        } catch (IOException e) {
            // The process was killed. What was read is kept.
        }
    }

    void close() {
        try {
            stream.close();
        } catch (IOException e) {
            // Nothing more is read from it.
        }
    }

    /** What has been read so far, as UTF-8; without the mark that Windows PowerShell may begin it with. */
    String text() {
        String text = kept.toString(StandardCharsets.UTF_8);
        return text.startsWith("\ufeff") ? text.substring(1) : text;
    }
}
