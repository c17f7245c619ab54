package io.podidentity.emulator.http;

import java.time.Duration;
import java.util.Optional;

/**
 * How much of a server one client can take.
 *
 * @param head of a request with its first line, in bytes
 * @param body of a request, in bytes
 * @param connections at a time; one more is closed at once
 * @param requestTime from when the server is ready for a request until it has it whole; empty for a minute of silence
 */
public record Limits(int head, int body, int connections, Optional<Duration> requestTime) {

    /** For clients that mean well; no request to Azure that is played here comes near them. */
    public static final Limits OF_THE_EMULATOR =
            new Limits(64 << 10, 1 << 20, 2_000, Optional.of(Duration.ofMinutes(1)));
}
