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
import io.podidentity.tokenprovider.internal.source.Anticipating;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.HelpPage;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The managed identity that the instance metadata service hands out on a VM, a scale set and an AKS node, and in a pod
 * through NMI.
 *
 * <p>Where something says that this is Azure, a busy service is waited for as long as the deadline allows, and a silent
 * one for two thirds of it, which NMI can need and which leaves the rest to the next source. Where nothing does, the
 * service is asked only after a short probe was answered, and whatever answers unlike a metadata service (a gateway, a
 * captive portal) is taken for its absence.
 *
 * <p>One byte of the service is an answer. An answer that is broken, or silence where a setting names the identity, is
 * a failure: whoever named a managed identity wants no person in its place.
 *
 * <p>In a pod the node's own metadata service may answer, with an identity that every pod of that node can have. Where
 * nobody named an identity, nor this source, that is no identity of this pod; see docs/decisions/0022.
 */
public final class ImdsTokenSource implements TokenSource, Anticipating {
    private static final int CONNECT_MILLIS = 2_000;

    private final ImdsEndpoint endpoint;
    private final SourceContext context;
    private final @Nullable ImdsProbe probe;
    private final @Nullable UserAssignedIdentity identity;
    private final boolean inPod;
    private final boolean named;
    /** Whether it answered before as a metadata service that has an identity: then silence is no absence. */
    private volatile boolean proven;
    /** Whether something says that this is Azure: its announcement, or an answer to the probe. */
    private volatile boolean evident;

    /** The source that nobody named: a link of the default chain. */
    public static ImdsTokenSource ofChain(SourceContext context, boolean probing) {
        boolean named = context.environment().get(ImdsEndpoint.HOST_VARIABLE) != null;
        return new ImdsTokenSource(context, probing, null, named);
    }

    /**
     * The source where somebody named it.
     *
     * @param identity the identity to ask for unless a request names another one; null for the one that the variables
     *     name, else the one there is
     */
    public ImdsTokenSource(SourceContext context, boolean probing, @Nullable UserAssignedIdentity identity) {
        this(context, probing, identity, true);
    }

    private ImdsTokenSource(
            SourceContext context, boolean probing, @Nullable UserAssignedIdentity identity, boolean named) {
        this.identity = identity;
        this.named = named;
        this.inPod = context.environment().get("KUBERNETES_SERVICE_HOST") != null;
        this.endpoint = new ImdsEndpoint(context.environment());
        this.context = context;
        this.probe = probing ? new ImdsProbe(context.http(), endpoint, context.time()) : null;
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
    public boolean isEvident() {
        return evident;
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
        UserAssignedIdentity wanted =
                request.identity().orElse(identity == null ? ImdsEndpoint.identity(context.environment()) : identity);
        boolean certain = true;
        HttpResponse heard = null;
        if (probe != null) {
            ImdsProbe.Finding finding = probe.finding();
            if (finding.absence() != null) {
                return new Unavailable(finding.absence(), "");
            }
            certain = finding.isCertain();
            heard = finding.heard();
        }
        evident = certain;
        // A third is left for the sources behind it, should it turn out to be silent.
        long patience = request.deadline().orElseThrow().toNanos() / 3 * 2;
        Time time = context.time();
        long start = time.nanos();
        try {
            HttpResponse response = new HttpRetry(context.http(), time)
                    .send(
                            question(request, wanted),
                            new RetrySchedule(certain, true),
                            start + request.deadline().orElseThrow().toNanos(),
                            start + patience);
            return answer(request, wanted, response, certain);
        } catch (IOException e) {
            long waitedMillis = Math.min(time.nanos() - start, patience) / 1_000_000;
            if (NoAnswer.isSilence(e) && heard == null && !proven) {
                return silence(
                        e, waitedMillis, wanted != null && request.identity().isEmpty());
            }
            return broken(e, waitedMillis, certain, heard);
        }
    }

    private Silent silence(IOException e, long waitedMillis, boolean namedBySetting) {
        String reason = NoAnswer.describe(e, endpoint.baseUrl(), waitedMillis);
        if (namedBySetting) {
            throw new TokenAcquisitionException(
                    Code.SERVICE_UNAVAILABLE,
                    reason + ", and the identity that a setting names is its own",
                    endpoint.remedyForNoAnswer());
        }
        return new Silent(reason, endpoint.remedyForNoAnswer());
    }

    /** What to make of a service that is there, and has given no whole answer to this request. */
    private Outcome broken(IOException e, long waitedMillis, boolean certain, @Nullable HttpResponse heard) {
        String reason = NoAnswer.describe(e, endpoint.baseUrl(), waitedMillis);
        if (heard != null) {
            reason = heard.before(e, waitedMillis).describe("");
        } else if (proven) {
            reason += ", which has answered before";
        }
        if (certain || proven) {
            throw new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, reason, "Try again in a minute.");
        }
        return foreign(reason);
    }

    private Unavailable foreign(String reason) {
        return new Unavailable("what answers at " + endpoint.baseUrl() + " is not a metadata service: " + reason, "");
    }

    private HttpRequest question(TokenRequest request, @Nullable UserAssignedIdentity wanted) {
        if (wanted == null) {
            return endpoint.token(request.resource(), "", null, CONNECT_MILLIS);
        }
        String parameter = ManagedIdentityEndpoint.metadataParameter(wanted.kind());
        return endpoint.token(request.resource(), parameter, wanted.id(), CONNECT_MILLIS);
    }

