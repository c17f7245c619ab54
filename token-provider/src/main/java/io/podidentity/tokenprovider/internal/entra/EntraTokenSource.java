// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.source.ActingForUsers;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.Secret;

/** An application that gets a token from Entra ID with a proof of its identity. */
public final class EntraTokenSource implements TokenSource, ActingForUsers {
    private final String name;
    private final EntraClient client;
    private final EntraTenants tenants;
    private final String clientId;
    private final EntraCredential credential;

    public EntraTokenSource(
            String name, EntraClient client, EntraTenants tenants, String clientId, EntraCredential credential) {
        this.name = name;
        this.client = client;
        this.tenants = tenants;
        this.clientId = clientId;
        this.credential = credential;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        EntraGrant grant = EntraGrant.CLIENT_CREDENTIALS;
        String user = request.userAssertion().orElse(null);
        if (user != null) {
            grant = new UserAssertion(new Secret(user), clientId);
        }
        return acquire(request, grant);
    }

    /** The same with a grant that the request does not decide. */
    public Outcome acquire(TokenRequest request, EntraGrant grant) throws InterruptedException {
        if (request.identity().isPresent() && !request.clientId().orElse("").equalsIgnoreCase(clientId)) {
            return new Unavailable("the request names another client ID than " + Excerpt.of(clientId, 40), "");
        }
        String tenant = tenants.resolve(request.tenantId().orElse(null));
        EntraSession session = new EntraSession(name, client, clientId, tenant, request, grant);
        return new Acquired(credential.signIn(session).orThrow(), "", true);
    }
}
