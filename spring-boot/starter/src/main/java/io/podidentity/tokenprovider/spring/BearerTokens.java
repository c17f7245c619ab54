// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.TokenRequest;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The tokens for requests of the application's HTTP clients. It needs none of their libraries.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class BearerTokens {
    /**
     * The claims challenge of continuous access evaluation; see
     * https://learn.microsoft.com/en-us/entra/identity-platform/claims-challenge
     */
    private static final Pattern CLAIMS = Pattern.compile("\\bclaims=\"([A-Za-z0-9+/_=-]+)\"");

    private static final String INSUFFICIENT = "error=\"insufficient_claims\"";

    private final TokenIdentities identities;
    private final SettingsCheck check;
    private final List<BearerTarget> targets;
    /** What each server last demanded, so that the next request need not be refused first. */
    private final Map<BearerTarget, String> claims = new ConcurrentHashMap<>();

    BearerTokens(TokenIdentities identities, SettingsCheck check, List<BearerTarget> targets) {
        this.identities = identities;
        this.check = check;
        this.targets = List.copyOf(targets);
    }

    /** Names the tokens to the watch. */
    void requireIn(TokenWatch watch) {
        for (BearerTarget target : targets) {
            watch.require(identities.name(target.identity()), request(target));
        }
    }

    /** Notes that a client sends these tokens. */
    void use() {
        check.use(Feature.BEARER);
    }

    /** The server that a request is for; null if the request gets no token. */
    @Nullable
    BearerTarget target(URI request) {
        for (BearerTarget target : targets) {
            if (target.covers(request)) {
                return target;
            }
        }
        return null;
    }

    /** A token for a request to the server, with the claims that it last demanded. */
    String token(BearerTarget target) {
        return identities.provider(target.identity()).getAccessToken(request(target));
    }

    /** The same, without holding up the calling thread. */
    CompletableFuture<String> tokenAsync(BearerTarget target) {
        return identities.provider(target.identity()).getAccessTokenAsync(request(target));
    }

    private TokenRequest request(BearerTarget target) {
        return TokenRequest.forResource(TokenIdentities.canonical(target.resource()))
                .withClaims(claims.get(target))
                .withCaeEnabled(true);
    }

    /** Whether an answer demands a token with other claims, which the next one for the server has. */
    boolean demandsClaims(BearerTarget target, int status, List<String> challenges) {
        if (status != HttpURLConnection.HTTP_UNAUTHORIZED) {
            return false;
        }
        for (String challenge : challenges) {
            Matcher demanded = CLAIMS.matcher(challenge);
            if (challenge.contains(INSUFFICIENT) && demanded.find()) {
                return remember(target, demanded.group(1));
            }
        }
        return false;
    }

    private boolean remember(BearerTarget target, String encoded) {
        try {
            byte[] decoded =
                    Base64.getDecoder().decode(encoded.replace('-', '+').replace('_', '/'));
            claims.put(target, new String(decoded, StandardCharsets.UTF_8));
            return true;
        } catch (IllegalArgumentException e) {
            // Nothing that a token could be requested with: the caller gets the 401.
            return false;
        }
    }
}