    private Outcome answer(
            TokenRequest request, @Nullable UserAssignedIdentity wanted, HttpResponse response, boolean certain) {
        if (response.status() == 200) {
            return token(request, wanted, response, certain);
        }
        String reason = ErrorBody.describe(response);
        String remedy = ImdsFailure.remedy(response, wanted, inPod);
        if (wanted == null && ImdsFailure.isNoIdentity(response)) {
            return new Unavailable(reason, remedy);
        }
        if (wanted == null && inPod && !named && ImdsFailure.isSeveralIdentities(response)) {
            return ImdsFailure.ofNodeWithSeveral();
        }
        if (!certain || ImdsFailure.isForeign(response)) {
            return foreign(reason);
        }
        proven = true;
        Code code = response.code(RetrySchedule.isRetryable(response.status()));
        throw new TokenAcquisitionException(code, reason, remedy, null, RetryAfter.duration(response));
    }

    /**
     * Whether the metadata service of the node answered by itself, and not NMI in its place. NMI writes a body of its
     * own for a token, in all of its versions: without the client ID and the second lifetime that IMDS puts in, and
     * without the header {@code Server}, which IMDS has and a service mesh may overwrite.
     */
    private static boolean isNodesOwnAnswer(HttpResponse response) {
        String server = response.server();
        return (server != null && server.regionMatches(true, 0, "IMDS", 0, 4))
                || response.body().contains("\"client_id\"")
                || response.body().contains("\"ext_expires_in\"");
    }

    private Outcome token(
            TokenRequest request, @Nullable UserAssignedIdentity wanted, HttpResponse response, boolean certain) {
        String problem;
        try {
            AccessToken token = TokenResponse.token(
                    response, request, name(), context.time().millis());
            proven = true;
            String caveat = wanted == null ? "" : NamedIdentity.verify(wanted, response, token, name());
            return wanted == null && inPod && isNodesOwnAnswer(response)
                    ? ImdsFailure.ofNode(token, named)
                    : new Acquired(token, caveat);
        } catch (JsonException e) {
            problem = e.getMessage();
        }
        String reason = endpoint.baseUrl() + " answered HTTP 200 " + problem;
        if (!certain) {
            return new Unavailable(reason, "");
        }
        throw new TokenAcquisitionException(
                Code.INVALID_RESPONSE, reason, "Check what answers at " + endpoint.baseUrl() + ".");
    }

    /** Puts what a metadata service did, or did not do, into words. */
    private static final class ImdsFailure {
        private ImdsFailure() {}

        private static final String SEVERAL = "multiple user assigned identities";
        private static final String OF_NODE = "this would be the identity of the node, which every pod on it can use";
        private static final String LABEL = "Is the pod's label azure.workload.identity/use: \"true\" missing?";

        static TokenSource.Outcome ofNode(AccessToken token, boolean named) {
            return named
                    ? new TokenSource.Acquired(token, "this is the identity of the node, which every pod on it can use")
                    : new TokenSource.Unavailable(
                            OF_NODE, LABEL + " To be the node, set AzureServicesAuthConnectionString=RunAs=App.");
        }

        /** There is no token, since the node has several identities of its own, and none of them is the pod's. */
        static TokenSource.Unavailable ofNodeWithSeveral() {
            return new TokenSource.Unavailable(
                    OF_NODE + ", and the node has several", LABEL + " To be one of the node's, set AZURE_CLIENT_ID.");
        }

        static String remedy(HttpResponse response, @Nullable UserAssignedIdentity identity, boolean inPod) {
            String body = response.body().toLowerCase(Locale.ROOT);
            String known = HelpPage.remedy(HelpPage.number(response.body()), false);
            if (!known.isEmpty()) {
                return known;
            }
            if (body.contains(SEVERAL)) {
                // NMI asks without one for an AzureIdentity that has none, or has it in another spelling.
                return isSeveralIdentities(response)
                        ? "Name one of them by AZURE_CLIENT_ID, or by AppId in the connection string."
                        : "Give the AzureIdentity its clientID.";
            }
            if (body.contains("assigned identit")
                    || body.contains("azure identity")
                    || body.contains("azureassigned")) {
                return "Compare the pod's label aadpodidbinding with the binding's selector.";
            }
            if (isNoIdentity(response)) {
                return identity == null
                        ? inPod ? LABEL : "Assign a managed identity to this machine or pod."
                        : "Assign the identity with " + identity + ", or correct that ID.";
            }
            if (response.status() == 400 && body.contains("resource")) {
                return "Check the resource's spelling.";
            }
            return RetrySchedule.isRetryable(response.status()) ? RetryAfter.remedy(response) : "";
        }

        static boolean isNoIdentity(HttpResponse response) {
            return response.status() == 400
                    && response.body().toLowerCase(Locale.ROOT).contains("identity not found");
        }

        /** Whether the service is there, with several identities of which one must be named. */
        static boolean isSeveralIdentities(HttpResponse response) {
            return response.status() == 400
                    && response.body().toLowerCase(Locale.ROOT).contains(SEVERAL);
        }

        /** Whether a container desktop's proxy answered in the service's place. */
        static boolean isForeign(HttpResponse response) {
            String said = response.message() == null ? response.body() : response.message() + " " + response.body();
            return response.status() == 403 && said.toLowerCase(Locale.ROOT).contains("unreachable");
        }
    }
}
