package io.podidentity.emulator.adal;

import io.podidentity.emulator.adal.Upstream.Service;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.GoUrl;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.time.EmulatorClock;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Fetches tokens from the metadata service and from Entra ID's first version, with the retries and the error texts of
 * go-autorest's adal. Thread-safe.
 *
 * @param clusterClock for the waits between attempts
 * @param clock for the times in assertions, which Entra ID judges
 * @see <a href="https://github.com/Azure/go-autorest/tree/main/autorest/adal">the original</a>
 */
public record Adal(Upstream upstream, EmulatorClock clusterClock, Clock clock, AdalVersion version) {

    private static final String IMDS = "http://169.254.169.254";
    private static final String TOKEN_PATH = "/metadata/identity/oauth2/token";
    private static final String API_VERSION = "2018-02-01";

    private static final int ATTEMPTS = 5;
    private static final int MAX_AUXILIARY_TENANTS = 3;
    private static final Duration MAX_WAIT = Duration.ofSeconds(60);
    private static final Set<Integer> RETRIED = Set.of(404, 408, 410, 429);

    /** A token of the node's system-assigned identity. */
    public AdalToken systemAssigned(String resource) throws AdalException, InterruptedException {
        return managed(new TreeMap<>(Map.of("api-version", API_VERSION, "resource", resource)));
    }

    /** A token of the node's identity of that client ID. */
    public AdalToken userAssigned(String clientId, String resource) throws AdalException, InterruptedException {
        if (clientId.isEmpty()) {
            if (version.needsUserAssignedId()) {
                throw new AdalException(
                        version.wrapsErrors()
                                ? "failed to acquire a token using the MSI VM extension, error: parameter"
                                        + " 'userAssignedID' cannot be empty"
                                : "Failed to acquire a token using the MSI VM extension. Error: parameter"
                                        + " 'userAssignedID' cannot be empty",
                        false);
            }
            return systemAssigned(resource);
        }
        return managed(new TreeMap<>(Map.of("api-version", API_VERSION, "client_id", clientId, "resource", resource)));
    }

    /** A token of an application, by its secret. */
    public AdalToken withSecret(String adEndpoint, String tenant, String clientId, String secret, String resource)
            throws AdalException {
        GoUrl endpoint = tokenEndpoint(adEndpoint, tenant);
        require("clientID", clientId);
        require("secret", secret);
        var form = new TreeMap<>(Map.of("client_secret", secret));
        return application(endpoint, clientId, resource, form);
    }

    /**
     * Tokens of an application in several tenants, its own first.
     *
     * @param auxiliary one to three more tenants
     */
    public List<AdalToken> withSecret(
            String adEndpoint, String tenant, List<String> auxiliary, String clientId, String secret, String resource)
            throws AdalException {
        if (auxiliary.size() > MAX_AUXILIARY_TENANTS) {
            throw new AdalException("must specify one to three auxiliary tenants", false);
        }
        var endpoints = new ArrayList<GoUrl>();
        endpoints.add(tokenEndpoint(adEndpoint, tenant, "primary tenant"));
        for (String other : auxiliary) {
            endpoints.add(tokenEndpoint(adEndpoint, other, "tenant"));
        }
        require("clientID", clientId);
        require("secret", secret);
        var tokens = new ArrayList<AdalToken>();
        for (GoUrl endpoint : endpoints) {
            try {
                tokens.add(application(endpoint, clientId, resource, new TreeMap<>(Map.of("client_secret", secret))));
            } catch (AdalException e) {
                // Wrapped, so that NMI does not see that it is a refusal.
                String which = tokens.isEmpty() ? "primary" : "auxiliary";
                throw new AdalException("failed to refresh " + which + " token: " + e.getMessage(), false);
            }
        }
        return tokens;
    }

    private static GoUrl tokenEndpoint(String adEndpoint, String tenant, String which) throws AdalException {
        try {
            return ApplicationSettings.tokenEndpoint(adEndpoint, tenant);
        } catch (GoUrl.UnreadableException e) {
            throw new AdalException(
                    "failed to create OAuthConfig for " + which + " '" + tenant + "': " + e.getMessage(), false);
        }
    }

