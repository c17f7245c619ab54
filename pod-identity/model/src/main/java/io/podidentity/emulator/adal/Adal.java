// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.adal;

import io.podidentity.emulator.adal.TokenServices.CutException;
import io.podidentity.emulator.adal.TokenServices.Service;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.GoUrl;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.time.EmulatorClock;
import java.io.IOException;
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
 * @param profile the version of NMI, and so of its library
 * @see <a href="https://github.com/Azure/go-autorest/tree/main/autorest/adal">the original</a>
 * @since 0.1.0
 */
public record Adal(TokenServices services, EmulatorClock clusterClock, Clock clock, Profile profile) {

    private static final String IMDS = "169.254.169.254";
    private static final String TOKEN_PATH = "/metadata/identity/oauth2/token";
    private static final String API_VERSION = "2018-02-01";
    private static final String OAUTH_CONFIG_OF = "failed to create OAuthConfig for %s '%s': ";

    private static final int ATTEMPTS = 5;
    private static final int MAX_AUXILIARY_TENANTS = 3;
    private static final Duration MAX_WAIT = Duration.ofSeconds(60);
    private static final Set<Integer> RETRIED = Set.of(404, 408, 410, 429);

    /** A token of the node's system-assigned identity. */
    public AdalToken systemAssigned(String resource) throws NoTokenException, InterruptedException {
        return fetchOfIdentity("", resource);
    }

    /** A token of the node's identity of that client ID; without one, from 1.8.6 on, of any identity of the node. */
    public AdalToken userAssigned(String clientId, String resource) throws NoTokenException, InterruptedException {
        if (clientId.isEmpty() && !profile.isAtLeast(1, 8, 6)) {
            String words = profile.isAtLeast(1, 6, 0)
                    ? "failed to acquire a token using the MSI VM extension, error: "
                    : "Failed to acquire a token using the MSI VM extension. Error: ";
            throw NoTokenException.withoutRefusal(words + "parameter 'userAssignedID' cannot be empty");
        }
        return fetchOfIdentity(clientId, resource);
    }

    /**
     * Tokens of an application, by its secret: one, or with auxiliary tenants, from 1.7.0 on, one for each, that of its
     * own tenant first.
     */
    public List<AdalToken> withSecret(AzureIdentity identity, String secret, String resource) throws NoTokenException {
        List<String> auxiliary = auxiliaryTenantsOf(identity);
        List<GoUrl> endpoints = tokenEndpoints(identity, auxiliary);
        require("clientID", identity.clientId());
        require("secret", secret);
        var tokens = new ArrayList<AdalToken>();
        for (GoUrl endpoint : endpoints) {
            try {
                var form = new TreeMap<>(Map.of("client_secret", secret));
                tokens.add(fetchOfApplication(endpoint, identity, resource, form));
            } catch (NoTokenException e) {
                String which = tokens.isEmpty() ? "primary" : "auxiliary";
                throw auxiliary.isEmpty() ? e : wrap(which, e);
            }
        }
        return tokens;
    }

    private List<String> auxiliaryTenantsOf(AzureIdentity identity) {
        return profile.isAtLeast(1, 7, 0) ? identity.auxiliaryTenantIds() : List.of();
    }

    /** The original wraps the error of one of several tenants, so that NMI does not see that it is a refusal. */
    private static NoTokenException wrap(String which, NoTokenException e) {
        return NoTokenException.withoutRefusal("failed to refresh " + which + " token: " + e.getMessage());
    }

