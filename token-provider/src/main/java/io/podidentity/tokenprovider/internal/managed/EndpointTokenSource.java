// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.http.ErrorBody;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpRetry;
import io.podidentity.tokenprovider.internal.http.NoAnswer;
import io.podidentity.tokenprovider.internal.http.RetryAfter;
import io.podidentity.tokenprovider.internal.http.RetrySchedule;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Fingerprint;
import io.podidentity.tokenprovider.internal.text.HelpPage;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.IOException;
import java.net.URI;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The managed identity that a host such as App Service issues at an address of its own. The address is never reached
 * through a proxy, redirects are not followed, and retries are those of the metadata service. The host was announced,
 * so it is a failure if there is no token, not an absence. The host may be silent for two thirds of the deadline.
 *
 * <p>Some hosts accept that a program handles claims challenges. The source tells them so, and after a challenge it
 * also tells them which token was refused: the hash of the newest token for that resource and identity. An App Service
 * in a sovereign cloud may not know the API version for that yet. It then gets the same request in the version before.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
public class EndpointTokenSource implements TokenSource {
    private static final int CONNECT_MILLIS = 2_000;

    final ManagedIdentityEndpoint host;
    private final @Nullable String endpoint;
    final SourceContext context;
    private final String secret;
    private final @Nullable UserAssignedIdentity identity;
    /** The hash of the newest token for each resource and identity, where the host can be told of it. */
    private final Map<String, String> newest = new ConcurrentHashMap<>();
    /** Whether the host turned out not to know the API version for claims challenges. */
    private volatile boolean outdated;

    public EndpointTokenSource(
            ManagedIdentityEndpoint host, SourceContext context, @Nullable UserAssignedIdentity identity) {
        this(host, context, identity, context.environment().get(host.endpointVariable));
    }

    EndpointTokenSource(
            ManagedIdentityEndpoint host,
            SourceContext context,
            @Nullable UserAssignedIdentity identity,
            @Nullable String endpoint) {
        this.host = host;
        this.endpoint = endpoint;
        this.context = context;
        this.secret = readSecret(host, context);
        this.identity = identity;
    }

    private static String readSecret(ManagedIdentityEndpoint host, SourceContext context) {
        if (host.secretVariable == null) {
            return "";
        }
        return Objects.requireNonNullElse(context.environment().get(host.secretVariable), "");
    }

    @Override
    public final String name() {
        return host.label;
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        UserAssignedIdentity named = identityFor(request);
        Time time = context.time();
        long start = time.nanos();
        long limitNanos = request.deadline().orElseThrow().toNanos();
        // A third of the time is left for other sources, which may stand in for a host that is silent.
        long silenceNanos = limitNanos / 3 * 2;
        try {
            return askHost(request, named, start + limitNanos, start + silenceNanos);
        } catch (IOException e) {
            long waitedNanos = Math.min(time.nanos() - start, silenceNanos);
            boolean namedBySetting = named != null && request.identity().isEmpty();
            return explainNoAnswer(e, waitedNanos / 1_000_000, namedBySetting);
        }
    }

    private @Nullable UserAssignedIdentity identityFor(TokenRequest request) {
        UserAssignedIdentity byDefault = identity;
        if (byDefault == null) {
            byDefault = configuredIdentity();
        }
        return request.identity().orElse(byDefault);
    }

    /**
     * Asks the host for a token.
     *
     * @param deadline the last moment, as {@link Time#nanos} counts
     * @param silentUntil until when the host may be silent, as {@link Time#nanos} counts
     */
    private Outcome askHost(TokenRequest request, @Nullable UserAssignedIdentity named, long deadline, long silentUntil)
            throws IOException, InterruptedException {
        HttpResponse response = send(writeRequest(request, named), named, deadline, silentUntil);
        if (response.status() == 400 && isCapable(request) && host == ManagedIdentityEndpoint.APP_SERVICE) {
            // Perhaps this App Service does not know the API version for claims challenges.
            outdated = true;
            response = send(writeRequest(request, named), named, deadline, extendSilence(deadline, silentUntil));
            outdated = response.status() == 200;
        }
        if (response.status() != 200) {
            throw refusal(response, named, new Secret(secret));
        }
        try {
            return readToken(request, named, response);
        } catch (JsonException e) {
            throw new TokenAcquisitionException(
                    Code.INVALID_RESPONSE,
                    address() + " answered HTTP 200 " + e.getMessage(),
                    "Check what answers there; " + host.endpointVariable + " says where it is.");
        }
    }

    private Acquired readToken(TokenRequest request, @Nullable UserAssignedIdentity named, HttpResponse response)
            throws JsonException {
        AccessToken token = TokenResponse.readToken(
                response, request, name(), context.time().millis());
        String caveat = verifyIdentity(response, named, token);
        boolean capable = host.capableVersion() != null;
        if (capable) {
            String hash = HexFormat.of().formatHex(Fingerprint.sha256(token.value()));
            newest.put(keyOf(request, named), hash);
        }
        return new Acquired(token, caveat, capable);
    }

    /** Until when a host may be silent that has answered once: longer, but callers must still learn of its answer. */
    static long extendSilence(long deadline, long silentUntil) {
        return deadline - (deadline - silentUntil) / 4;
    }

