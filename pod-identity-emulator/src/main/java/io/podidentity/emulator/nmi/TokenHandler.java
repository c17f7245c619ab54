package io.podidentity.emulator.nmi;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.match.IdentityMatcher;
import java.util.List;
import java.util.Map;

/** Answers pods in the metadata service's place, and programs of the node that name a pod. */
final class TokenHandler {

    private static final String LOCALHOST = "127.0.0.1";
    private final NmiSettings settings;
    private final Profile profile;
    private final ApiServer apiServer;
    private final PodFinder pods;
    private final Identities identities;
    private final Tokens tokens;

    TokenHandler(NmiSettings settings, ApiServer apiServer, PodFinder pods, Identities identities, Tokens tokens) {
        this.settings = settings;
        this.profile = settings.profile();
        this.apiServer = apiServer;
        this.pods = pods;
        this.identities = identities;
        this.tokens = tokens;
    }

    Operation answer(Request request, String remoteAddress, RequestLog log) throws InterruptedException {
        if (settings.metadataHeaderRequired() && !hasMetadataHeader(request)) {
            log.metadataHeaderMissing();
            return new Operation(GoAnswer.metadataHeaderMissing(), "");
        }
        String ip = RemoteAddress.ip(remoteAddress);
        if (ip.isEmpty()) {
            log.error("server.go:310", "request remote address is empty");
            return Operation.error(500, "request remote address is empty", "");
        }
        NmiTokenRequest wanted = NmiTokenRequest.parse(request, profile);
        if (wanted.resource().isEmpty()) {
            log.warning("server.go:315", "parameter resource cannot be empty");
            return Operation.error(400, "parameter resource cannot be empty", "");
        }
        Pod pod;
        try {
            pod = pods.find(ip, log);
        } catch (ApiServerException e) {
            log.error(
                    "server.go:322",
                    profile.logsWithKlog()
                            ? "failed to get pod info from pod IP: " + ip + ", error: " + e.getMessage()
                            : "missing podname for podip:" + ip + ", " + e.getMessage());
            return Operation.error(500, String.valueOf(e.getMessage()), "");
        }
        return new Operation(answer(pod, wanted, request, log), pod.namespace());
    }

    static boolean hasMetadataHeader(Request request) {
        return request.header("Metadata").filter("true"::equals).isPresent();
    }

    private Answer answer(Pod pod, NmiTokenRequest wanted, Request request, RequestLog log)
            throws InterruptedException {
        boolean bypass;
        try {
            bypass = new IdentityMatcher(apiServer.cluster(), settings.rules())
                    .bypass(pod)
                    .isPresent();
        } catch (ApiServerException e) {
            log.error(
                    "server.go:330",
                    profile.logsWithKlog()
                            ? "getting list of AzurePodIdentityException in " + pod.namespace()
                                    + " namespace failed with error: " + e.getMessage()
                            : "getting list of azurepodidentityexceptions failed with error: " + e.getMessage());
            return GoAnswer.error(500, String.valueOf(e.getMessage()));
        }
        return bypass ? exceptedPod(pod, wanted, log) : boundPod(pod, wanted, request, log);
    }

    private Answer exceptedPod(Pod pod, NmiTokenRequest wanted, RequestLog log) throws InterruptedException {
        boolean old = !profile.logsWithKlog();
        log.info("server.go:337", (old ? "Exception" : "exception") + " pod " + pod.name() + " token handling");
        String clientId = wanted.identity().clientId();
        String whose = clientId.isEmpty()
                ? "system assigned MSI"
                : "user assigned MSI for " + (old ? "id" : "resource") + ": " + wanted.resource();
        log.info("server.go:271", (old ? "Fetching" : "fetching") + " token for " + whose);
        try {
            return success(TokenBody.of(List.of(tokens.ofNode(clientId, wanted.resource()))));
        } catch (NmiException e) {
            String text = old ? e.getMessage() : "failed to get service principal token, error: " + e.getMessage();
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
            return success(TokenBody.of(tokens.of(identity, wanted.resource(), log)));
        } catch (NmiException.NoIdentity e) {
            return noIdentity(pod, e, log);
        } catch (NmiException e) {
            log.error(
                    "server.go:366",
                    profile.logsWithKlog()
                            ? "failed to get service principal token for pod: " + pod.name() + ", error: "
                                    + e.getMessage()
                            : "failed to get service principal token for pod:" + pod.name() + ", " + e.getMessage());
            return GoAnswer.error(statusOf(e), e.getMessage());
        }
    }

