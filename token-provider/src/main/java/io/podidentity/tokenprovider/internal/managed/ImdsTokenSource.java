package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.http.ErrorBody;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpRetry;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.http.NoAnswer;
import io.podidentity.tokenprovider.internal.http.RetryAfter;
import io.podidentity.tokenprovider.internal.http.RetrySchedule;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.source.Anticipating;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The managed identity that the instance metadata service hands out on a VM, a scale set and an AKS node, and in a pod
 * through NMI.
 *
 * <p>Where something says that this is Azure, a busy service is waited for as long as the deadline allows, and a silent
 * one for two thirds of it, which NMI can need and which leaves the rest to the next source. Where nothing does, the service is asked only after a short probe was answered, and whatever answers unlike a metadata service (a
 * gateway, a captive portal) is taken for its absence.
 */
public final class ImdsTokenSource implements TokenSource, Anticipating {
    private static final int CONNECT_MILLIS = 2_000;

    private final ImdsEndpoint endpoint;
    private final @Nullable String defaultClientId;
    private final HttpTransport http;
    private final Time time;
    private final @Nullable ImdsProbe probe;
    private final @Nullable UserAssignedIdentity identity;

    /**
     * @param probing whether nothing says that this is Azure
     */
    public ImdsTokenSource(Environment environment, HttpTransport http, Time time, boolean probing) {
        this(environment, http, time, probing, null);
    }

    /**
     * @param identity the identity to ask for unless a request names another one; null for that of
     *     {@code AZURE_CLIENT_ID}
     */
    public ImdsTokenSource(
            Environment environment,
            HttpTransport http,
            Time time,
            boolean probing,
            @Nullable UserAssignedIdentity identity) {
        this.identity = identity;
        this.endpoint = new ImdsEndpoint(environment);
        this.defaultClientId = environment.get("AZURE_CLIENT_ID");
        this.http = http;
        this.time = time;
        this.probe = probing ? new ImdsProbe(http, endpoint, time) : null;
    }

    @Override
    public String name() {
        return "IMDS";
    }

    @Override
    public void anticipate() {
        if (probe != null) {
            probe.begin();
        }
    }

    @Override
    public void abandon() {
        if (probe != null) {
            probe.abandon();
        }
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        endpoint.requireValid();
        boolean certain = true;
        if (probe != null) {
            ImdsProbe.Finding finding = probe.finding();
            if (finding.absence() != null) {
                return new Unavailable(finding.absence(), "");
            }
            certain = finding.isCertain();
        }
        // A third is left for the sources behind it, should it turn out to be silent.
        long patience = request.deadline().orElseThrow().toNanos() / 3 * 2;
        long start = time.nanos();
        try {
            HttpResponse response = new HttpRetry(http, time)
                    .send(
                            question(request),
                            RetrySchedule.ofMetadataService(certain),
                            start + request.deadline().orElseThrow().toNanos(),
                            start + patience);
            return answer(request, response, certain);
        } catch (IOException e) {
            return new Unavailable(
                    NoAnswer.describe(e, endpoint.baseUrl(), Math.min(time.nanos() - start, patience) / 1_000_000),
                    endpoint.remedyForNoAnswer());
        }
    }

    private HttpRequest question(TokenRequest request) {
        UserAssignedIdentity named = request.identity().orElse(identity);
        if (named != null) {
            String parameter = switch (named.kind()) {
                case CLIENT_ID -> "client_id";
                case OBJECT_ID -> "object_id";
                case RESOURCE_ID -> "msi_res_id";
            };
            return endpoint.token(request.resource(), parameter, named.id(), CONNECT_MILLIS);
        }
        return endpoint.token(request.resource(), "client_id", defaultClientId, CONNECT_MILLIS);
    }

    /** The identity that is asked for, for people; null for the one there is. */
    private @Nullable String named(TokenRequest request) {
        UserAssignedIdentity named = request.identity().orElse(identity);
        if (named != null) {
            return named.toString();
        }
        return defaultClientId == null ? null : "client ID " + Excerpt.of(defaultClientId, 40);
    }

    private Outcome answer(TokenRequest request, HttpResponse response, boolean certain) {
        if (response.status() == 200) {
            return token(request, response, certain);
        }
        String named = named(request);
        String reason = ErrorBody.describe(response);
        String remedy = ImdsFailure.remedy(response, named);
        boolean nobodyNamed = named == null && ImdsFailure.isNoIdentity(response);
        if (nobodyNamed) {
            return new Unavailable(reason, remedy);
        }
        if (!certain || ImdsFailure.isForeign(response)) {
            return new Unavailable("what answers at " + endpoint.baseUrl() + " is no metadata service: " + reason, "");
        }
        Code code = RetrySchedule.isRetryable(response.status()) ? Code.SERVICE_UNAVAILABLE : Code.REFUSED;
        throw new TokenAcquisitionException(code, reason, remedy, null, RetryAfter.duration(response.retryAfter()));
    }

    private Outcome token(TokenRequest request, HttpResponse response, boolean certain) {
        String problem;
        try {
            return new Acquired(TokenResponse.token(response, request, name(), time.millis()));
        } catch (JsonException e) {
            problem = e.getMessage();
        }
        String reason = endpoint.baseUrl() + " answered HTTP 200 " + problem;
        if (!certain) {
            return new Unavailable(reason, "");
        }
        throw new TokenAcquisitionException(
                Code.INVALID_RESPONSE, reason, "Check what answers at " + endpoint.baseUrl() + ".", null);
    }
}
