// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import io.podidentity.emulator.adal.AdalToken;
import io.podidentity.emulator.adal.NoTokenException;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.GoText;
import io.podidentity.emulator.match.IdentityMatcher;
import io.podidentity.emulator.nmi.ApiServer.UnavailableException;
import io.podidentity.emulator.nmi.Identities.NoIdentityException;
import io.podidentity.emulator.nmi.NmiWords.Line;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Answers requests for tokens: of pods, and of programs on the node that name a pod. */
record TokenHandler(
        NmiSettings settings, ApiServer apiServer, Identities identities, Tokens tokens, NmiMetrics metrics) {

    private static final String LOCALHOST = "127.0.0.1";
    private static final int POD_RETRIES = 4;
    private static final Duration POD_RETRY_INTERVAL = Duration.ofMillis(300);

    /** Answers the pod at the address that the request comes from. */
    NmiAnswer answerPod(NmiRequest request) throws InterruptedException {
        if (settings.isMetadataHeaderMissing(request.http())) {
            request.log().logMissingMetadataHeader();
            return NmiAnswer.toUnknownPod(GoAnswer.metadataHeaderMissing());
        }
        if (request.ip().isEmpty()) {
            return NmiAnswer.toUnknownPod(refuse(NmiWords.NO_REMOTE_ADDRESS, request));
        }
        if (request.resource().isEmpty()) {
            return NmiAnswer.toUnknownPod(refuseEmptyResource("server.go:315", request));
        }
        Pod pod;
        try {
            pod = findPod(request);
        } catch (UnavailableException e) {
            request.log().error(words().describeUnknownPod(request.ip(), String.valueOf(e.getMessage())));
            return NmiAnswer.toUnknownPod(GoAnswer.error(500, e));
        }
        return new NmiAnswer(answerFoundPod(pod, request), pod.namespace());
    }

    private NmiWords words() {
        return settings.words();
    }

    private static Answer refuse(Line line, NmiRequest request) {
        request.log().error(line);
        return GoAnswer.error(500, line.text());
    }

    private static Answer refuseEmptyResource(String source, NmiRequest request) {
        request.log().warning(new Line(source, NmiWords.NO_RESOURCE));
        return GoAnswer.error(400, NmiWords.NO_RESOURCE);
    }

    /**
     * Finds the one living pod with the request's address.
     *
     * @throws UnavailableException if there is none after 1.2 s, or several
     */
    private Pod findPod(NmiRequest request) throws InterruptedException {
        List<Pod> pods = findLivingPods(request.ip());
        for (int attempt = 1; pods.isEmpty() && attempt <= POD_RETRIES; attempt++) {
            request.log().warning(words().describePodRetry(attempt));
            identities.clock().await(POD_RETRY_INTERVAL);
            pods = findLivingPods(request.ip());
        }
        if (pods.isEmpty()) {
            throw new UnavailableException(words().describeEmptyPodList());
        }
        if (pods.size() > 1) {
            String names = pods.stream().map(pod -> pod.name().toString()).collect(Collectors.joining(" "));
            throw new UnavailableException("failed to match pod IP " + request.ip() + " with [" + names + "]");
        }
        return pods.get(0);
    }

    private List<Pod> findLivingPods(String ip) {
        List<Pod> alive = apiServer.podsAt(ip).stream().filter(Pod::isAlive).toList();
        if (alive.isEmpty()) {
            metrics.countKubernetesError("get_pod_list");
        }
        return alive;
    }

    private Answer answerFoundPod(Pod pod, NmiRequest request) throws InterruptedException {
        boolean excepted;
        try {
            excepted = new IdentityMatcher(apiServer.cluster(), settings.rules())
                    .bypass(pod)
                    .isPresent();
        } catch (UnavailableException e) {
            String reason = String.valueOf(e.getMessage());
            request.log().error(words().describeUnreadExceptions(pod.namespace(), reason));
            return GoAnswer.error(500, e);
        }
        return excepted ? answerExceptedPod(pod, request) : answerBoundPod(pod, request);
    }

    private Answer answerExceptedPod(Pod pod, NmiRequest request) throws InterruptedException {
        String clientId = request.wanted().identity().clientId();
        request.log().info(words().describeExceptedPod(pod.name()));
        request.log().info(words().describeFetchForNode(clientId, request.resource()));
        try {
            return answerWithToken(
                    tokens.fetchOfNode(clientId, request.resource()).json());
        } catch (NoTokenException e) {
            String explanation = words().explainMissingTokenOfNode(String.valueOf(e.getMessage()));
            request.log().error(words().describeMissingTokenOfNode(pod.name(), explanation));
            return GoAnswer.error(403, explanation);
        }
    }

    private Answer answerBoundPod(Pod pod, NmiRequest request) throws InterruptedException {
        try {
            AzureIdentity identity = identities.find(pod, request);
            List<AdalToken> found = tokens.fetch(identity, request);
            return answerWithToken(found.size() == 1 ? found.get(0).json() : listInJson(found));
        } catch (NoIdentityException e) {
            request.log().error(words().describeMissingIdentity(pod.name(), e.reason()));
            if (isAskedToRetry()) {
                return GoAnswer.error(503, e).with("Retry-After", "20");
            }
            return answerWithoutIdentity(pod.name(), e);
        } catch (NoTokenException e) {
            request.log().error(words().describeMissingToken(pod.name(), String.valueOf(e.getMessage())));
            return answerWithoutToken(e);
        }
    }

    private static String listInJson(List<AdalToken> tokens) {
        return tokens.stream().map(AdalToken::json).collect(Collectors.joining(",", "[", "]"));
    }

    /** Whether NMI tells a pod without an identity to ask again; {@code --set-retry-after-header} is new in 1.6.0. */
    private boolean isAskedToRetry() {
        return settings.profile().isAtLeast(1, 6, 0) && settings.retries().retryAfter();
    }

    private Answer answerWithoutIdentity(ObjectName pod, NoIdentityException e) {
        // Before 1.6.0 the status says whether the identity is about to come.
        boolean forbidden = !settings.profile().isAtLeast(1, 6, 0) && !e.assignmentBegan();
        return GoAnswer.error(forbidden ? 403 : 404, words().explainMissingIdentity(pod, e.reason()));
    }

    private Answer answerWithoutToken(NoTokenException e) {
        // From 1.8.6 on only what Entra ID or the metadata service refused is forbidden.
        boolean forbidden = e.isRefused() || !settings.profile().isAtLeast(1, 8, 6);
        return GoAnswer.error(forbidden ? 403 : 503, e);
    }

    /** Answers a program on the node itself, which asks for the token of a pod that it names. */
    NmiAnswer answerHost(NmiRequest request) throws InterruptedException {
        String namespace = request.http().header("podns").orElse("");
        String name = request.http().header("podname").orElse("");
        if (namespace.isEmpty() || name.isEmpty()) {
            request.log().error(NmiWords.NO_POD_NAMED);
            return NmiAnswer.toUnknownPod(GoAnswer.error(400, "missing 'podname' and 'podns' from request header"));
        }
        return new NmiAnswer(answerHost(new ObjectName(namespace, name), request), namespace);
    }

    private Answer answerHost(ObjectName pod, NmiRequest request) throws InterruptedException {
        if (!request.ip().equals(LOCALHOST)) {
            return refuse(NmiWords.NOT_FROM_A_HOST, request);
        }
        if (request.resource().isEmpty()) {
            return refuseEmptyResource("server.go:211", request);
        }
        return answerForNamedPod(pod, request);
    }

    private Answer answerForNamedPod(ObjectName name, NmiRequest request) throws InterruptedException {
        Pod pod = apiServer.cluster().pod(name).orElseGet(() -> Pod.of(name.namespace(), name.name(), Map.of()));
        try {
            AzureIdentity identity = identities.find(pod, request);
            AdalToken token = tokens.fetch(identity, request).get(0);
            return answerWithToken(
                    "{\"token\":" + token.json() + ",\"clientid\":" + GoText.json(identity.clientId()) + "}");
        } catch (NoIdentityException e) {
            request.log().error(words().describeMissingIdentityOfNamedPod(name, e.reason()));
            return answerWithoutIdentity(name, e);
        } catch (NoTokenException e) {
            request.log().error(words().describeMissingTokenOfNamedPod(name, String.valueOf(e.getMessage())));
            return answerWithoutToken(e);
        }
    }

    private Answer answerWithToken(String body) {
        return GoAnswer.json(body, settings.profile().isAtLeast(1, 8, 11));
    }
}
