package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientProperties;
import org.springframework.http.HttpHeaders;
import org.springframework.security.oauth2.client.endpoint.AbstractOAuth2AuthorizationGrantRequest;
import org.springframework.security.oauth2.client.endpoint.DefaultOAuth2TokenRequestHeadersConverter;
import org.springframework.security.oauth2.client.endpoint.JwtBearerGrantRequest;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.util.StringUtils;

/**
 * What token requests of registrations with a client assertion have in place of a secret (RFC 7523, section 2.2).
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class RegistrationAssertions {
    private static final String REGISTRATION = "spring.security.oauth2.client.registration";
    private static final String SETTING = "token-provider.client-assertion.";
    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private final Map<String, Supplier<String>> assertions = new HashMap<>();

    /**
     * @throws TokenProviderSettingException if a registration cannot have an assertion
     */
    RegistrationAssertions(
            Map<String, ClientAssertionSettings> settings,
            Map<String, OAuth2ClientProperties.Registration> registrations,
            TokenIdentities identities) {
        settings.forEach((name, own) -> {
            require(name, registrations);
            assertions.put(name, own.assertions().with(identities.settings()));
        });
    }

    private static void require(String name, Map<String, OAuth2ClientProperties.Registration> registrations) {
        OAuth2ClientProperties.@Nullable Registration registration = registrations.get(name);
        if (registration == null) {
            throw new TokenProviderSettingException(
                    SETTING + name + " names a registration that does not exist: " + REGISTRATION + " has "
                            + (registrations.isEmpty() ? "none." : "only " + registrations.keySet() + "."),
                    "Correct the name, or add " + REGISTRATION + "." + name + ".");
        }
        if (StringUtils.hasText(registration.getClientSecret())) {
            throw new TokenProviderSettingException(
                    REGISTRATION + "." + name + ".client-secret is set, and " + SETTING + name + " too.",
                    "Remove the secret, or " + SETTING + name + ".*.");
        }
        String method = registration.getClientAuthenticationMethod();
        if (method != null && !method.equals("private_key_jwt")) {
            throw new TokenProviderSettingException(
                    REGISTRATION + "." + name + ".client-authentication-method is " + method
                            + ", which is another way to authenticate than " + SETTING + name + ".",
                    "Remove client-authentication-method, or set it to private_key_jwt.");
        }
    }

    /** Whether the registration of a request has an assertion. */
    boolean cover(AbstractOAuth2AuthorizationGrantRequest request) {
        return assertions.containsKey(request.getClientRegistration().getRegistrationId());
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
