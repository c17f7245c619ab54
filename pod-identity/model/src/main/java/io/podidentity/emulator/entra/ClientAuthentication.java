// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.entra;

import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.token.TokenSubject.Proof;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** Finds the application that asks for a token, and checks its proof. */
record ClientAuthentication(Directory directory, AssertionCheck assertions) {

    /** An application or identity that has shown who it is. */
    record Client(ServicePrincipal principal, Proof proof) {}

    static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private static final String BASIC = "Basic ";

    /**
     * Authenticates for a token of that tenant.
     *
     * @throws EntraError.Refusal if there is no such application, its proof does not hold, or the tenant lacks it
     */
    Client authenticate(Parameters form, String tenant) {
        String clientId = required(form, "client_id");
        ServicePrincipal principal = directory
                .principal(clientId)
                .filter(present -> directory.has(clientId, tenant))
                .orElseThrow(() -> unknown(clientId, tenant));
        Proof proof = proof(principal, form);
        if (!principal.consented() && !tenant.equals(directory.tenantId())) {
            throw EntraError.NO_CONSENT_IN_TENANT.because(
                    "The client application " + clientId + " is missing service principal in the tenant " + tenant
                            + ". See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119");
        }
        return new Client(principal, proof);
    }

    private Proof proof(ServicePrincipal principal, Parameters form) {
        if (form.get("client_secret").isPresent()) {
            checkSecret(principal, required(form, "client_secret"));
            return Proof.SECRET;
        }
        if (form.get("client_assertion").isEmpty()) {
            throw EntraError.NO_CLIENT_CREDENTIAL.because("The request body must contain the following parameter:"
                    + " 'client_assertion' or 'client_secret'.");
        }
        if (!form.get("client_assertion_type").equals(Optional.of(ASSERTION_TYPE))) {
            throw EntraError.MISSING_PARAMETER.because(missing("client_assertion_type"));
        }
        assertions.check(principal, required(form, "client_assertion"));
        return Proof.SIGNATURE;
    }

    /** The same for a user's session, in which a client that cannot keep a secret needs none. */
    Client authenticateForUser(Parameters form, String tenant) {
        String clientId = required(form, "client_id");
        Optional<ServicePrincipal> open = new PublicClients(directory).find(clientId);
        if (open.isEmpty()) {
            return authenticate(form, tenant);
        }
        if (presentsProof(form)) {
            throw EntraError.PUBLIC_WITH_PROOF.because(
                    "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.");
        }
        return new Client(open.get(), Proof.NONE);
    }

    /** The same for a page in a browser, which can keep no secret whatever its application has. */
    Client authenticatePage(Parameters form) {
        String clientId = required(form, "client_id");
        return new Client(
                directory.principal(clientId).orElseThrow(() -> unknown(clientId, directory.tenantId())), Proof.NONE);
    }

    private static boolean presentsProof(Parameters form) {
        return form.get("client_secret").isPresent()
                || form.get("client_assertion").isPresent();
    }

    /** The form, with client ID and secret of the header if they are there, each encoded as in a form (RFC 6749). */
    static Parameters form(Request request) {
        return request.header("Authorization")
                .filter(value -> value.regionMatches(true, 0, BASIC, 0, BASIC.length()))
                .map(value -> Base64.getDecoder().decode(value.substring(BASIC.length())))
                .map(pair -> new String(pair, StandardCharsets.UTF_8).replaceFirst(":", "&client_secret="))
                .map(pair -> Parameters.parse(request.text() + "&client_id=" + pair))
                .orElseGet(request::form);
    }

    static String required(Parameters form, String name) {
        return form.get(name).orElseThrow(() -> EntraError.MISSING_PARAMETER.because(missing(name)));
    }

    private static String missing(String name) {
        return "The request body must contain the following parameter: '" + name + "'.";
    }

    static EntraError.Refusal unknown(String clientId, String tenant) {
        return EntraError.UNKNOWN_APPLICATION.because("Application with identifier '" + clientId
                + "' was not found in the directory '" + tenant
                + "'. This can happen if the application has not been installed by the administrator of the tenant or"
                + " consented to by any user in the tenant. You may have sent your authentication request to the wrong"
                + " tenant.");
    }

    private static void checkSecret(ServicePrincipal principal, String presented) {
        switch (principal.check(presented)) {
            case VALID -> {}
            case EXPIRED ->
                throw EntraError.EXPIRED_SECRET.because("The provided client secret keys for app '"
                        + principal.clientId()
                        + "' are expired. Visit the Azure portal to create new keys for your app:"
                        + " https://aka.ms/NewClientSecret, or consider using certificate credentials for added"
                        + " security: https://aka.ms/certCreds.");
            case WRONG ->
                throw EntraError.WRONG_SECRET.because("Invalid client secret provided. Ensure the secret being sent in"
                        + " the request is the client secret value, not the client secret ID, for a secret added to app"
                        + " '" + principal.clientId() + "'.");
        }
    }
}
