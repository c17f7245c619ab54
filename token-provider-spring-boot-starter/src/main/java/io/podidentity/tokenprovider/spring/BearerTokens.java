package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenRequest;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens for requests of the application's HTTP clients.
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

    private static final Logger LOG = LoggerFactory.getLogger(BearerTokens.class);

    private final AzureServiceTokenProvider provider;
    private final List<BearerTarget> targets;
    /** What each resource last demanded, so that the next request need not be refused first. */
    private final Map<String, String> claims = new ConcurrentHashMap<>();

    private volatile boolean isUsed;

    BearerTokens(AzureServiceTokenProvider provider, List<BearerTarget> targets) {
        this.provider = provider;
        this.targets = List.copyOf(targets);
    }

    /** Notes that a client sends these tokens. */
    void use() {
        isUsed = true;
    }

    /** Says, at the end of the start, that no client sends these tokens: it cannot be seen at a client without them. */
    void warnIfUnused() {
        if (!isUsed) {
            LOG.warn(
                    "token-provider.bearer is set ({}), but no client was made by Boot's RestClient.Builder,"
                            + " RestTemplateBuilder or WebClient.Builder: one by RestClient.builder() sends no token."
                            + " Inject the builder, or give the client the bean bearerTokenInterceptor.",
                    targets);
        }
    }

    /** The resource of the token for a request; null if the request gets none. */
    @Nullable
    String resource(URI request) {
        for (BearerTarget target : targets) {
            if (target.covers(request)) {
                return target.resource();
            }
        }
        return null;
    }

    /**
     * The token for a resource.
     *
     * @throws io.podidentity.tokenprovider.TokenAcquisitionException if there is none
     */
    String token(String resource) {
        return provider.getAccessToken(request(resource));
    }

    /** The same without blocking. */
    CompletableFuture<String> tokenAsync(String resource) {
        return provider.getAccessTokenAsync(request(resource));
    }

    private TokenRequest request(String resource) {
        return TokenRequest.forResource(resource)
                .withClaims(claims.get(resource))
                .withCaeEnabled(true);
    }

    /**
     * Whether a 401 demands a token with other claims, which the next {@link #token} has.
     *
     * @param challenges the values of the header {@code WWW-Authenticate}
     */
    boolean demandsClaims(String resource, @Nullable List<String> challenges) {
        for (String challenge : challenges == null ? List.<String>of() : challenges) {
            Matcher demanded = CLAIMS.matcher(challenge);
            if (challenge.contains(INSUFFICIENT) && demanded.find()) {
                String encoded = demanded.group(1).replace('-', '+').replace('_', '/');
                try {
                    claims.put(resource, new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8));
                    return true;
                } catch (IllegalArgumentException e) {
                    // Nothing that a token could be requested with: the caller gets the 401.
                    return false;
                }
            }
        }
        return false;
    }
}