    HttpRequest writeRequest(TokenRequest request, @Nullable UserAssignedIdentity named) {
        StringBuilder query = new StringBuilder("resource=").append(ImdsEndpoint.encode(request.resource()));
        if (named != null) {
            query.append('&').append(parameterFor(named)).append('=').append(ImdsEndpoint.encode(named.id()));
        }
        String version = host.apiVersion;
        if (isCapable(request)) {
            version = host.capableVersion();
            query.append("&xms_cc=cp1");
            String refused = newest.get(keyOf(request, named));
            if (refused != null && request.claims().isPresent()) {
                query.append("&token_sha256_to_refresh=").append(refused);
            }
        }
        HttpRequest toHost = HttpRequest.toHost(address(), CONNECT_MILLIS, Integer.MAX_VALUE);
        if (version == null) {
            toHost = toHost.withForm(query.toString());
        } else {
            toHost = toHost.withQuery("api-version=" + version + "&" + query);
        }
        if (host.secretVariable == null) {
            return toHost.withHeader(host.header, "true");
        }
        return toHost.withHeader(host.header, requireHeaderValue(secret, host.secretVariable));
    }

    /** Whether the host is told that the program handles claims challenges. */
    private boolean isCapable(TokenRequest request) {
        boolean handlesChallenges = request.caeEnabled() || request.claims().isPresent();
        return handlesChallenges && host.capableVersion() != null && !outdated;
    }

    private static String keyOf(TokenRequest request, @Nullable UserAssignedIdentity named) {
        return request.resource() + " " + named;
    }

    /** Sends a request, and sends it again if the schedule says so. Moments are as {@link Time#nanos} counts. */
    HttpResponse send(HttpRequest request, @Nullable UserAssignedIdentity named, long deadline, long silentUntil)
            throws IOException, InterruptedException {
        RetrySchedule schedule = new RetrySchedule(true, false);
        return new HttpRetry(context.http(), context.time()).send(request, schedule, deadline, silentUntil);
    }

    /** Makes sure that a token is of the identity that was named; gives the caveat, empty for none. */
    String verifyIdentity(HttpResponse response, @Nullable UserAssignedIdentity named, AccessToken token)
            throws JsonException {
        if (named == null) {
            return "";
        }
        return NamedIdentity.verify(named, response, token, name());
    }

    /**
     * Decides what it means that a host gave no whole answer.
     *
     * @param namedBySetting whether a setting names the identity, so that no other source may stand in
     */
    Outcome explainNoAnswer(IOException e, long waitedMillis, boolean namedBySetting) {
        throw new TokenAcquisitionException(
                Code.SERVICE_UNAVAILABLE,
                NoAnswer.describe(e, new Secret(secret).hide(String.valueOf(e.getMessage())), address(), waitedMillis),
                "Correct or unset " + host.endpointVariable + ", or try again in a minute.");
    }

    String address() {
        if (endpoint == null
                || !ImdsEndpoint.isHttp(endpoint)
                || URI.create(endpoint).getFragment() != null) {
            throw invalidSetting(
                    host.endpointVariable + " is not an http URL", "Correct or unset " + host.endpointVariable + ".");
        }
        return endpoint;
    }

    final TokenAcquisitionException invalidSetting(String reason, String remedy) {
        return new TokenAcquisitionException(Code.INVALID_CONFIGURATION, reason, remedy);
    }

    /** Makes sure that a header can carry a secret. The message does not show the secret. */
    final String requireHeaderValue(String secret, String of) {
        for (int i = 0; i < secret.length(); i++) {
            if (secret.charAt(i) < ' ' || secret.charAt(i) > '~') {
                throw invalidSetting(of + " has a character that no header takes", "Correct it.");
            }
        }
        return secret;
    }

    private @Nullable UserAssignedIdentity configuredIdentity() {
        UserAssignedIdentity configured = ImdsEndpoint.identity(context.environment());
        if (configured == null && host == ManagedIdentityEndpoint.AZURE_ML) {
            String clientId = context.environment().get("DEFAULT_IDENTITY_CLIENT_ID");
            if (clientId != null) {
                return UserAssignedIdentity.ofClientId(clientId);
            }
        }
        return configured;
    }

    private String parameterFor(UserAssignedIdentity named) {
        String parameter = host.parameter(named.kind());
        if (parameter != null) {
            return parameter;
        }
        String problem = name() + " accepts only a client ID, and " + named + " was asked for";
        if (host.parameter(UserAssignedIdentity.Kind.CLIENT_ID) == null) {
            problem = name() + " has one identity of its own, and " + named + " was asked for";
        }
        throw invalidSetting(problem, "Unset AZURE_CLIENT_ID, or name no identity, for the one that is assigned here.");
    }

    final TokenAcquisitionException refusal(HttpResponse response, @Nullable UserAssignedIdentity named, Secret sent) {
        boolean mayPass = RetrySchedule.isRetryable(response.status());
        String remedy = HelpPage.remedy(HelpPage.number(response.body()), false);
        if (remedy.isEmpty() && mayPass) {
            remedy = RetryAfter.remedy(response);
        } else if (remedy.isEmpty()) {
            remedy = remedyFor(response.status(), named);
        }
        return new TokenAcquisitionException(
                response.code(mayPass),
                ErrorBody.describe(response, sent),
                remedy,
                null,
                RetryAfter.duration(response));
    }

    private static String remedyFor(int status, @Nullable UserAssignedIdentity named) {
        if (status == 401 || status == 403) {
            return "Take the variables from this very process's host, and copy none of them.";
        }
        if (status != 400) {
            return "";
        }
        String wanted = "a managed identity";
        if (named != null) {
            wanted = "the identity with " + named;
        }
        return "Check the resource's spelling, and that " + wanted + " is assigned here.";
    }
}