    /** A token of an application, by its certificate in a PKCS#12 file. */
    public AdalToken withCertificate(AzureIdentity identity, byte[] pkcs12, String password, String resource)
            throws NoTokenException {
        GoUrl endpoint = tokenEndpoint(identity);
        Pkcs12 file;
        try {
            file = Pkcs12.read(pkcs12, password);
        } catch (Pkcs12.UnreadableException e) {
            throw NoTokenException.withoutRefusal(ownWords("failed to decode certificate, error: ") + e.getMessage());
        }
        if (!file.hasRsaKey()) {
            throw new PanicException("interface conversion: interface {} is *ecdsa.PrivateKey, not *rsa.PrivateKey");
        }
        require("clientID", identity.clientId());
        var form = new TreeMap<>(Map.of(
                "client_assertion",
                file.assertion(identity.clientId(), services.audience(identity.tenantId()), clock.instant()),
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
        return fetchOfApplication(endpoint, identity, resource, form);
    }

    private List<GoUrl> tokenEndpoints(AzureIdentity identity, List<String> auxiliary) throws NoTokenException {
        if (auxiliary.size() > MAX_AUXILIARY_TENANTS) {
            throw NoTokenException.withoutRefusal("must specify one to three auxiliary tenants");
        }
        if (auxiliary.isEmpty()) {
            return List.of(tokenEndpoint(identity));
        }
        var endpoints = new ArrayList<GoUrl>();
        String own = identity.tenantId();
        endpoints.add(tokenEndpoint(identity, own, OAUTH_CONFIG_OF.formatted("primary tenant", own)));
        for (String other : auxiliary) {
            endpoints.add(tokenEndpoint(identity, other, OAUTH_CONFIG_OF.formatted("tenant", other)));
        }
        return endpoints;
    }

    private GoUrl tokenEndpoint(AzureIdentity identity) throws NoTokenException {
        return tokenEndpoint(identity, identity.tenantId(), ownWords("failed to create OAuth config, error: "));
    }

    private static GoUrl tokenEndpoint(AzureIdentity identity, String tenant, String words) throws NoTokenException {
        try {
            return ApplicationSettings.tokenEndpoint(identity.adEndpoint(), tenant);
        } catch (GoUrl.UnreadableException e) {
            throw NoTokenException.withoutRefusal(words + e.getMessage());
        }
    }

    private AdalToken fetchOfApplication(
            GoUrl endpoint, AzureIdentity identity, String resource, SortedMap<String, String> form)
            throws NoTokenException {
        form.put("client_id", identity.clientId());
        form.put("grant_type", "client_credentials");
        form.put("resource", resource);
        try {
            Optional<String> problem = ApplicationSettings.problem(endpoint);
            if (problem.isPresent()) {
                throw new IOException(problem.get());
            }
            var request = Request.withBody(
                    "POST",
                    endpoint.path() + endpoint.query(),
                    Map.of("Content-Type", "application/x-www-form-urlencoded"),
                    encoded(form));
            return readToken(services.ask(Service.ENTRA, request), endpoint.toString());
        } catch (IOException e) {
            throw unanswered("POST", endpoint.toString(), endpoint.host(), e);
        }
    }

    private AdalToken fetchOfIdentity(String clientId, String resource) throws NoTokenException, InterruptedException {
        var query = new TreeMap<>(Map.of("api-version", API_VERSION, "resource", resource));
        if (!clientId.isEmpty()) {
            query.put("client_id", clientId);
        }
        String target = TOKEN_PATH + "?" + encoded(query);
        String url = "http://" + IMDS + target;
        try {
            return readToken(askImds(Request.of("GET", target, Map.of("Metadata", "true"))), url);
        } catch (IOException e) {
            throw unanswered("GET", url, IMDS, e);
        }
    }

    /** Asks up to five times, with waits of 2, 6, 14, 30 and 60 s, one of them after the last attempt too. */
    private Answer askImds(Request request) throws IOException, InterruptedException {
        Duration wait = Duration.ZERO;
        for (int number = 1; ; number++) {
            Attempt attempt = askImdsOnce(request);
            if (attempt.isFinal()) {
                return attempt.answer();
            }
            wait = nextWait(wait, number);
            clusterClock.await(wait);
            if (number == ATTEMPTS) {
                return attempt.answer();
            }
        }
    }

    private static Duration nextWait(Duration wait, int attempt) {
        Duration longer = wait.plusSeconds(1L << attempt);
        return longer.compareTo(MAX_WAIT) > 0 ? MAX_WAIT : longer;
    }

    /** One request, and what has come of it. */
    private sealed interface Attempt {

        /** @throws IOException if there is no answer */
        Answer answer() throws IOException;

        /** Whether the library asks no more. */
        boolean isFinal();
    }

    private record Answered(Answer answer) implements Attempt {
        @Override
        public boolean isFinal() {
            return answer.status() < 500 && !RETRIED.contains(answer.status());
        }
    }

    private record Unanswered(IOException failure) implements Attempt {
        @Override
        public Answer answer() throws IOException {
            throw failure;
        }

        @Override
        public boolean isFinal() {
            return false;
        }
    }

    /** @throws IOException if there is no answer and the library does not ask again */
    private Attempt askImdsOnce(Request request) throws IOException {
        try {
            return new Answered(services.ask(Service.IMDS, request));
        } catch (CutException begun) {
            throw begun;
        } catch (IOException e) {
            if (!profile.isAtLeast(1, 6, 0)) {
                throw e;
            }
            return new Unanswered(e);
        }
    }

    private AdalToken readToken(Answer answer, String endpoint) throws NoTokenException {
        String body = answer.text();
        if (answer.status() != 200) {
            String asked = profile.isAtLeast(1, 8, 0) ? " Endpoint " + endpoint : "";
            throw NoTokenException.byRefusal(explain("adal: Refresh request failed. Status Code = '" + answer.status()
                    + "'. Response body: " + body + asked));
        }
        if (body.isBlank()) {
            throw NoTokenException.withoutRefusal(
                    explain("adal: Empty service principal token received during refresh"));
        }
        try {
            return AdalToken.parse(body);
        } catch (ParseException e) {
            // The original quotes the whole body, which may hold a part of a token.
            throw NoTokenException.byRefusal(explain("adal: Failed to unmarshal the service principal token during"
                    + " refresh. Error = 'invalid JSON of " + body.length() + " characters'"));
        }
    }

    private NoTokenException unanswered(String method, String url, String host, IOException e) {
        String what = e instanceof TokenServices.CutException
                ? "adal: Failed to read a new service principal token during refresh. Error = '" + e.getMessage()
                : "adal: Failed to execute the refresh request. Error = '"
                        + TokenServices.describeFailure(method, url, host, e);
        return NoTokenException.withoutRefusal(explain(what + "'"));
    }

    private String explain(String error) {
        return ownWords("failed to refresh token, error: ") + error;
    }

    /** NMI's own words before those of the library; none before 1.6.0 and from 1.8.6 on. */
    private String ownWords(String words) {
        return profile.isAtLeast(1, 6, 0) && !profile.isAtLeast(1, 8, 6) ? words : "";
    }

    private static void require(String name, String value) throws NoTokenException {
        if (value.isEmpty()) {
            throw NoTokenException.withoutRefusal("parameter '" + name + "' cannot be empty");
        }
    }

    /** Sorted by name, as Go does. */
    private static String encoded(SortedMap<String, String> values) {
        return Request.encoded(values);
    }

    /** The original's code panics here; the message is Go's. */
    @SuppressWarnings("serial")
    public static final class PanicException extends RuntimeException {

        public PanicException(String reason) {
            super(reason);
        }
    }
}
