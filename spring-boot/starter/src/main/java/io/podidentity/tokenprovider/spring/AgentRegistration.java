// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import org.springframework.security.oauth2.client.endpoint.AbstractOAuth2AuthorizationGrantRequest;
import org.springframework.security.oauth2.client.endpoint.DefaultOAuth2TokenRequestParametersConverter;
import org.springframework.security.oauth2.client.endpoint.JwtBearerGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
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

    /**
     * The token that a request of the registration asks for: the agent identity's own, or one on behalf of a user.
     *
     * @throws OAuth2AuthorizationException if the registration does not fit, or if there is no token; says why
     */
    OAuth2AccessTokenResponse respond(AbstractOAuth2AuthorizationGrantRequest request) {
        ClientRegistration registration = request.getClientRegistration();
        requireClient(registration);
        TokenRequest wanted = TokenRequest.forScope(findScope(registration));
        try {
            AccessToken token = findProvider(request).getAuthenticationResult(wanted);
            return OAuth2AccessTokenResponse.withToken(token.value())
                    .tokenType(TokenType.BEARER)
                    .expiresIn(
                            Duration.between(Instant.now(), token.expiresOn()).toSeconds())
                    .scopes(registration.getScopes())
                    .build();
        } catch (TokenAcquisitionException e) {
            OAuth2Error error = describe(OAuth2ErrorCodes.SERVER_ERROR, registration, String.valueOf(e.getMessage()));
            throw new OAuth2AuthorizationException(error, e);
        }
    }

    private void requireClient(ClientRegistration registration) {
        if (!registration.getClientId().equalsIgnoreCase(clientId)) {
            String reason = "its client-id is not that of token-provider.agents." + agent;
            throw new OAuth2AuthorizationException(describe(OAuth2ErrorCodes.INVALID_CLIENT, registration, reason));
        }
    }

    private static String findScope(ClientRegistration registration) {
        Set<String> scopes = registration.getScopes();
        if (scopes.size() == 1) {
            String scope = scopes.iterator().next();
            if (scope.endsWith(DEFAULT_SCOPE)) {
                return scope;
            }
        }
        throw new OAuth2AuthorizationException(
                describe(OAuth2ErrorCodes.INVALID_SCOPE, registration, "its scope must be RESOURCE/.default alone"));
    }

    private AzureServiceTokenProvider findProvider(AbstractOAuth2AuthorizationGrantRequest request) {
        if (request instanceof OAuth2ClientCredentialsGrantRequest) {
            return provider;
        }
        if (request instanceof JwtBearerGrantRequest onBehalfOf) {
            return provider.onBehalfOf(readUserToken(onBehalfOf));
        }
        String reason = "users cannot sign in at an agent identity. Its grant is client_credentials or jwt-bearer";
        throw new OAuth2AuthorizationException(
                describe(OAuth2ErrorCodes.UNSUPPORTED_GRANT_TYPE, request.getClientRegistration(), reason));
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
