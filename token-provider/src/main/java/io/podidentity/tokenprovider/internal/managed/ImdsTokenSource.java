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
import io.podidentity.tokenprovider.internal.source.Anticipating;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.HelpPage;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.IOException;
import java.util.Locale;

/**
 * The managed identity that the instance metadata service (IMDS) issues on a VM, on a scale set and on an AKS node, and
 * in a pod through NMI.
 *
 * <p>If something shows that this machine runs in Azure, the source waits for a busy service until the deadline. It
 * waits for a silent service for two thirds of that time: NMI can need so long, and the rest is for the next source. If
 * nothing shows it, a short probe comes first. Whatever then answers unlike a metadata service (a gateway, a captive
 * portal) counts as its absence.
 *
 * <p>A single byte of the service is an answer. A broken answer is a failure, and so is silence if a setting names the
 * identity, because a program that named a managed identity does not want a person's token.
 *
 * <p>In a pod the node's own metadata service may answer, with an identity that every pod of that node can use. Unless
 * somebody named an identity or this source, that is not the identity of this pod; see docs/decisions/0022.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
public final class ImdsTokenSource implements TokenSource, Anticipating {
    private static final int CONNECT_MILLIS = 2_000;

    private final ImdsEndpoint endpoint;
    private final SourceContext context;
    private final @Nullable ImdsProbe probe;
    private final @Nullable UserAssignedIdentity identity;
    private final boolean inPod;
    private final boolean named;
    /** Whether the service has answered as a metadata service that has an identity. Then silence is not absence. */
    private volatile boolean proven;
    /** Whether something shows that this machine runs in Azure: an announcement, or the answer to the probe. */
    private volatile boolean evident;

    /** The source as a link of the default chain, which nobody named. */
    public static ImdsTokenSource ofChain(SourceContext context, boolean probing) {
        boolean named = context.environment().get(ImdsEndpoint.HOST_VARIABLE) != null;
        return new ImdsTokenSource(context, probing, null, named);
    }

    /**
     * The source that somebody named.
     *
     * @param probing whether a probe comes before the first request
     * @param identity the identity to ask for unless a request names another one; null for the one that the variables
     *     name, else the only one of this machine
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
        if (probing) {
            this.probe = new ImdsProbe(context.http(), endpoint, context.time());
        } else {
            this.probe = null;
        }
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
        UserAssignedIdentity wanted = identityFor(request);
        if (probe == null) {
            evident = true;
            return askService(request, wanted, true, null);
        }
        ImdsProbe.Finding finding = probe.awaitFinding();
        if (finding.absence() != null) {
            return new Unavailable(finding.absence(), "");
        }
        evident = finding.isCertain();
        return askService(request, wanted, finding.isCertain(), finding.heard());
    }

    private @Nullable UserAssignedIdentity identityFor(TokenRequest request) {
        UserAssignedIdentity byDefault = identity;
        if (byDefault == null) {
            byDefault = ImdsEndpoint.identity(context.environment());
        }
        return request.identity().orElse(byDefault);
    }

    /**
     * Asks the service for a token.
     *
     * @param certain whether whatever answers there is a metadata service for sure
     * @param heard the answer to the probe; null without one
     */
    private Outcome askService(
            TokenRequest request, @Nullable UserAssignedIdentity wanted, boolean certain, @Nullable HttpResponse heard)
            throws InterruptedException {
        Time time = context.time();
        long start = time.nanos();
        long limitNanos = request.deadline().orElseThrow().toNanos();
        // A third of the time is left for the next source, which may stand in for a silent service.
        long silenceNanos = limitNanos / 3 * 2;
        try {
            HttpRetry retry = new HttpRetry(context.http(), time);
            RetrySchedule schedule = new RetrySchedule(certain, true);
            HttpResponse response =
                    retry.send(writeRequest(request, wanted), schedule, start + limitNanos, start + silenceNanos);
            return readAnswer(request, wanted, response, certain);
        } catch (IOException e) {
            long waitedMillis = Math.min(time.nanos() - start, silenceNanos) / 1_000_000;
            if (NoAnswer.isSilence(e) && heard == null && !proven) {
                boolean namedBySetting = wanted != null && request.identity().isEmpty();
                return explainSilence(e, waitedMillis, namedBySetting);
            }
            return explainBrokenAnswer(e, waitedMillis, certain, heard);
        }
    }

    private Silent explainSilence(IOException e, long waitedMillis, boolean namedBySetting) {
        String reason = NoAnswer.describe(e, endpoint.baseUrl(), waitedMillis);
        if (namedBySetting) {
            throw new TokenAcquisitionException(
                    Code.SERVICE_UNAVAILABLE,
                    reason + ", and the identity that a setting names is its own",
                    endpoint.remedyForNoAnswer());
        }
        return new Silent(reason, endpoint.remedyForNoAnswer());
    }

    /** Decides what it means that a service is there, but has given no whole answer to this request. */
    private Outcome explainBrokenAnswer(
            IOException e, long waitedMillis, boolean certain, @Nullable HttpResponse heard) {
        String reason = NoAnswer.describe(e, endpoint.baseUrl(), waitedMillis);
        if (heard != null) {
            reason = heard.before(e, waitedMillis).describe("");
        } else if (proven) {
            reason += ", which has answered before";
        }
        if (certain || proven) {
            throw new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, reason, "Try again in a minute.");
        }
        return notAMetadataService(reason);
    }

    private Unavailable notAMetadataService(String reason) {
        return new Unavailable("what answers at " + endpoint.baseUrl() + " is not a metadata service: " + reason, "");
    }

    private HttpRequest writeRequest(TokenRequest request, @Nullable UserAssignedIdentity wanted) {
        if (wanted == null) {
            return endpoint.writeRequest(request.resource(), "", null, CONNECT_MILLIS);
        }
        String parameter = ManagedIdentityEndpoint.metadataParameter(wanted.kind());
        return endpoint.writeRequest(request.resource(), parameter, wanted.id(), CONNECT_MILLIS);
    }

    private Outcome readAnswer(
            TokenRequest request, @Nullable UserAssignedIdentity wanted, HttpResponse response, boolean certain) {
        if (response.status() == 200) {
            return readToken(request, wanted, response, certain);
        }
        String reason = ErrorBody.describe(response);
        String remedy = ImdsFailure.remedy(response, wanted, inPod);
        if (wanted == null && ImdsFailure.isNoIdentity(response)) {
            return new Unavailable(reason, remedy);
        }
        boolean isUnnamedInPod = wanted == null && inPod && !named;
        if (isUnnamedInPod && ImdsFailure.isSeveralIdentities(response)) {
            return ImdsFailure.ofNodeWithSeveral();
        }
        if (!certain || ImdsFailure.isForeign(response)) {
            return notAMetadataService(reason);
        }
        proven = true;
        Code code = response.code(RetrySchedule.isRetryable(response.status()));
        throw new TokenAcquisitionException(code, reason, remedy, null, RetryAfter.duration(response));
    }

    /**
     * Whether an answer comes from the node's own metadata service, and not from NMI. All versions of NMI write a body
     * of their own, which lacks the client ID and the second lifetime that IMDS adds. They also send no header {@code
     * Server}, which IMDS sends, but which a service mesh may overwrite.
     */
    private static boolean isNodesOwnAnswer(HttpResponse response) {
        String server = response.server();
        return (server != null && server.regionMatches(true, 0, "IMDS", 0, 4))
                || response.body().contains("\"client_id\"")
                || response.body().contains("\"ext_expires_in\"");
    }

    private Outcome readToken(
            TokenRequest request, @Nullable UserAssignedIdentity wanted, HttpResponse response, boolean certain) {
        String problem;
        try {
            AccessToken token = TokenResponse.readToken(
                    response, request, name(), context.time().millis());
            proven = true;
            if (wanted != null) {
                return new Acquired(token, NamedIdentity.verify(wanted, response, token, name()));
            }
            if (inPod && isNodesOwnAnswer(response)) {
                return ImdsFailure.ofNode(token, named);
            }
            return new Acquired(token);
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

    /** The reasons and remedies for what a metadata service answers. */
    private static final class ImdsFailure {
        private ImdsFailure() {}

        private static final String SEVERAL = "multiple user assigned identities";
        private static final String OF_NODE = "this would be the identity of the node, which every pod on it can use";
        private static final String LABEL = "Is the pod's label azure.workload.identity/use: \"true\" missing?";

        /** A token of the node's own identity: good with a caveat if somebody named the source, else no token. */
        static TokenSource.Outcome ofNode(AccessToken token, boolean named) {
            if (named) {
                return new TokenSource.Acquired(
                        token, "this is the identity of the node, which every pod on it can use");
            }
            return new TokenSource.Unavailable(
                    OF_NODE, LABEL + " To be the node, set AzureServicesAuthConnectionString=RunAs=App.");
        }

        /** No token, because the node has several identities of its own, and none of them is the pod's. */
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
            if (isSeveralIdentities(response)) {
                return "Name one of them by AZURE_CLIENT_ID, or by AppId in the connection string.";
            }
            if (body.contains(SEVERAL)) {
                // NMI has passed on IMDS's refusal: it asked without a client ID, because the AzureIdentity has none.
                return "Give the AzureIdentity its clientID.";
            }
            if (body.contains("assigned identit")
                    || body.contains("azure identity")
                    || body.contains("azureassigned")) {
                return "Compare the pod's label aadpodidbinding with the binding's selector.";
            }
            if (isNoIdentity(response)) {
                return remedyForNoIdentity(identity, inPod);
            }
            if (response.status() == 400 && body.contains("resource")) {
                return "Check the resource's spelling.";
            }
            if (RetrySchedule.isRetryable(response.status())) {
                return RetryAfter.remedy(response);
            }
            return "";
        }

        private static String remedyForNoIdentity(@Nullable UserAssignedIdentity identity, boolean inPod) {
            if (identity != null) {
                return "Assign the identity with " + identity + ", or correct that ID.";
            }
            if (inPod) {
                return LABEL;
            }
            return "Assign a managed identity to this machine or pod.";
        }

        static boolean isNoIdentity(HttpResponse response) {
            return response.status() == 400
                    && response.body().toLowerCase(Locale.ROOT).contains("identity not found");
        }

        /** Whether the service has several identities, so that the request must name one. */
        static boolean isSeveralIdentities(HttpResponse response) {
            return response.status() == 400
                    && response.body().toLowerCase(Locale.ROOT).contains(SEVERAL);
        }

        /** Whether the proxy of a container desktop answered in place of the service. */
        static boolean isForeign(HttpResponse response) {
            return response.status() == 403
                    && (saysUnreachable(response.message()) || saysUnreachable(response.body()));
        }

        private static boolean saysUnreachable(@Nullable String text) {
            return text != null && text.toLowerCase(Locale.ROOT).contains("unreachable");
        }
    }
}
