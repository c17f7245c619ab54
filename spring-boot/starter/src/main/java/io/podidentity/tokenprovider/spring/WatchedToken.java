// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AgentIdentity;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import java.util.ArrayList;
import java.util.List;

/**
 * A token that health, metrics and the endpoint tell of: that of one request by one identity. Two requests that differ
 * in anything that makes another token are two of these, such as requests to two tenants.
 *
 * @param identity the name of the application's identity
 * @param request what is asked for, without what makes no other token
 */
record WatchedToken(String identity, TokenRequest request) {

    /**
     * The token of a request. A claims challenge makes no other token: its answer takes the place of the refused one.
     */
    static WatchedToken of(String identity, TokenRequest request) {
        TokenRequest token = TokenRequest.forResource(TokenIdentities.canonical(request.resource()))
                .withTenantId(request.tenantId().orElse(null))
                .withIdentity(request.identity().orElse(null))
                .withAgent(request.agent().orElse(null))
                .withCaeEnabled(request.caeEnabled());
        return new WatchedToken(identity, token);
    }

    String resource() {
        return request.resource();
    }

    /** Whether it proves the application to Entra ID, in the place of a secret. */
    boolean isAssertion() {
        return identity.startsWith(TokenIdentities.ASSERTION);
    }

    /** What the request says besides the resource, such as {@code tenant contoso.com}; empty for nothing. */
    String details() {
        List<String> details = new ArrayList<>();
        request.tenantId().ifPresent(tenant -> details.add("tenant " + tenant));
        request.identity().map(UserAssignedIdentity::toString).ifPresent(details::add);
        request.agent().map(AgentIdentity::toString).ifPresent(details::add);
        if (request.caeEnabled()) {
            details.add("CAE");
        }
        return String.join(", ", details);
    }
}