    private Answer noIdentity(Pod pod, NmiException.NoIdentity e, RequestLog log) {
        if (!profile.logsWithKlog()) {
            return notAssigned(pod.name(), e, log);
        }
        log.error(
                "server.go:351",
                "failed to get matching identities for pod: " + pod.name() + ", error: " + e.getMessage());
        return settings.retries().retryAfter()
                ? GoAnswer.error(503, e.getMessage()).with("Retry-After", "20")
                : GoAnswer.error(404, e.getMessage());
    }

    private static Answer notAssigned(ObjectName pod, NmiException.NoIdentity e, RequestLog log) {
        String text = "no AzureAssignedIdentity found for pod:" + pod + " in assigned state";
        log.error("", text + ", " + e.getMessage());
        return GoAnswer.error(e.assignmentBegan() ? 404 : 403, text);
    }

    /** The path by which a program on the node itself gets a token for a pod that it names. */
    Operation answerHost(Request request, String remoteAddress, RequestLog log) throws InterruptedException {
        String namespace = request.header("podns").orElse("");
        String name = request.header("podname").orElse("");
        boolean fromHost = RemoteAddress.ip(remoteAddress).equals(LOCALHOST);
        if (namespace.isEmpty() || name.isEmpty()) {
            log.error("server.go:200", "missing podname and podns from request");
            return Operation.error(400, "missing 'podname' and 'podns' from request header", "");
        }
        if (!fromHost) {
            log.error("server.go:206", "request remote address is not from a host");
            return Operation.error(500, "request remote address is not from a host", namespace);
        }
        NmiTokenRequest wanted = NmiTokenRequest.parse(request, profile);
        if (wanted.resource().isEmpty()) {
            log.warning("server.go:211", "parameter resource cannot be empty");
            return Operation.error(400, "parameter resource cannot be empty", namespace);
        }
        return new Operation(namedPod(new ObjectName(namespace, name), wanted, request, log), namespace);
    }

    private Answer namedPod(ObjectName name, NmiTokenRequest wanted, Request request, RequestLog log)
            throws InterruptedException {
        Pod pod = apiServer.cluster().pod(name).orElseGet(() -> Pod.of(name.namespace(), name.name(), Map.of()));
        try {
            AzureIdentity identity = identities.find(pod, wanted.identity(), request, log);
            var token = tokens.of(identity, wanted.resource(), log).get(0);
            return success(TokenBody.forHost(token, identity.clientId()));
        } catch (NmiException.NoIdentity e) {
            if (profile.logsWithKlog()) {
                log.error("server.go:218", "failed to get identities, error: " + e.getMessage());
                return GoAnswer.error(404, e.getMessage());
            }
            return notAssigned(name, e, log);
        } catch (NmiException e) {
            log.error(
                    "server.go:224",
                    "failed to get service principal token for pod:" + name
                            + (profile.logsWithKlog() ? ", error: " : ", ") + e.getMessage());
            return GoAnswer.error(statusOf(e), e.getMessage());
        }
    }

    /** From 1.8.6 on only what Entra ID or the metadata service refused is forbidden. */
    private int statusOf(NmiException e) {
        boolean refused = e instanceof NmiException.NoToken noToken && noToken.isRefused();
        return refused || !profile.isAtLeast(1, 8, 6) ? 403 : 503;
    }

    private Answer success(String body) {
        return GoAnswer.json(body, profile.isAtLeast(1, 8, 11));
    }
}
