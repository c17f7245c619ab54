package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.UserAssignedIdentity;
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
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The managed identity that a host hands out at an address which is its own: never through a proxy, never on to another
 * address, and asked again as the metadata service is. Since the host is announced, whatever keeps the token back is a
 * failure and not an absence. As the metadata service it may be silent for two thirds of the deadline.
 *
 * <p>Of a program that handles claims challenges, a host that takes it is told so, and for a challenge which token was
 * refused: the newest one for that resource and identity, by its hash. App Service may not know the version for that
 * yet (it comes to the sovereign clouds last), and is then asked by the one before.
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
    /** Whether the host does not know the version for claims challenges. */
    private volatile boolean dated;

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
        String secret =
                host.secretVariable == null ? null : context.environment().get(host.secretVariable);
        this.secret = secret == null ? "" : secret;
        this.identity = identity;
    }

    @Override
    public final String name() {
        return host.label;
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        UserAssignedIdentity named = request.identity().orElse(identity == null ? configured() : identity);
        Time time = context.time();
        long start = time.nanos();
        long deadline = request.deadline().orElseThrow().toNanos();
        long limit = deadline / 3 * 2;
        long last = start + deadline;
        try {
            HttpResponse response = ask(question(request, named), named, last, start + limit);
            if (response.status() == 400 && isCapable(request) && host == ManagedIdentityEndpoint.APP_SERVICE) {
                dated = true;
                response = ask(question(request, named), named, last, ofAnswered(last, start + limit));
                dated = response.status() == 200;
            }
            if (response.status() != 200) {
                throw refused(response, named, new Secret(secret));
            }
            AccessToken token = TokenResponse.token(response, request, name(), time.millis());
            String caveat = verify(response, named, token);
            boolean capable = host.capableVersion() != null;
            if (capable) {
                newest.put(key(request, named), HexFormat.of().formatHex(Fingerprint.sha256(token.value())));
            }
            return new Acquired(token, caveat, capable);
        } catch (JsonException e) {
            throw new TokenAcquisitionException(
                    Code.INVALID_RESPONSE,
                    address() + " answered HTTP 200 " + e.getMessage(),
                    "Check what answers there; " + host.endpointVariable + " says where it is.");
        } catch (IOException e) {
            boolean namedBySetting = named != null && request.identity().isEmpty();
            return noAnswer(e, Math.min(time.nanos() - start, limit) / 1_000_000, namedBySetting);
        }
    }

    /** The last moment of silence of a host that has answered: it is no absence, and is told before the callers go. */
    static long ofAnswered(long deadline, long silence) {
        return deadline - (deadline - silence) / 4;
    }

    HttpRequest question(TokenRequest request, @Nullable UserAssignedIdentity named) {
        StringBuilder query = new StringBuilder("resource=").append(ImdsEndpoint.encode(request.resource()));
        if (named != null) {
            query.append('&').append(parameter(named)).append('=').append(ImdsEndpoint.encode(named.id()));
        }
        boolean capable = isCapable(request);
        if (capable) {
            String refused = request.claims().isEmpty() ? null : newest.get(key(request, named));
            query.append("&xms_cc=cp1").append(refused == null ? "" : "&token_sha256_to_refresh=" + refused);
        }
        HttpRequest question = HttpRequest.toHost(address(), CONNECT_MILLIS, Integer.MAX_VALUE);
        question = host.apiVersion == null
                ? question.withForm(query.toString())
                : question.withQuery(
                        "api-version=" + (capable ? host.capableVersion() : host.apiVersion) + "&" + query);
        String value = host.secretVariable == null ? "true" : headerValue(secret, host.secretVariable);
        return question.withHeader(host.header, value);
    }

    private boolean isCapable(TokenRequest request) {
        return host.capableVersion() != null
                && !dated
                && (request.caeEnabled() || request.claims().isPresent());
    }

    private static String key(TokenRequest request, @Nullable UserAssignedIdentity named) {
        return request.resource() + " " + named;
    }

    /** Asks and, where the schedule says so, asks again. Moments are as {@link Time#nanos} counts. */
    HttpResponse ask(HttpRequest question, @Nullable UserAssignedIdentity named, long deadline, long silence)
            throws IOException, InterruptedException {
        RetrySchedule schedule = new RetrySchedule(true, false);
        return new HttpRetry(context.http(), context.time()).send(question, schedule, deadline, silence);
    }

    String verify(HttpResponse response, @Nullable UserAssignedIdentity named, AccessToken token) throws JsonException {
        return named == null ? "" : NamedIdentity.verify(named, response, token, name());
    }

    /**
     * What to make of a host that gave no whole answer.
     *
     * @param namedBySetting whether a setting names the identity, for which nobody else may stand in
     */
    Outcome noAnswer(IOException e, long waitedMillis, boolean namedBySetting) {
        throw new TokenAcquisitionException(
                Code.SERVICE_UNAVAILABLE,
                NoAnswer.describe(e, new Secret(secret).hide(String.valueOf(e.getMessage())), address(), waitedMillis),
                "Correct or unset " + host.endpointVariable + ", or try again in a minute.");
    }

    String address() {
        if (endpoint == null
                || !ImdsEndpoint.isHttp(endpoint)
                || URI.create(endpoint).getFragment() != null) {
            throw invalid(
                    host.endpointVariable + " is not an http URL", "Correct or unset " + host.endpointVariable + ".");
        }
        return endpoint;
    }

    final TokenAcquisitionException invalid(String reason, String remedy) {
        return new TokenAcquisitionException(Code.INVALID_CONFIGURATION, reason, remedy);
    }

    /** Makes sure that a header can carry a secret, for the JDK would show it where it complains. */
    final String headerValue(String secret, String of) {
        for (int i = 0; i < secret.length(); i++) {
            if (secret.charAt(i) < ' ' || secret.charAt(i) > '~') {
                throw invalid(of + " has a character that no header takes", "Correct it.");
            }
        }
        return secret;
    }

    private @Nullable UserAssignedIdentity configured() {
        UserAssignedIdentity configured = ImdsEndpoint.identity(context.environment());
        String clientId = context.environment().get("DEFAULT_IDENTITY_CLIENT_ID");
        return configured == null && host == ManagedIdentityEndpoint.AZURE_ML && clientId != null
                ? UserAssignedIdentity.ofClientId(clientId)
                : configured;
    }

    private String parameter(UserAssignedIdentity named) {
        String parameter = host.parameter(named.kind());
        if (parameter != null) {
            return parameter;
        }
        throw invalid(
                host.parameter(UserAssignedIdentity.Kind.CLIENT_ID) == null
                        ? name() + " has one identity of its own, and " + named + " was asked for"
                        : name() + " accepts only a client ID, and " + named + " was asked for",
                "Unset AZURE_CLIENT_ID, or name no identity, for the one that is assigned here.");
    }

    final TokenAcquisitionException refused(HttpResponse response, @Nullable UserAssignedIdentity named, Secret sent) {
        String remedy = "";
        String known = HelpPage.remedy(HelpPage.number(response.body()), false);
        if (RetrySchedule.isRetryable(response.status())) {
            remedy = RetryAfter.remedy(response);
        } else if (response.status() == 400) {
            remedy = "Check the resource's spelling, and that "
                    + (named == null ? "a managed identity" : "the identity with " + named) + " is assigned here.";
        } else if (response.status() == 401 || response.status() == 403) {
            remedy = "Take the variables from this very process's host, and copy none of them.";
        }
        Code code = response.code(RetrySchedule.isRetryable(response.status()));
        return new TokenAcquisitionException(
                code,
                ErrorBody.describe(response, sent),
                known.isEmpty() ? remedy : known,
                null,
                RetryAfter.duration(response));
    }
}
