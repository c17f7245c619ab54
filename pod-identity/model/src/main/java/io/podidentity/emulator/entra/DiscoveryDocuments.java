// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.entra;

import io.podidentity.emulator.token.TokenIssuer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The documents in which clients find the other addresses of Entra ID.
 *
 * @param issuer of any tenant; the documents name the tenant that was asked for
 */
record DiscoveryDocuments(TokenIssuer issuer) {

    /** The names that stand for any tenant. */
    private static final Set<String> SHARED_TENANTS = Set.of("common", "organizations");

    /**
     * Describes version 1.
     *
     * @param issuerOfTenant as the tokens have it
     */
    Map<String, Object> describeVersion1(String tenant, String issuerOfTenant) {
        var document = new LinkedHashMap<String, Object>();
        document.put("issuer", issuerOfTenant);
        document.put("token_endpoint", address(tenant, "/oauth2/token"));
        // Only applications get tokens of version 1 here, so there is no address at which a user signs in.
        document.put("jwks_uri", address(tenant, "/discovery/keys"));
        addCommon(document);
        return document;
    }

    /** Describes version 2. */
    Map<String, Object> describeVersion2(String tenant) {
        String oauth2 = address(tenant, "/oauth2/v2.0");
        var document = new LinkedHashMap<String, Object>();
        document.put("issuer", issuerOfVersion2(tenant));
        document.put("token_endpoint", oauth2 + "/token");
        document.put("authorization_endpoint", oauth2 + "/authorize");
        document.put("end_session_endpoint", oauth2 + "/logout");
        document.put("response_modes_supported", List.of("query", "fragment", "form_post"));
        document.put("device_authorization_endpoint", oauth2 + "/devicecode");
        document.put("jwks_uri", address(tenant, "/discovery/v2.0/keys"));
        addCommon(document);
        return document;
    }

    /** As Entra does, the shared tenants name a placeholder that the client fills from the token. */
    private String issuerOfVersion2(String tenant) {
        return address(SHARED_TENANTS.contains(tenant) ? "{tenantid}" : tenant, "/v2.0");
    }

    private String address(String tenant, String path) {
        return issuer.authority() + "/" + tenant + path;
    }

    private void addCommon(Map<String, Object> document) {
        document.put(
                "token_endpoint_auth_methods_supported",
                List.of("client_secret_post", "private_key_jwt", "client_secret_basic"));
        document.put("response_types_supported", List.of("code", "id_token"));
        document.put("subject_types_supported", List.of("pairwise"));
        document.put("id_token_signing_alg_values_supported", List.of("RS256"));
        document.put("scopes_supported", List.of("openid", "profile", "email", "offline_access"));
        document.put(
                "claims_supported", List.of("sub", "iss", "aud", "exp", "iat", "oid", "tid", "preferred_username"));
        document.put("tenant_region_scope", "EU");
        document.put("cloud_instance_name", issuer.authority().getAuthority());
    }

    /** Describes which hosts belong to one cloud; here only the emulator itself. */
    Map<String, Object> describeInstances(String tenant) {
        String host = issuer.authority().getAuthority();
        var document = new LinkedHashMap<String, Object>();
        document.put("tenant_discovery_endpoint", address(tenant, "/v2.0/.well-known/openid-configuration"));
        document.put("api-version", "1.1");
        document.put(
                "metadata",
                List.of(Map.of("preferred_network", host, "preferred_cache", host, "aliases", List.of(host))));
        return document;
    }
}
