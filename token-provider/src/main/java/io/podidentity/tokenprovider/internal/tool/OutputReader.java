package io.podidentity.tokenprovider.internal.tool;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Reads an output of a process to its end, so that the process never waits, and keeps its beginning. */
final class OutputReader extends Thread {
    private static final int MAX_BYTES = 256 * 1024;

    private final InputStream stream;
    /** Guarded by itself. */
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

    OutputReader(InputStream stream) {
        super(null, null, "token-provider-output", 0, false);
        setDaemon(true);
        this.stream = stream;
    }

    @Override
    public void run() {
        byte[] buffer = new byte[8192];
        try {
            for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                synchronized (kept) {
                    kept.write(buffer, 0, Math.min(count, MAX_BYTES - kept.size()));
                }
            }
        } catch (IOException e) {
            // The stream was closed because the process was killed or left a child behind: what was read is kept.
        }
    }

    /** Ends the reading if it still goes on. */
    void finish() {
        if (isAlive()) {
            try {
                stream.close();
            } catch (IOException e) {
                // It ends when the last process that holds it does; it is a daemon.
            }
        }
    }

    /** What was read so far, as UTF-8. */
    String text() {
        synchronized (kept) {
            return kept.toString(StandardCharsets.UTF_8);
        }
    }
}
