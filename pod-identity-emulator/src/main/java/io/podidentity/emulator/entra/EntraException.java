package io.podidentity.emulator.entra;

import io.podidentity.emulator.http.Answer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;

/** A refusal by Entra. The message never holds a secret or an assertion. */
@SuppressWarnings("serial")
final class EntraException extends RuntimeException {

    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

    private final EntraError error;
    private final String reason;

    EntraException(EntraError error, String reason) {
        super("AADSTS" + error.number + ": " + reason);
        this.error = error;
        this.reason = reason;
    }

    String code() {
        return error.code;
    }

    /** @param correlationId the client's own, or a new one */
    Answer answer(Instant now, String correlationId) {
        String traceId = UUID.randomUUID().toString();
        String timestamp = TIMESTAMP.format(now);
        var body = new LinkedHashMap<String, Object>();
        body.put("error", error.code);
        body.put(
                "error_description",
                "AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s"
                        .formatted(error.number, reason, traceId, correlationId, timestamp));
        body.put("error_codes", List.of(error.number));
        body.put("timestamp", timestamp);
        body.put("trace_id", traceId);
        body.put("correlation_id", correlationId);
        body.put("error_uri", "https://login.microsoftonline.com/error?code=" + error.number);
        return Answer.json(error.status, body)
                .with("x-ms-request-id", traceId)
                .with("client-request-id", correlationId);
    }
}
