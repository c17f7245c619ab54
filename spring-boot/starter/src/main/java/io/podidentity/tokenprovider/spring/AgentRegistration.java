// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.endpoint.AbstractOAuth2AuthorizationGrantRequest;
import org.springframework.security.oauth2.client.endpoint.DefaultOAuth2TokenRequestParametersConverter;
import org.springframework.security.oauth2.client.endpoint.JwtBearerGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken.TokenType;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * A registration whose client is an agent identity. Its assertion is a token that the blueprint gets for this agent
 * identity, so the token provider does both steps, and Spring Security sends no request.
 *
 * @param agent the name among token-provider.agents
 * @param clientId the client ID of the agent identity
 * @param provider of the agent identity's tokens
 */
record AgentRegistration(String agent, String clientId, AzureServiceTokenProvider provider) {
    private static final String DEFAULT_SCOPE = "/.default";

    private static final List<String> GRANTS =
            List.of(AuthorizationGrantType.CLIENT_CREDENTIALS.getValue(), AuthorizationGrantType.JWT_BEARER.getValue());

    /**
     * Why a registration cannot have this agent identity as its client; empty if it can.
     *
     * @param registeredId the client ID of the registration
     * @param grant its grant; null for none, which is that of a login
     * @param scopes its scopes
     */
    Optional<String> complain(@Nullable String registeredId, @Nullable String grant, Collection<String> scopes) {
        if (!clientId.equalsIgnoreCase(registeredId)) {
            return Optional.of("its client-id is not that of token-provider.agents." + agent);
        }
        if (!GRANTS.contains(String.valueOf(grant))) {
            return Optional.of(
                    "users cannot sign in at an agent identity, so its authorization-grant-type must be one of "
                            + String.join(", ", GRANTS));
        }
        boolean isOneResource = scopes.size() == 1 && scopes.iterator().next().endsWith(DEFAULT_SCOPE);
        return isOneResource ? Optional.empty() : Optional.of("its scope must be RESOURCE/.default alone");
    }

    /**
     * The token that a request of the registration asks for: the agent identity's own, or one on behalf of a user.
     *
     * @throws OAuth2AuthorizationException if the registration does not fit, or if there is no token; says why
     */
    OAuth2AccessTokenResponse respond(AbstractOAuth2AuthorizationGrantRequest request) {
        ClientRegistration registration = request.getClientRegistration();
        Set<String> scopes = registration.getScopes();
        // A registration of a database is not known at the start.
        Optional<String> complaint =
                complain(registration.getClientId(), request.getGrantType().getValue(), scopes);
        if (complaint.isPresent()) {
            throw new OAuth2AuthorizationException(
                    describe(OAuth2ErrorCodes.INVALID_REQUEST, registration, complaint.get()));
        }
        TokenRequest wanted = TokenRequest.forScope(scopes.iterator().next());
        try {
            AccessToken token = findProvider(request).getAuthenticationResult(wanted);
            return OAuth2AccessTokenResponse.withToken(token.value())
                    .tokenType(TokenType.BEARER)
                    .expiresIn(
                            Duration.between(Instant.now(), token.expiresOn()).toSeconds())
                    .scopes(scopes)
                    .build();
        } catch (TokenAcquisitionException e) {
            OAuth2Error error = describe(OAuth2ErrorCodes.SERVER_ERROR, registration, String.valueOf(e.getMessage()));
            throw new OAuth2AuthorizationException(error, e);
        }
    }

    private AzureServiceTokenProvider findProvider(AbstractOAuth2AuthorizationGrantRequest request) {
        return request instanceof JwtBearerGrantRequest onBehalfOf
                ? provider.onBehalfOf(readUserToken(onBehalfOf))
                : provider;
    }

    /** The parameters have it without Spring Security's module for JWT, which the starter does not need. */
    private static String readUserToken(JwtBearerGrantRequest request) {
        return Objects.requireNonNull(new DefaultOAuth2TokenRequestParametersConverter<JwtBearerGrantRequest>()
                .convert(request)
                .getFirst(OAuth2ParameterNames.ASSERTION));
    }

    private static OAuth2Error describe(String code, ClientRegistration registration, String reason) {
        return new OAuth2Error(
                code, "No token for the registration " + registration.getRegistrationId() + ": " + reason, null);
    }
}
