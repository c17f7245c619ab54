// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import java.util.Base64;

/** A key vault and Entra ID behind one transport: whoever asks without a token is challenged. */
public final class FakeVault {
    public static final String CHALLENGE =
            "Bearer authorization=\"https://login.microsoftonline.com/33333333-3333-3333-3333-333333333333\","
                    + " resource=\"https://vault.azure.net\"";

    private FakeVault() {}

    /** A transport that hands every request to the vault, and those that carry a form to Entra ID. */
    public static FakeTransport with(FakeTransport.Answer vault, FakeTransport.Answer entra) {
        return new FakeTransport().does(request -> request.form() == null ? vault.to(request) : entra.to(request));
    }

    /** Challenges, then answers with this status and body. */
    public static FakeTransport.Answer vault(int status, String body) {
        return vault(CHALLENGE, status, body);
    }

    public static FakeTransport.Answer vault(String challenge, int status, String body) {
        return request -> Forms.header(request, "Authorization") == null
                ? new HttpResponse(401, "{}", null, challenge, null, null, null)
                : new HttpResponse(status, body, null);
    }

    /** The secret that a vault makes of a certificate. */
    public static String secret(ClientCertificate certificate) {
        try {
            return secret(
                    "application/x-pkcs12", Base64.getEncoder().encodeToString(Certificates.pkcs12("", certificate)));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    public static String secret(String contentType, String value) {
        return "{\"value\":\"" + value.replace("\n", "\\n") + "\",\"contentType\":\"" + contentType
                + "\",\"id\":\"https://myvault.vault.azure.net/secrets/c/1\",\"attributes\":{\"enabled\":true}}";
    }
}
