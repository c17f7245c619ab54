package io.podidentity.emulator.nmi;

import io.podidentity.emulator.adal.AdalToken;
import io.podidentity.emulator.adal.NoTokenException;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.GoText;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.match.IdentityMatcher;
import io.podidentity.emulator.nmi.ApiServer.UnavailableException;
import io.podidentity.emulator.nmi.Identities.NoIdentityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Answers pods in the metadata service's place, and programs of the node that name a pod. */
record TokenHandler(
        NmiSettings settings, ApiServer apiServer, Identities identities, Tokens tokens, NmiMetrics metrics) {

    private static final String LOCALHOST = "127.0.0.1";
    private static final int POD_RETRIES = 4;
    private static final Duration POD_RETRY_INTERVAL = Duration.ofMillis(300);

    Answer answer(Request request, RequestLog log) throws InterruptedException {
        if (settings.metadataHeaderRequired() && !hasMetadataHeader(request)) {
            log.metadataHeaderMissing();
            return GoAnswer.metadataHeaderMissing();
        }
        if (log.ip().isEmpty()) {
            return refused(500, "server.go:310", "request remote address is empty", log);
        }
        NmiTokenRequest wanted = NmiTokenRequest.parse(request, settings.profile());
        if (wanted.resource().isEmpty()) {
            return withoutResource("server.go:315", log);
        }
        Pod pod;
        try {
            pod = pod(log);
        } catch (UnavailableException e) {
            log.error(
                    "server.go:322",
                    isOld()
                            ? "missing podname for podip:" + log.ip() + ", " + e.getMessage()
                            : "failed to get pod info from pod IP: " + log.ip() + ", error: " + e.getMessage());
            return GoAnswer.error(500, e);
        }
        log.namespace = pod.namespace();
        return answer(pod, wanted, request, log);
    }

    static boolean hasMetadataHeader(Request request) {
        return request.header("Metadata").filter("true"::equals).isPresent();
    }

    /** Whether it speaks as before 1.6.0. */
    private boolean isOld() {
        return !settings.profile().logsWithKlog();
    }

    private static Answer refused(int status, String source, String text, RequestLog log) {
        log.error(source, text);
        return GoAnswer.error(status, text);
    }

    private static Answer withoutResource(String source, RequestLog log) {
        String text = "parameter resource cannot be empty";
        log.warning(source, text);
        return GoAnswer.error(400, text);
    }

    /**
     * The one living pod with the request's address.
     *
     * @throws UnavailableException if there is none after 1.2 s, or several
     */
    private Pod pod(RequestLog log) throws InterruptedException {
        String empty = isOld() ? "pod list empty" : "pod list is empty";
        List<Pod> pods = alive(log.ip());
        for (int attempt = 1; pods.isEmpty() && attempt <= POD_RETRIES; attempt++) {
            log.warning("client.go:257", "list pod error: " + empty + ". Retrying, attempt number: " + attempt);
            identities.clock().await(POD_RETRY_INTERVAL);
            pods = alive(log.ip());
        }
        if (pods.isEmpty()) {
            throw new UnavailableException(empty);
        }
        if (pods.size() > 1) {
            String names = pods.stream().map(pod -> pod.name().toString()).collect(Collectors.joining(" "));
            throw new UnavailableException("failed to match pod IP " + log.ip() + " with [" + names + "]");
        }
        return pods.get(0);
    }

    private List<Pod> alive(String ip) {
        List<Pod> alive = apiServer.podsAt(ip).stream().filter(Pod::isAlive).toList();
        if (alive.isEmpty()) {
            metrics.kubernetesError("get_pod_list");
        }
        return alive;
    }

    private Answer answer(Pod pod, NmiTokenRequest wanted, Request request, RequestLog log)
            throws InterruptedException {
        boolean bypass;
        try {
            bypass = new IdentityMatcher(apiServer.cluster(), settings.rules())
                    .bypass(pod)
                    .isPresent();
        } catch (UnavailableException e) {
            log.error(
                    "server.go:330",
                    isOld()
                            ? "getting list of azurepodidentityexceptions failed with error: " + e.getMessage()
                            : "getting list of AzurePodIdentityException in " + pod.namespace()
                                    + " namespace failed with error: " + e.getMessage());
            return GoAnswer.error(500, e);
        }
        return bypass ? exceptedPod(pod, wanted, log) : boundPod(pod, wanted, request, log);
    }

    private Answer exceptedPod(Pod pod, NmiTokenRequest wanted, RequestLog log) throws InterruptedException {
        boolean old = isOld();
        log.info("server.go:337", (old ? "Exception" : "exception") + " pod " + pod.name() + " token handling");
        String clientId = wanted.identity().clientId();
        String whose = clientId.isEmpty()
                ? "system assigned MSI"
                : "user assigned MSI for " + (old ? "id" : "resource") + ": " + wanted.resource();
        log.info("server.go:271", (old ? "Fetching" : "fetching") + " token for " + whose);
        try {
            return success(tokens.ofNode(clientId, wanted.resource()).json());
        } catch (NoTokenException e) {
            String text = (old ? "" : "failed to get service principal token, error: ") + e.getMessage();
            log.error(
                    "server.go:340",
                    "failed to get service principal token for pod:" + pod.name()
                            + (old ? ".  Error code: 403. Error: " : " with error code 403, error: ") + text);
            return GoAnswer.error(403, text);
        }
    }

    private Answer boundPod(Pod pod, NmiTokenRequest wanted, Request request, RequestLog log)
            throws InterruptedException {
        try {
            AzureIdentity identity = identities.find(pod, wanted.identity(), request, log);
            List<AdalToken> found = tokens.of(identity, wanted.resource(), log);
            return success(
                    found.size() == 1
                            ? found.get(0).json()
                            : found.stream().map(AdalToken::json).collect(Collectors.joining(",", "[", "]")));
        } catch (NoIdentityException e) {
            if (isOld()) {
                return notAssigned(pod.name(), e, log);
            }
            log.error(
                    "server.go:351",
                    "failed to get matching identities for pod: " + pod.name() + ", error: " + e.getMessage());
            return settings.retries().retryAfter()
                    ? GoAnswer.error(503, e).with("Retry-After", "20")
                    : GoAnswer.error(404, e);
        } catch (NoTokenException e) {
            return withoutToken("server.go:366", isOld() ? "pod:" : "pod: ", pod.name(), e, log);
        }
    }

    private static Answer notAssigned(ObjectName pod, NoIdentityException e, RequestLog log) {
        String text = "no AzureAssignedIdentity found for pod:" + pod + " in assigned state";
        log.error("", text + ", " + e.getMessage());
        return GoAnswer.error(e.assignmentBegan() ? 404 : 403, text);
    }

    private Answer withoutToken(String source, String word, ObjectName pod, NoTokenException e, RequestLog log) {
        log.error(
                source,
                "failed to get service principal token for " + word + pod + (isOld() ? ", " : ", error: ")
                        + e.getMessage());
        // From 1.8.6 on only what Entra ID or the metadata service refused is forbidden.
        int status = e.isRefused() || !settings.profile().isAtLeast(1, 8, 6) ? 403 : 503;
        return GoAnswer.error(status, e);
    }

    /** The path by which a program on the node itself gets a token for a pod that it names. */
    Answer answerHost(Request request, RequestLog log) throws InterruptedException {
        String namespace = request.header("podns").orElse("");
        String name = request.header("podname").orElse("");
        if (namespace.isEmpty() || name.isEmpty()) {
            log.error("server.go:200", "missing podname and podns from request");
            return GoAnswer.error(400, "missing 'podname' and 'podns' from request header");
        }
        log.namespace = namespace;
        if (!log.ip().equals(LOCALHOST)) {
            return refused(500, "server.go:206", "request remote address is not from a host", log);
        }
        NmiTokenRequest wanted = NmiTokenRequest.parse(request, settings.profile());
        if (wanted.resource().isEmpty()) {
            return withoutResource("server.go:211", log);
        }
        return namedPod(new ObjectName(namespace, name), wanted, request, log);
    }

    private Answer namedPod(ObjectName name, NmiTokenRequest wanted, Request request, RequestLog log)
            throws InterruptedException {
        Pod pod = apiServer.cluster().pod(name).orElseGet(() -> Pod.of(name.namespace(), name.name(), Map.of()));
        try {
            AzureIdentity identity = identities.find(pod, wanted.identity(), request, log);
            AdalToken token = tokens.of(identity, wanted.resource(), log).get(0);
            return success("{\"token\":" + token.json() + ",\"clientid\":" + GoText.json(identity.clientId()) + "}");
        } catch (NoIdentityException e) {
            if (isOld()) {
                return notAssigned(name, e, log);
            }
            log.error("server.go:218", "failed to get identities, error: " + e.getMessage());
            return GoAnswer.error(404, e);
        } catch (NoTokenException e) {
            return withoutToken("server.go:224", "pod:", name, e, log);
        }
    }

    private Answer success(String body) {
        return GoAnswer.json(body, settings.profile().isAtLeast(1, 8, 11));
    }
}
