package io.podidentity.emulator.nmi;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import java.util.Map;

/** The path by which a program on the node itself gets a token for a pod that it names. */
record HostTokenHandler(Profile profile, ApiServer apiServer, Identities identities, Tokens tokens) {

    private static final String LOCALHOST = "127.0.0.1";

    Operation answer(Request request, String remoteAddress, RequestLog log) throws InterruptedException {
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
        return new Operation(answer(new ObjectName(namespace, name), wanted, request, log), namespace);
    }

    private Answer answer(ObjectName name, NmiTokenRequest wanted, Request request, RequestLog log)
            throws InterruptedException {
        Pod pod = apiServer.cluster().pod(name).orElseGet(() -> Pod.of(name.namespace(), name.name(), Map.of()));
        try {
            AzureIdentity identity = identities.find(pod, wanted.identity(), request, log);
            var token = tokens.of(identity, wanted.resource(), log).get(0);
            return GoAnswer.json(TokenBody.forHost(token, identity.clientId()), profile.isAtLeast(1, 8, 11));
        } catch (NmiException.NoIdentity e) {
            if (profile.logsWithKlog()) {
                log.error("server.go:218", "failed to get identities, error: " + e.getMessage());
                return GoAnswer.error(404, e.getMessage());
            }
            String text = "no AzureAssignedIdentity found for pod:" + name + " in assigned state";
            log.error("", text + ", " + e.getMessage());
            return GoAnswer.error(e.assignmentBegan() ? 404 : 403, text);
        } catch (NmiException e) {
            log.error(
                    "server.go:224",
                    "failed to get service principal token for pod:" + name
                            + (profile.logsWithKlog() ? ", error: " : ", ") + e.getMessage());
            return GoAnswer.error(TokenHandler.statusOf(e, profile), e.getMessage());
        }
    }
}