    /** A token of an application, by its certificate in a PKCS#12 file. */
    public AdalToken withCertificate(
            String adEndpoint, String tenant, String clientId, byte[] pkcs12, String password, String resource)
            throws AdalException {
        GoUrl endpoint = tokenEndpoint(adEndpoint, tenant);
        ApplicationCertificate file;
        try {
            file = Pkcs12.read(pkcs12, password);
        } catch (Der.UnreadableException e) {
            String text = String.valueOf(e.getMessage());
            throw new AdalException(
                    version.wrapsErrors() ? "failed to decode certificate, error: " + text : text, false);
        }
        if (!file.hasRsaKey()) {
            throw new PanicException("interface conversion: interface {} is *ecdsa.PrivateKey, not *rsa.PrivateKey");
        }
        require("clientID", clientId);
        var form = new TreeMap<>(Map.of(
                "client_assertion",
                file.assertion(clientId, upstream.audience(tenant), clock.instant()),
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
        return application(endpoint, clientId, resource, form);
    }

    private GoUrl tokenEndpoint(String adEndpoint, String tenant) throws AdalException {
        try {
            return ApplicationSettings.tokenEndpoint(adEndpoint, tenant);
        } catch (GoUrl.UnreadableException e) {
            throw new AdalException(
                    version.wrapsErrors()
                            ? "failed to create OAuth config, error: " + e.getMessage()
                            : String.valueOf(e.getMessage()),
                    false);
        }
    }

    private AdalToken application(GoUrl endpoint, String clientId, String resource, SortedMap<String, String> form)
            throws AdalException {
        form.put("client_id", clientId);
        form.put("grant_type", "client_credentials");
        form.put("resource", resource);
        Optional<String> problem = ApplicationSettings.problem(endpoint);
        if (problem.isPresent()) {
            throw notAsked("POST", endpoint, new IOException(problem.get()));
        }
        var request = Request.withBody(
                "POST",
                endpoint.path() + endpoint.query(),
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                encoded(form));
        try {
            return token(upstream.ask(Service.ENTRA, request), endpoint.toString());
        } catch (IOException e) {
            throw notAsked("POST", endpoint, e);
        }
    }

    private AdalToken managed(SortedMap<String, String> query) throws AdalException, InterruptedException {
        String target = TOKEN_PATH + "?" + encoded(query);
        try {
            return token(retried(Request.of("GET", target, Map.of("Metadata", "true"))), IMDS + target);
        } catch (IOException e) {
            throw notAsked("GET", new GoUrl("http", "", "169.254.169.254", TOKEN_PATH, "?" + encoded(query), ""), e);
        }
    }

    /** Waits of 2, 6, 14, 30 and 60 s, one of them after the last attempt too. */
    private Answer retried(Request request) throws IOException, InterruptedException {
        Duration wait = Duration.ZERO;
        for (int attempt = 1; ; attempt++) {
            IOException failure = null;
            Answer answer = null;
            try {
                answer = upstream.ask(Service.IMDS, request);
            } catch (Upstream.CutException began) {
                throw began;
            } catch (IOException e) {
                if (!version.retriesWithoutAnswer()) {
                    throw e;
                }
                failure = e;
            }
            if (answer != null && !isRetried(answer.status())) {
                return answer;
            }
            wait = wait.plusSeconds(1L << attempt);
            wait = wait.compareTo(MAX_WAIT) > 0 ? MAX_WAIT : wait;
            clusterClock.await(wait);
            if (attempt == ATTEMPTS) {
                if (answer == null) {
                    throw failure == null ? new IOException("no answer") : failure;
                }
                return answer;
            }
        }
    }

    private static boolean isRetried(int status) {
        return status >= 500 || RETRIED.contains(status);
    }

    private AdalToken token(Answer answer, String endpoint) throws AdalException {
        String body = answer.text();
        if (answer.status() != 200) {
            throw failure(
                    "adal: Refresh request failed. Status Code = '" + answer.status() + "'. Response body: " + body
                            + (version.namesEndpoint() ? " Endpoint " + endpoint : ""),
                    true);
        }
        if (body.isBlank()) {
            throw failure("adal: Empty service principal token received during refresh", false);
        }
        try {
            return AdalToken.parse(body);
        } catch (ParseException e) {
            // The original quotes the whole body, which may hold a part of a token.
            throw failure(
                    "adal: Failed to unmarshal the service principal token during refresh. Error = 'invalid JSON of "
                            + body.length() + " characters'",
                    true);
        }
    }

    private AdalException notAsked(String method, GoUrl url, IOException e) {
        return e instanceof Upstream.CutException
                ? failure(
                        "adal: Failed to read a new service principal token during refresh. Error = '" + e.getMessage()
                                + "'",
                        false)
                : failure(
                        "adal: Failed to execute the refresh request. Error = '"
                                + GoFailure.text(method, url.toString(), url.host(), e) + "'",
                        false);
    }

    private AdalException failure(String text, boolean refused) {
        return new AdalException(version.wrapsErrors() ? "failed to refresh token, error: " + text : text, refused);
    }

    private static void require(String name, String value) throws AdalException {
        if (value.isEmpty()) {
            throw new AdalException("parameter '" + name + "' cannot be empty", false);
        }
    }

    /** Sorted by name, as Go does. */
    private static String encoded(SortedMap<String, String> values) {
        var text = new StringBuilder();
        values.forEach((name, value) ->
                text.append(text.isEmpty() ? "" : "&").append(name).append('=').append(encoded(value)));
        return text.toString();
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /**
     * What differs between the versions of the library, and of the few lines around it in NMI.
     *
     * @param retriesWithoutAnswer whether the metadata service is asked again where there was no answer at all
     * @param namesEndpoint whether the address is part of the error text
     * @param wrapsErrors whether NMI puts its own words before the library's
     * @param needsUserAssignedId whether an empty client ID is an error; later it means any identity of the node
     */
    public record AdalVersion(
            boolean retriesWithoutAnswer, boolean namesEndpoint, boolean wrapsErrors, boolean needsUserAssignedId) {}
}
