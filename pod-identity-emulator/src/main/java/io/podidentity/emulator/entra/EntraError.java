package io.podidentity.emulator.entra;

/** Entra's errors that the emulator can give: number, OAuth error code and HTTP status. */
enum EntraError {
    MALFORMED_GRANT(9002313, "invalid_grant", 400),
    UNKNOWN_TENANT(90002, "invalid_request", 400),
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
    NOT_A_MANAGED_IDENTITY(700226, "invalid_client", 401),
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
}
