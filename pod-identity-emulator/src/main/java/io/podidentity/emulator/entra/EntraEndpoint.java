package io.podidentity.emulator.entra;

import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.token.AccessTokenReader;
import io.podidentity.emulator.token.SigningKey;
import io.podidentity.emulator.token.TokenIssuer;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Entra ID of one tenant: discovery documents, keys, and tokens for applications and for the one user. Thread-safe.
 */
public final class EntraEndpoint implements Endpoint {

    private static final Pattern CORRELATION_ID = Pattern.compile("[0-9A-Za-z-]{1,64}");

    private final Directory directory;
    private final TokenIssuer issuer;
    private final SigningKey key;
    private final Clock clock;
    private final DiscoveryDocuments documents;
    private final UserSignIn users;
    private final AuthorizationEndpoint authorizations;
    private final TokenEndpoint tokens;

    /**
     * Plays the tenant of the directory.
     *
     * @param authority the address that the documents name, without a trailing slash
     * @param life how long access tokens live
     */
    public EntraEndpoint(
            Directory directory, TokenIssuer issuer, SigningKey key, URI authority, Clock clock, Duration life) {
        this.directory = directory;
        this.issuer = issuer;
        this.key = key;
        this.clock = clock;
        this.documents = new DiscoveryDocuments(authority);
        this.users = new UserSignIn(directory, authority);
        var assertions = new AssertionCheck(directory, authority, clock);
        var clients = new ClientAuthentication(directory, assertions);
        var codes = new AuthorizationCodes(clock);
        this.authorizations = new AuthorizationEndpoint(directory, codes);
        var onBehalfOf = new OnBehalfOf(directory, new AccessTokenReader(key), clock);
        var scopes = new Scope(directory.tenantId());
        this.tokens = new TokenEndpoint(clients, users, codes, onBehalfOf, scopes, issuer, life);
    }

    @Override
    public Answer answer(Request request) {
        try {
            return entra(request);
        } catch (EntraException refusal) {
            return refusal.answer(clock.instant(), correlationId(request));
        }
    }

    private static String correlationId(Request request) {
        return request.header("client-request-id")
                .filter(id -> CORRELATION_ID.matcher(id).matches())
                .orElseGet(() -> UUID.randomUUID().toString());
    }

    private Answer entra(Request request) {
        List<String> segments = request.segments();
        if (segments.size() < 2) {
            return notFound();
        }
        String tenant = segments.get(0);
        String path = String.join("/", segments.subList(1, segments.size()));
        return switch (path) {
            case "discovery/instance" -> get(request, documents.instances(tenant));
            case "discovery/keys", "discovery/v2.0/keys" -> get(request, inTenant(tenant, key.publicKeys()));
            case ".well-known/openid-configuration" ->
                get(request, inTenant(tenant, documents.version1(tenant, issuer.issuer())));
            case "v2.0/.well-known/openid-configuration" -> get(request, inTenant(tenant, documents.version2(tenant)));
            case "oauth2/v2.0/devicecode" -> {
                inTenant(tenant, request);
                yield request.isPost() ? users.startDeviceCode(request.form()) : methodNotAllowed("POST");
            }
            case "oauth2/v2.0/authorize" -> {
                inTenant(tenant, request);
                yield request.isGet() ? authorizations.authorize(request.query()) : methodNotAllowed("GET");
            }
            case "oauth2/v2.0/logout" ->
                request.isGet() ? authorizations.logOut(request.query()) : methodNotAllowed("GET");
            case "oauth2/v2.0/token" -> {
                inTenant(tenant, request);
                yield request.isPost()
                        ? tokens.version2(ClientAuthentication.form(request), directory.tenantNamed(tenant))
                        : methodNotAllowed("POST");
            }
            case "oauth2/token" -> {
                inTenant(tenant, request);
                yield request.isPost()
                        ? tokens.version1(ClientAuthentication.form(request), directory.tenantNamed(tenant))
                        : methodNotAllowed("POST");
            }
            default -> notFound();
        };
    }

    private <T> T inTenant(String tenant, T answer) {
        if (!directory.hasTenant(tenant) && !directory.isSharedTenant(tenant)) {
            throw new EntraException(
                    EntraError.UNKNOWN_TENANT,
                    "Tenant '" + tenant
                            + "' not found. Check to make sure you have the correct tenant ID and are signing into the correct"
                            + " cloud. Check with your subscription administrator, this may happen if there are no active"
                            + " subscriptions for the tenant.");
        }
        return answer;
    }

    private static Answer get(Request request, Map<String, Object> document) {
        return request.isGet() ? Answer.json(200, document) : methodNotAllowed("GET");
    }

    private static Answer methodNotAllowed(String allowed) {
        return Answer.empty(405).with("Allow", allowed);
    }

    private static Answer notFound() {
        // A map of two has no order.
        var body = new LinkedHashMap<String, Object>();
        body.put("error", "not_found");
        body.put("error_description", "The emulator has no such page.");
        return Answer.json(404, body);
    }
}
