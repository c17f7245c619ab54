// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.entra;

import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.token.ResourceCheck;
import io.podidentity.emulator.token.TokenIssuer;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Entra ID of one tenant: discovery documents, keys, and tokens for applications, agent identities and users.
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class EntraEndpoint implements Endpoint {

    private static final Pattern CORRELATION_ID = Pattern.compile("[0-9A-Za-z-]{1,64}");

    private final Directory directory;
    private final TokenIssuer issuer;
    private final DiscoveryDocuments documents;
    private final UserSignIn users;
    private final AuthorizationFlow authorizations;
    private final TokenEndpoint tokens;

    /** @param life how long access tokens live */
    public EntraEndpoint(Directory directory, TokenIssuer issuer, Lifetimes life) {
        this.directory = directory;
        this.issuer = issuer;
        this.documents = new DiscoveryDocuments(issuer);
        this.users = new UserSignIn(directory, issuer);
        this.authorizations = new AuthorizationFlow(directory, issuer.clock());
        var assertions = new AssertionCheck(directory, issuer.authority(), issuer.clock());
        var clients = new ClientAuthentication(directory, assertions);
        var scopes = new Scope(new ResourceCheck(directory, issuer.authority()));
        var agents = new AgentFlows(directory, issuer, users);
        this.tokens = new TokenEndpoint(
                clients, users, authorizations, agents, scopes, directory.assignments(), issuer, life);
    }

    @Override
    public Answer answer(Request request) {
        Optional<EntraPage> page = EntraPage.find(request);
        if (page.isEmpty()) {
            return answerNotFound();
        }
        try {
            return answer(page.get(), request);
        } catch (EntraError.Refusal refusal) {
            Answer answer = refusal.answer(issuer.clock().instant(), correlationId(request));
            return CrossOrigin.allow(answer, page.get(), request);
        }
    }

    private static Answer answerNotFound() {
        // A map of two has no order.
        var body = new LinkedHashMap<String, Object>();
        body.put("error", "not_found");
        body.put("error_description", "The emulator has no such page.");
        return Answer.json(404, body);
    }

    private static String correlationId(Request request) {
        return request.header("client-request-id")
                .filter(id -> CORRELATION_ID.matcher(id).matches())
                .orElseGet(() -> UUID.randomUUID().toString());
    }

    private Answer answer(EntraPage page, Request request) {
        String tenant = request.segments().isEmpty() ? "" : request.segments().get(0);
        if (!page.isOfNoTenant()) {
            requireTenant(tenant);
        }
        if (request.method().equals(page.method)) {
            return CrossOrigin.allow(answer(page, tenant, request), page, request);
        }
        if (request.method().equals("OPTIONS") && page.isOpen) {
            return CrossOrigin.preflight(request);
        }
        if (page.method.equals("POST")) {
            throw EntraError.WRONG_METHOD.because(
                    "The endpoint only accepts POST, OPTIONS requests. Received a " + request.method() + " request.");
        }
        return Answer.empty(405).with("Allow", page.method);
    }

    private void requireTenant(String tenant) {
        if (!directory.hasTenant(tenant) && !directory.isSharedTenant(tenant)) {
            throw EntraError.UNKNOWN_TENANT.because("Tenant '" + tenant
                    + "' not found. Check to make sure you have the correct tenant ID and are signing into the correct"
                    + " cloud. Check with your subscription administrator, this may happen if there are no active"
                    + " subscriptions for the tenant.");
        }
    }

    private Answer answer(EntraPage page, String tenant, Request request) {
        return switch (page) {
            case INSTANCE_DISCOVERY -> Answer.json(200, documents.describeInstances(tenant));
            case KEYS_OF_VERSION_1, KEYS_OF_VERSION_2 ->
                Answer.json(200, issuerOf(tenant).publicKeySet());
            case CONFIGURATION_OF_VERSION_1 ->
                Answer.json(
                        200, documents.describeVersion1(tenant, issuerOf(tenant).issuer()));
            case CONFIGURATION_OF_VERSION_2 -> Answer.json(200, documents.describeVersion2(tenant));
            case DEVICE_CODE -> users.startDeviceCode(request.form());
            case AUTHORIZE -> authorizations.authorize(request.query());
            case LOGOUT -> authorizations.logOut(request.query());
            case TOKEN_OF_VERSION_1 ->
                tokens.answerVersion1(ClientAuthentication.form(request), directory.tenantNamed(tenant));
            case TOKEN_OF_VERSION_2 ->
                tokens.answerVersion2(
                        ClientAuthentication.form(request),
                        directory.tenantNamed(tenant),
                        CrossOrigin.isFromPage(request));
        };
    }

    private TokenIssuer issuerOf(String tenant) {
        return issuer.inTenant(directory.tenantNamed(tenant));
    }
}
