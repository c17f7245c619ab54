// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.http.HttpHeaders;
import org.springframework.security.oauth2.client.endpoint.AbstractOAuth2AuthorizationGrantRequest;
import org.springframework.security.oauth2.client.endpoint.DefaultOAuth2TokenRequestHeadersConverter;
import org.springframework.security.oauth2.client.endpoint.JwtBearerGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

/**
 * What token requests of registrations with a client assertion have in place of a secret (RFC 7523, section 2.2).
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class RegistrationAssertions {
    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private final Map<String, Supplier<String>> assertions = new HashMap<>();
    private final Map<String, AgentRegistration> agents = new HashMap<>();

    /**
     * @param registrations those of the settings and of the application's repository
     * @throws TokenProviderSettingException if a registration cannot have an assertion
     */
    RegistrationAssertions(
            TokenProviderProperties properties, KnownRegistrations registrations, TokenIdentities identities) {
        for (Map.Entry<String, ClientAssertionSettings> setting :
                properties.clientAssertion().entrySet()) {
            String name = setting.getKey();
            ClientAssertionSettings own = setting.getValue();
            if (own.source() == ClientAssertionSettings.Source.NONE) {
                continue;
            }
            registrations.requireSecretless(name);
            if (own.source() == ClientAssertionSettings.Source.AGENT_IDENTITY) {
                AgentRegistration agent = identities.agentRegistration(String.valueOf(own.identity()));
                registrations.requireClient(name, agent);
                agents.put(name, agent);
            } else {
                assertions.put(name, identities.assertions(name, own));
            }
        }
    }

    /** Whether a registration has an assertion, or its client is an agent identity. */
    boolean cover(ClientRegistration registration) {
        String name = registration.getRegistrationId();
        return assertions.containsKey(name) || agents.containsKey(name);
    }

    /** The agent identity of the registration of a request; empty for any other client. */
    Optional<AgentRegistration> agent(AbstractOAuth2AuthorizationGrantRequest request) {
        return Optional.ofNullable(agents.get(request.getClientRegistration().getRegistrationId()));
    }

    /** Whether the registration of a request has an assertion, or its client is an agent identity. */
    boolean cover(AbstractOAuth2AuthorizationGrantRequest request) {
        return cover(request.getClientRegistration());
    }

    /** The default headers but the one that has client ID and secret. */
    <T extends AbstractOAuth2AuthorizationGrantRequest> HttpHeaders headers(T request) {
        HttpHeaders headers = new DefaultOAuth2TokenRequestHeadersConverter<T>().convert(request);
        headers.remove(HttpHeaders.AUTHORIZATION);
        return headers;
    }

    /**
     * What goes beside the default parameters. Entra ID takes a request of the jwt-bearer grant as one on behalf of a
     * user where that says so (Microsoft Learn, "OAuth 2.0 On-Behalf-Of flow").
     *
     * @throws OAuth2AuthorizationException if there is no assertion; says why
     */
    MultiValueMap<String, String> parameters(AbstractOAuth2AuthorizationGrantRequest request) {
        String name = request.getClientRegistration().getRegistrationId();
        MultiValueMap<String, String> parameters = new LinkedMultiValueMap<>();
        parameters.set(
                OAuth2ParameterNames.CLIENT_ID, request.getClientRegistration().getClientId());
        parameters.set(OAuth2ParameterNames.CLIENT_ASSERTION_TYPE, ASSERTION_TYPE);
        try {
            parameters.set(
                    OAuth2ParameterNames.CLIENT_ASSERTION,
                    Objects.requireNonNull(assertions.get(name)).get());
        } catch (TokenAcquisitionException e) {
            throw new OAuth2AuthorizationException(
                    new OAuth2Error(
                            OAuth2ErrorCodes.SERVER_ERROR,
                            "No client assertion for the registration " + name + ": " + e.getMessage(),
                            null),
                    e);
        }
        if (request instanceof JwtBearerGrantRequest) {
            parameters.set("requested_token_use", "on_behalf_of");
        }
        return parameters;
    }
}
