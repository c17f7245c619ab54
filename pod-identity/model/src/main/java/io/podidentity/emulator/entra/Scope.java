// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.entra;

import io.podidentity.emulator.token.ResourceCheck;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Derives the resource, which becomes the token's audience unchanged, from what a client asks for. */
record Scope(ResourceCheck resources) {

    private static final String DEFAULT = "/.default";
    private static final String GRAPH = "https://graph.microsoft.com";
    private static final Set<String> OPENID = Set.of("openid", "profile", "email", "offline_access");

    /**
     * For an application, which can ask for all its permissions at once only: {@code X/.default} is X. OpenID's scopes
     * are for users, but libraries send them along.
     */
    String resourceOfApplication(String scope) {
        List<String> scopes = withoutOpenId(scope);
        if (scopes.size() != 1 || !scopes.get(0).endsWith(DEFAULT)) {
            throw EntraError.SCOPE_WITHOUT_DEFAULT.because("The provided value for scope " + scope
                    + " is not valid. Client credential flows must have a scope value with /.default suffixed to the"
                    + " resource identifier (application ID URI).");
        }
        return requireKnown(withoutPermission(scopes.get(0)));
    }

    /**
     * For a user: besides {@code X/.default} also single permissions as {@code X/Permission}, or plain ones of Graph.
     */
    String resourceOfUser(String scope) {
        List<String> resources = withoutOpenId(scope).stream()
                .map(Scope::withoutPermission)
                .distinct()
                .toList();
        if (resources.size() > 1) {
            throw EntraError.INVALID_SCOPE.because("The provided value for the input parameter 'scope' is not valid:"
                    + " a token is for one resource, and this names " + resources.size() + ".");
        }
        return resources.isEmpty() ? GRAPH : requireKnown(resources.get(0));
    }

    /** Whether one of OpenID's scopes is asked for. */
    static boolean has(String scope, String name) {
        return List.of(scope.strip().split(" +")).contains(name);
    }

    /** What a user's token says in {@code scp}: the names of the permissions, or else of OpenID's scopes. */
    static String permissions(String scope) {
        String names =
                withoutOpenId(scope).stream().map(Scope::permission).distinct().collect(Collectors.joining(" "));
        return names.isEmpty() ? scope.strip() : names;
    }

    private static String permission(String scope) {
        String name = scope.substring(scope.lastIndexOf('/') + 1);
        return name.equals(DEFAULT.substring(1)) ? "user_impersonation" : name;
    }

    private static List<String> withoutOpenId(String scope) {
        return Arrays.stream(scope.strip().split(" +"))
                .filter(name -> !OPENID.contains(name))
                .toList();
    }

    private static String withoutPermission(String scope) {
        int slash = scope.lastIndexOf('/');
        return slash < 0 ? GRAPH : scope.substring(0, slash);
    }

    /** @throws EntraError.Refusal if there is no such resource */
    String requireKnown(String resource) {
        Optional<String> refusal = resources.refusal(resource);
        if (refusal.isPresent()) {
            throw EntraError.UNKNOWN_RESOURCE.because(refusal.get());
        }
        return resource;
    }
}
