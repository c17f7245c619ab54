// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import java.util.List;
import java.util.Map;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * The endpoint {@code tokenprovider}. A read tells where the token of each resource comes from, or why there is none,
 * as it was last seen: it asks nobody. A delete clears all cached tokens and what was seen, so that a new role or
 * login takes effect at once. To allow deletes, set {@code management.endpoint.tokenprovider.access=unrestricted}.
 */
@Endpoint(id = "tokenprovider", defaultAccess = Access.READ_ONLY)
record TokenProviderEndpoint(TokenIdentities identities, TokenWatch watch) {

    @ReadOperation(produces = "application/json")
    Map<String, List<Map<String, Object>>> tokens() {
        return Map.of("tokens", watch.report());
    }

    @DeleteOperation
    void invalidate() {
        identities.invalidate();
        watch.forget();
    }
}
