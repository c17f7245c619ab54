package io.podidentity.emulator.entra;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a client learns before it asks for a token. */
record DiscoveryDocuments(URI authority) {

    Map<String, Object> version1(String tenant, String issuer) {
        return document(tenant, issuer, "", "/common/discovery/keys");
    }

    Map<String, Object> version2(String tenant) {
        return document(tenant, idTokenIssuer(tenant), "/v2.0", "/" + tenant + "/discovery/v2.0/keys");
    }

    /** As Entra does, the shared tenants name a placeholder that the client fills from the token. */
    String idTokenIssuer(String tenant) {
        boolean shared = tenant.equals("common") || tenant.equals("organizations");
        return authority + "/" + (shared ? "{tenantid}" : tenant) + "/v2.0";
    }

    private Map<String, Object> document(String tenant, String issuer, String version, String keys) {
        String oauth2 = authority + "/" + tenant + "/oauth2" + version;
        var document = new LinkedHashMap<String, Object>();
        document.put("issuer", issuer);
        document.put("token_endpoint", oauth2 + "/token");
        document.put("authorization_endpoint", oauth2 + "/authorize");
        document.put("end_session_endpoint", oauth2 + "/logout");
        document.put("response_modes_supported", List.of("query", "fragment", "form_post"));
        document.put("device_authorization_endpoint", oauth2 + "/devicecode");
        document.put("jwks_uri", authority + keys);
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
        document.put("cloud_instance_name", authority.getAuthority());
        return document;
    }

    /** Which hosts belong to one cloud; here only the emulator itself. */
    Map<String, Object> instances(String tenant) {
        String host = authority.getAuthority();
        var document = new LinkedHashMap<String, Object>();
        document.put("tenant_discovery_endpoint", authority + "/" + tenant + "/v2.0/.well-known/openid-configuration");
        document.put("api-version", "1.1");
        document.put(
                "metadata",
                List.of(Map.of("preferred_network", host, "preferred_cache", host, "aliases", List.of(host))));
        return document;
    }
}
