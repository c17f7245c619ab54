// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.token;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a token is for, by its name alone.
 *
 * @since 0.1.0
 */
public final class Resource {

    private static final Pattern GUID = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");
    private static final Set<String> SCHEMES = Set.of("http", "https", "api");

    // For assertions of managed identities. A federated credential says the URI; the token says the application's ID,
    // which is known for the public cloud alone.
    // https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
    // Clients write AzureAdTokenExchange too.
    private static final Map<String, String> TOKEN_EXCHANGE = ignoringCase(Map.of(
            "api://AzureADTokenExchange", "fb60f99c-7a34-4190-8149-302f77469936",
            "api://AzureADTokenExchangeUSGov", "api://AzureADTokenExchangeUSGov",
            "api://AzureADTokenExchangeChina", "api://AzureADTokenExchangeChina"));

    private static final String API = "api://";

    private Resource() {}

    private static Map<String, String> ignoringCase(Map<String, String> names) {
        var all = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        all.putAll(names);
        return Collections.unmodifiableMap(all);
    }

    /** Whether tokens for it are there to be exchanged for others. */
    public static boolean isTokenExchange(String resource) {
        return TOKEN_EXCHANGE.containsKey(resource);
    }

    /**
     * The audience of a token of version 2.0, if the resource is one that wants such tokens: token exchange, and each
     * application's own API {@code api://CLIENT-ID}, of which the client ID is the audience.
     */
    public static Optional<String> ofVersion2(String resource) {
        return Optional.ofNullable(TOKEN_EXCHANGE.get(resource)).or(() -> clientIdOfApi(resource));
    }

    private static Optional<String> clientIdOfApi(String resource) {
        return Optional.of(resource)
                .filter(name -> name.startsWith(API))
                .map(name -> name.substring(API.length()))
                .filter(name -> GUID.matcher(name).matches());
    }

    /** The audience as a federated credential names it. */
    public static String ofFederatedCredential(String audience) {
        return TOKEN_EXCHANGE.entrySet().stream()
                .filter(entry -> entry.getValue().equals(audience))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(audience);
    }

    /**
     * Whether there can be such a resource at all: a GUID, or a URI of a usual scheme. Hosts below {@code .invalid}
     * (RFC 2606) never exist, so that a refusal can be tested.
     */
    public static boolean canExist(String resource) {
        if (GUID.matcher(resource).matches()) {
            return true;
        }
        try {
            var uri = new URI(resource);
            String authority = uri.getRawAuthority();
            return uri.getScheme() != null
                    && SCHEMES.contains(uri.getScheme().toLowerCase(Locale.ROOT))
                    && authority != null
                    && !authority.toLowerCase(Locale.ROOT).endsWith(".invalid");
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
