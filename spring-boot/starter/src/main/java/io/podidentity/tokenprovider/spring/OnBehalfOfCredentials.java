// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static java.util.Objects.requireNonNull;

import com.azure.core.credential.TokenCredential;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.AbstractOAuth2Token;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;

/**
 * Credentials of the Azure SDK that act on behalf of a user, for an application that a user's token has reached. The
 * application proves itself without a secret, as its default identity does.
 *
 * <pre>{@code
 * @GetMapping("/orders/{name}")
 * String read(@PathVariable String name, JwtAuthenticationToken user) {
 *     return new BlobClientBuilder().endpoint(storage).containerName("orders").blobName(name)
 *             .credential(credentials.of(user)).buildClient().downloadContent().toString();
 * }
 * }</pre>
 *
 * <p>A client keeps the token of its credential, so each user needs a client of their own: a client that is a bean
 * would act for one user with the token of another. Such clients are cheap where they share an {@code HttpClient}, and
 * the tokens themselves are cached for each user.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class OnBehalfOfCredentials {
    private final TokenIdentities identities;
    private final AzureServiceTokenProvider provider;

    /** @param identity the name of the application's own identity; null for the default one */
    OnBehalfOfCredentials(TokenIdentities identities, @Nullable String identity) {
        this.identities = identities;
        this.provider = identities.provider(identity);
    }

    /**
     * The same for another identity of the application. An agent identity needs a user's token for its blueprint.
     *
     * @param name a name among {@code token-provider.identities} and {@code token-provider.agents}
     * @throws IllegalArgumentException if there is no such name
     */
    public OnBehalfOfCredentials withIdentity(String name) {
        identities.requireKnown(name);
        return new OnBehalfOfCredentials(identities, name);
    }

    /**
     * The credential on behalf of the user of a request, as a resource server knows them.
     *
     * @param user who called, such as a {@code JwtAuthenticationToken} or a {@code BearerTokenAuthentication}
     * @throws IllegalArgumentException if the user did not come with an access token. One who signed in at this
     *     application in a browser has a session; for them take the access token of the {@code OAuth2AuthorizedClient}
     */
    public TokenCredential of(Authentication user) {
        if (requireNonNull(user, "user").getCredentials() instanceof AbstractOAuth2Token token) {
            return of(token);
        }
        throw new IllegalArgumentException("The user of this request did not come with an access token, but with "
                + user.getClass().getSimpleName()
                + ". After a login in a browser, pass the access token of the OAuth2AuthorizedClient.");
    }

    /**
     * The credential on behalf of the user whose access token this is.
     *
     * @param userToken a token for this application, such as a {@code Jwt}, or the access token of an {@code
     *     OAuth2AuthorizedClient}
     * @throws IllegalArgumentException if it is an ID token, which gives no application a right
     */
    public TokenCredential of(AbstractOAuth2Token userToken) {
        if (requireNonNull(userToken, "userToken") instanceof OidcIdToken) {
            throw new IllegalArgumentException("An ID token says who signed in, and gives no application a right."
                    + " Pass the user's access token.");
        }
        return new TokenProviderCredential(provider.onBehalfOf(userToken.getTokenValue()));
    }

    /**
     * The credential on behalf of the user of the request that the current thread serves.
     *
     * @throws IllegalStateException if Spring Security knows of none on this thread
     * @throws IllegalArgumentException as {@link #of(Authentication)} does
     */
    public TokenCredential ofCurrentUser() {
        Authentication user = SecurityContextHolder.getContext().getAuthentication();
        if (user == null) {
            throw new IllegalStateException("Spring Security knows of no user on this thread. Ask on the thread that"
                    + " serves the request, or pass the user.");
        }
        return of(user);
    }
}
