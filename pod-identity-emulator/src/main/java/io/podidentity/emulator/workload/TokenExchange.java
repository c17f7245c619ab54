package io.podidentity.emulator.workload;

import io.podidentity.emulator.http.Request;
import java.util.Map;

/**
 * How a workload asks Entra ID for a token, with that of its service account.
 *
 * @see <a href="https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow">client
 *     credentials with a federated credential</a>
 */
public final class TokenExchange {

    private TokenExchange() {}

    public static Request request(String tenantId, String clientId, String scope, String assertion) {
        return Request.form(
                "/" + tenantId + "/oauth2/v2.0/token",
                Map.of(
                        "grant_type",
                        "client_credentials",
                        "client_id",
                        clientId,
                        "scope",
                        scope,
                        "client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                        "client_assertion",
                        assertion));
    }
}
