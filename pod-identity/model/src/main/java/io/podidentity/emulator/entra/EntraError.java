// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.entra;

import io.podidentity.emulator.http.Answer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;

/** Entra's errors that the emulator can give: number, OAuth error code and HTTP status. */
enum EntraError {
    MALFORMED_GRANT(9002313, "invalid_grant", 400),
    UNKNOWN_TENANT(90002, "invalid_request", 400),
    WRONG_METHOD(900561, "invalid_request", 400),
    MISSING_PARAMETER(900144, "invalid_request", 400),
    UNSUPPORTED_GRANT(70003, "unsupported_grant_type", 400),
    INVALID_SCOPE(70011, "invalid_scope", 400),
    SCOPE_WITHOUT_DEFAULT(1002012, "invalid_scope", 400),
    UNKNOWN_RESOURCE(500011, "invalid_resource", 400),
    UNKNOWN_APPLICATION(700016, "unauthorized_client", 400),
    NO_CLIENT_CREDENTIAL(7000218, "invalid_client", 401),
    WRONG_SECRET(7000215, "invalid_client", 401),
    EXPIRED_SECRET(7000222, "invalid_client", 401),
    MALFORMED_ASSERTION(50027, "invalid_request", 400),
    ASSERTION_SIGNATURE(50013, "invalid_client", 401),
    ASSERTION_CERTIFICATE(700027, "invalid_client", 401),
    ASSERTION_SUBJECT(700021, "invalid_client", 401),
    ASSERTION_AUDIENCE(700023, "invalid_client", 401),
    ASSERTION_EXPIRED(700024, "invalid_client", 401),
    ISSUER_UNREACHABLE(90061, "invalid_request", 400),
    FEDERATED_MISMATCH(70021, "invalid_client", 401),
    FEDERATED_ISSUER(700211, "invalid_client", 401),
    FEDERATED_AUDIENCE(700212, "invalid_client", 401),
    FEDERATED_SUBJECT(700213, "invalid_client", 401),
    FEDERATED_SUBJECT_CASE(7002138, "invalid_client", 401),
    FEDERATED_PATH(7002137, "invalid_client", 401),
    NOT_A_MANAGED_IDENTITY(700226, "invalid_client", 401),
    FEDERATED_TWICE(700231, "invalid_client", 401),
    APP_ONLY_TOKEN_OF_BLUEPRINT(82001, "unauthorized_client", 400),
    ON_BEHALF_OF_BY_BLUEPRINT(82002, "unauthorized_client", 400),
    INTERACTIVE_AGENT(82006, "unauthorized_client", 400),
    NO_FMI_PATH(82008, "invalid_request", 400),
    CONSENT_TO_AGENT(82014, "unauthorized_client", 400),
    PUBLIC_WITH_PROOF(700025, "invalid_client", 401),
    NO_CHALLENGE_OF_PAGE(9002325, "invalid_request", 400),
    NOT_A_PAGE(9002326, "invalid_request", 400),
    ONLY_A_PAGE(9002327, "invalid_request", 400),
    NO_CONSENT_IN_TENANT(7000229, "invalid_client", 401),
    UNKNOWN_REDIRECT_URI(50011, "invalid_request", 400),
    RESPONSE_TYPE(700051, "unsupported_response_type", 400),
    CHALLENGE_METHOD(50149, "invalid_request", 400),
    NO_VERIFIER(50148, "invalid_grant", 400),
    WRONG_VERIFIER(501481, "invalid_grant", 400),
    CODE_REDEEMED(54005, "invalid_grant", 400),
    CODE_EXPIRED(70008, "invalid_grant", 400),
    OTHER_REPLY_ADDRESS(500112, "invalid_client", 401),
    USER_TOKEN_SIGNATURE(50013, "invalid_grant", 400),
    USER_TOKEN_AUDIENCE(500131, "invalid_grant", 400),
    USER_TOKEN_EXPIRED(500133, "invalid_grant", 400),
    UNKNOWN_USER(50034, "invalid_grant", 400),
    USER_CREDENTIAL_SUBJECT(700213, "invalid_grant", 400),
    MALFORMED_USER_ID(50000, "server_error", 400),
    NOT_A_USERS_TOKEN(7000114, "unauthorized_client", 400),
    ID_TOKEN(240002, "invalid_request", 400),
    NO_CONSENT(65001, "invalid_grant", 400);

    final int number;
    final String code;
    final int status;

    EntraError(int number, String code, int status) {
        this.number = number;
        this.code = code;
        this.status = status;
    }

    /** The refusal with this error; the reason never holds a secret or an assertion. */
    Refusal because(String reason) {
        return new Refusal(this, reason);
    }

    /** A refusal by Entra. */
    @SuppressWarnings("serial")
    static final class Refusal extends RuntimeException {

        private static final DateTimeFormatter TIMESTAMP =
                DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

        final EntraError error;
        private final String reason;

        private Refusal(EntraError error, String reason) {
            super("AADSTS" + error.number + ": " + reason);
            this.error = error;
            this.reason = reason;
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
}
