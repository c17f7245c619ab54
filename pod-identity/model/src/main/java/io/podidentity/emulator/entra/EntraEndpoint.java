package io.podidentity.emulator.entra;

import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.token.ResourceCheck;
import io.podidentity.emulator.token.TokenIssuer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Entra ID of one tenant: discovery documents, keys, and tokens for applications and for the one user. Thread-safe.
 *
 * @since 0.1.0
 */
public final class EntraEndpoint implements Endpoint {

    private static final Pattern CORRELATION_ID = Pattern.compile("[0-9A-Za-z-]{1,64}");

    private static final Map<String, String> METHODS = Map.of(
            "discovery/instance", "GET",
            "discovery/keys", "GET",
            "discovery/v2.0/keys", "GET",
            ".well-known/openid-configuration", "GET",
            "v2.0/.well-known/openid-configuration", "GET",
            "oauth2/v2.0/authorize", "GET",
            "oauth2/v2.0/logout", "GET",
            "oauth2/v2.0/devicecode", "POST",
            "oauth2/v2.0/token", "POST",
            "oauth2/token", "POST");

    private static final Set<String> OF_NO_TENANT = Set.of("discovery/instance", "oauth2/v2.0/logout");

    private final Directory directory;
    private final TokenIssuer issuer;
    private final UserSignIn users;
    private final AuthorizationFlow authorizations;
    private final TokenEndpoint tokens;

    /** @param life how long access tokens live */
    public EntraEndpoint(Directory directory, TokenIssuer issuer, Lifetimes life) {
        this.directory = directory;
        this.issuer = issuer;
        this.users = new UserSignIn(directory, issuer);
        this.authorizations = new AuthorizationFlow(directory, issuer.clock());
        var assertions = new AssertionCheck(directory, issuer.authority(), issuer.clock());
        var clients = new ClientAuthentication(directory, assertions);
        var scopes = new Scope(new ResourceCheck(directory, issuer.authority()));
        this.tokens = new TokenEndpoint(clients, users, authorizations, scopes, directory.assignments(), issuer, life);
    }

    @Override
    public Answer answer(Request request) {
        try {
            return entra(request);
        } catch (EntraError.Refusal refusal) {
            Answer answer = refusal.answer(issuer.clock().instant(), correlationId(request));
            return CrossOrigin.allow(answer, path(request), request);
        }
    }

    private static String correlationId(Request request) {
        return request.header("client-request-id")
                .filter(id -> CORRELATION_ID.matcher(id).matches())
                .orElseGet(() -> UUID.randomUUID().toString());
    }

    private Answer entra(Request request) {
        List<String> segments = request.segments();
        String tenant = segments.isEmpty() ? "" : segments.get(0);
        String path = path(request);
        String method = METHODS.get(path);
        if (method == null) {
            // A map of two has no order.
            var body = new LinkedHashMap<String, Object>();
            body.put("error", "not_found");
            body.put("error_description", "The emulator has no such page.");
            return Answer.json(404, body);
        }
        if (!OF_NO_TENANT.contains(path) && !directory.hasTenant(tenant) && !directory.isSharedTenant(tenant)) {
            throw EntraError.UNKNOWN_TENANT.because("Tenant '" + tenant
                    + "' not found. Check to make sure you have the correct tenant ID and are signing into the correct"
                    + " cloud. Check with your subscription administrator, this may happen if there are no active"
                    + " subscriptions for the tenant.");
        }
        if (request.method().equals(method)) {
            return CrossOrigin.allow(answer(path, tenant, request), path, request);
        }
        if (request.method().equals("OPTIONS") && CrossOrigin.isOpen(path)) {
            return CrossOrigin.preflight(request);
        }
        if (method.equals("POST")) {
            throw EntraError.WRONG_METHOD.because(
                    "The endpoint only accepts POST, OPTIONS requests. Received a " + request.method() + " request.");
        }
        return Answer.empty(405).with("Allow", method);
    }

    /** Below the tenant. */
    private static String path(Request request) {
        return String.join("/", request.segments().stream().skip(1).toList());
    }

    private Answer answer(String path, String tenant, Request request) {
        return switch (path) {
            case "discovery/instance" -> Answer.json(200, instances(tenant));
            case "discovery/keys", "discovery/v2.0/keys" ->
                Answer.json(200, ofTenant(tenant).publicKeySet());
            case ".well-known/openid-configuration" ->
                Answer.json(200, document(tenant, ofTenant(tenant).issuer(), "", "/" + tenant + "/discovery/keys"));
            case "v2.0/.well-known/openid-configuration" ->
                Answer.json(
                        200, document(tenant, idTokenIssuer(tenant), "/v2.0", "/" + tenant + "/discovery/v2.0/keys"));
            case "oauth2/v2.0/devicecode" -> users.startDeviceCode(request.form());
            case "oauth2/v2.0/authorize" -> authorizations.authorize(request.query());
            case "oauth2/v2.0/logout" -> authorizations.logOut(request.query());
            case "oauth2/v2.0/token" ->
                tokens.version2(
                        ClientAuthentication.form(request),
                        directory.tenantNamed(tenant),
                        CrossOrigin.isFromPage(request));
            default -> tokens.version1(ClientAuthentication.form(request), directory.tenantNamed(tenant));
        };
    }

    private TokenIssuer ofTenant(String name) {
        return issuer.inTenant(directory.tenantNamed(name));
    }

    /** As Entra does, the shared tenants name a placeholder that the client fills from the token. */
    private String idTokenIssuer(String tenant) {
        boolean shared = tenant.equals("common") || tenant.equals("organizations");
        return issuer.authority() + "/" + (shared ? "{tenantid}" : tenant) + "/v2.0";
    }

    private Map<String, Object> document(String tenant, String name, String version, String keys) {
        String oauth2 = issuer.authority() + "/" + tenant + "/oauth2" + version;
        var document = new LinkedHashMap<String, Object>();
        document.put("issuer", name);
        document.put("token_endpoint", oauth2 + "/token");
        if (!version.isEmpty()) {
            // Of version 1 only applications get tokens here.
            document.put("authorization_endpoint", oauth2 + "/authorize");
            document.put("end_session_endpoint", oauth2 + "/logout");
            document.put("response_modes_supported", List.of("query", "fragment", "form_post"));
            document.put("device_authorization_endpoint", oauth2 + "/devicecode");
        }
        document.put("jwks_uri", issuer.authority() + keys);
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
        return document;
    }

    /** Which hosts belong to one cloud; here only the emulator itself. */
    private Map<String, Object> instances(String tenant) {
        String host = issuer.authority().getAuthority();
        var document = new LinkedHashMap<String, Object>();
        document.put(
                "tenant_discovery_endpoint",
                issuer.authority() + "/" + tenant + "/v2.0/.well-known/openid-configuration");
        document.put("api-version", "1.1");
        document.put(
                "metadata",
                List.of(Map.of("preferred_network", host, "preferred_cache", host, "aliases", List.of(host))));
        return document;
    }
}
