// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.log.ClientIds;
import io.podidentity.emulator.log.LogFormat;
import io.podidentity.emulator.match.IdentityRequest;
import java.time.Duration;
import java.util.Optional;

/** The words of NMI from 1.6.0 on. */
record NmiWords16(Profile profile) implements NmiWords {

    @Override
    public LogFormat logFormat() {
        return LogFormat.KLOG;
    }

    @Override
    public Line describeEnd(int status, Duration took, String tracker) {
        return new Line("server.go:190", "status (" + status + ") took " + took.toNanos() + " ns for " + tracker);
    }

    @Override
    public Line describePanic(String reason, String tracker) {
        return new Line("server.go:182", "panic processing request: " + reason + " " + tracker + " res.status=500");
    }

    @Override
    public String describeEmptyPodList() {
        return "pod list is empty";
    }

    @Override
    public Line describeUnknownPod(String ip, String reason) {
        return new Line("server.go:322", "failed to get pod info from pod IP: " + ip + ", error: " + reason);
    }

    @Override
    public Line describeUnreadExceptions(String namespace, String reason) {
        return new Line(
                "server.go:330",
                "getting list of AzurePodIdentityException in " + namespace + " namespace failed with error: "
                        + reason);
    }

    @Override
    public Line describeExceptedPod(ObjectName pod) {
        return new Line("server.go:337", "exception pod " + pod + " token handling");
    }

    @Override
    public Line describeFetchForNode(String clientId, String resource) {
        String whose = clientId.isEmpty() ? "system assigned MSI" : "user assigned MSI for resource: " + resource;
        return new Line("server.go:271", "fetching token for " + whose);
    }

    @Override
    public String explainMissingTokenOfNode(String reason) {
        return "failed to get service principal token, error: " + reason;
    }

    @Override
    public Line describeMissingTokenOfNode(ObjectName pod, String explanation) {
        return new Line(
                "server.go:340",
                "failed to get service principal token for pod:" + pod + " with error code 403, error: " + explanation);
    }

    @Override
    public Line describeMissingIdentity(ObjectName pod, String reason) {
        return new Line("server.go:351", "failed to get matching identities for pod: " + pod + ", error: " + reason);
    }

    @Override
    public Line describeMissingIdentityOfNamedPod(ObjectName pod, String reason) {
        return new Line("server.go:218", "failed to get identities, error: " + reason);
    }

    @Override
    public String explainMissingIdentity(ObjectName pod, String reason) {
        return reason;
    }

    @Override
    public Line describeMissingToken(ObjectName pod, String reason) {
        return new Line(
                "server.go:366", "failed to get service principal token for pod: " + pod + ", error: " + reason);
    }

    @Override
    public Line describeMissingTokenOfNamedPod(ObjectName pod, String reason) {
        return new Line("server.go:224", "failed to get service principal token for pod:" + pod + ", error: " + reason);
    }

    /** These versions log it only at verbosity 4. */
    @Override
    public Optional<Line> describeAssignmentRetry(ObjectName pod, int attempt) {
        return Optional.empty();
    }

    @Override
    public String explainUnassigned(
            ObjectName pod, IdentityRequest wanted, String state, int attempts, Duration interval) {
        String text = "getting assigned identities for pod " + pod + " in " + state + " state failed after " + attempts
                + " attempts, retry duration [" + interval.toSeconds()
                + "]s, error: <nil>. Check MIC pod logs for identity assignment errors";
        boolean namesClientId = profile.isAtLeast(1, 8, 0) && !wanted.isAny() && state.equals("CREATED");
        // A request that names a resource ID alone has an empty client ID here.
        return namesClientId ? "clientID in request: " + ClientIds.redacted(wanted.clientId()) + ", " + text : text;
    }

    /** An assigned identity cannot be used, since it is restricted to another namespace than the pod's. */
    static Line describeIgnored(AzureIdentity identity, Pod pod) {
        return new Line(
                "standard.go:63",
                "pod:" + pod.name() + " has identity " + identity.name().name() + "/" + identity.namespace()
                        + " but identity is namespaced will be ignored");
    }

    /**
     * Which identity answers the request; empty if the request names a resource ID alone, of which NMI says nothing.
     *
     * @param source {@code managed.go:64} in managed mode, else {@code standard.go:72}
     */
    static Optional<Line> describeChoice(String source, Pod pod, AzureIdentity chosen, IdentityRequest wanted) {
        String matched = pod.name() + " has been matched with azure identity " + chosen.name();
        if (wanted.isAny()) {
            return Optional.of(new Line(source, "no clientID or resourceID in request. " + matched));
        }
        if (wanted.clientId().isEmpty()) {
            return Optional.empty();
        }
        String clientId = ClientIds.redacted(wanted.clientId());
        return Optional.of(new Line(source, "clientID in request: " + clientId + ", " + matched));
    }

    static String explainMissingChoice(IdentityRequest wanted) {
        return "no azure identity found for request clientID " + ClientIds.redacted(wanted.clientId());
    }

    @Override
    public Line describeMatch(AzureIdentity identity, String resource) {
        var text = new StringBuilder("matched identityType:").append(identity.type());
        if (!identity.isManagedIdentity()) {
            text.append(" adendpoint:").append(identity.adEndpoint());
            text.append(" tenantid:").append(identity.tenantId());
        }
        if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL && profile.isAtLeast(1, 7, 0)) {
            text.append(" auxiliaryTenantIDs:[")
                    .append(String.join(" ", identity.auxiliaryTenantIds()))
                    .append(']');
        }
        text.append(" clientid:").append(ClientIds.redacted(identity.clientId()));
        return new Line(
                "standard.go:186", text.append(" resource:").append(resource).toString());
    }

    @Override
    public String explainMissingSecret(String namespaceAndName, String reason) {
        return "failed to get Kubernetes secret " + namespaceAndName + ", err: " + reason;
    }

    @Override
    public Line describeUnansweredRequest(String url, String reason) {
        return new Line("server.go:470", "failed executing request for " + url + ", error: " + reason);
    }
}
