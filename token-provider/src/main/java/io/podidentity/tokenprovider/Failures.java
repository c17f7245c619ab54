package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Failures of a call, as opposed to those of a source. */
final class Failures {
    private Failures() {}

    static TokenAcquisitionException interrupted(String resource, InterruptedException e) {
        return of(resource, Code.INTERRUPTED, "the calling thread was interrupted", "", e);
    }

    static TokenAcquisitionException timedOut(String resource, Duration limit) {
        String reason = "no source answered within " + limit.toMillis() + " ms";
        return of(resource, Code.TIMED_OUT, reason, "Allow a longer deadline.", null);
    }

    static TokenAcquisitionException unexpected(String resource, Throwable cause) {
        return of(
                resource,
                Code.INVALID_CONFIGURATION,
                "a source ended with " + cause.getClass().getName(),
                "",
                cause);
    }

    private static TokenAcquisitionException of(
            String resource, Code code, String reason, String remedy, @Nullable Throwable cause) {
        return new TokenAcquisitionException(code, reason, remedy, cause).ofCall(resource, List.of());
    }
}
