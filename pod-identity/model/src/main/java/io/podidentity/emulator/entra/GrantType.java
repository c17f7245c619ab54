// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.entra;

import io.podidentity.emulator.http.Parameters;
import java.util.Arrays;
import java.util.Set;

/** By what a client asks for tokens. */
@SuppressWarnings("ImmutableEnumChecker") // the sets are unmodifiable
enum GrantType {
    CLIENT_CREDENTIALS("client_credentials"),
    DEVICE_CODE("urn:ietf:params:oauth:grant-type:device_code", "device_code"),
    AUTHORIZATION_CODE("authorization_code"),
    REFRESH_TOKEN("refresh_token"),
    ON_BEHALF_OF("urn:ietf:params:oauth:grant-type:jwt-bearer"),
    /** An agent identity acts as its own user account. */
    USER_FEDERATED_CREDENTIAL("user_fic"),
    /** The standard's (RFC 8693), which Entra ID refuses. */
    TOKEN_EXCHANGE("urn:ietf:params:oauth:grant-type:token-exchange");

    private final Set<String> names;

    GrantType(String... names) {
        this.names = Set.of(names);
    }

    /** @throws EntraError.Refusal if the form names none, or one that is not supported */
    static GrantType of(Parameters form) {
        String name = ClientAuthentication.required(form, "grant_type");
        return Arrays.stream(values())
                .filter(type -> type.names.contains(name))
                .findFirst()
                .orElseThrow(GrantType::unsupported);
    }

    static EntraError.Refusal unsupported() {
        return EntraError.UNSUPPORTED_GRANT.because("The app requested an unsupported grant type.");
    }
}
