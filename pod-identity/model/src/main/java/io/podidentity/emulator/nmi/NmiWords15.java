// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.log.ClientIds;
import io.podidentity.emulator.log.LogFormat;
import io.podidentity.emulator.match.IdentityRequest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The words of NMI 1.5. */
record NmiWords15() implements NmiWords {

    @Override
    public LogFormat logFormat() {
        return LogFormat.LOGRUS;
    }

    private static Line line(String text) {
        return new Line("", text);
    }

    @Override
    public Line describeEnd(int status, Duration took, String tracker) {
        return line("Status (" + status + ") took " + took.toNanos() + " ns");
    }

    @Override
    public Line describePanic(String reason, String tracker) {
        return new Line("", "Panic processing request: " + reason, Map.of("res.status", "500"));
    }

    @Override
    public String describeEmptyPodList() {
        return "pod list empty";
    }

    @Override
    public Line describeUnknownPod(String ip, String reason) {
        return line("missing podname for podip:" + ip + ", " + reason);
    }

    @Override
    public Line describeUnreadExceptions(String namespace, String reason) {
        return line("getting list of azurepodidentityexceptions failed with error: " + reason);
    }

    @Override
    public Line describeExceptedPod(ObjectName pod) {
        return line("Exception pod " + pod + " token handling");
    }

    @Override
    public Line describeFetchForNode(String clientId, String resource) {
        String whose = clientId.isEmpty() ? "system assigned MSI" : "user assigned MSI for id: " + resource;
        return line("Fetching token for " + whose);
    }

    @Override
    public String explainMissingTokenOfNode(String reason) {
        return reason;
    }

    @Override
    public Line describeMissingTokenOfNode(ObjectName pod, String explanation) {
        return line(
                "failed to get service principal token for pod:" + pod + ".  Error code: 403. Error: " + explanation);
    }

    @Override
    public Line describeMissingIdentity(ObjectName pod, String reason) {
        return line(explainMissingIdentity(pod, reason) + ", " + reason);
    }

    @Override
    public Line describeMissingIdentityOfNamedPod(ObjectName pod, String reason) {
        return describeMissingIdentity(pod, reason);
    }

    @Override
    public String explainMissingIdentity(ObjectName pod, String reason) {
        return "no AzureAssignedIdentity found for pod:" + pod + " in assigned state";
    }

    @Override
    public Line describeMissingToken(ObjectName pod, String reason) {
        return line("failed to get service principal token for pod:" + pod + ", " + reason);
    }

    @Override
    public Line describeMissingTokenOfNamedPod(ObjectName pod, String reason) {
        return describeMissingToken(pod, reason);
    }

    @Override
    public Optional<Line> describeAssignmentRetry(ObjectName pod, int attempt) {
        return Optional.of(
                line("failed to get assigned ids for pod:" + pod + " in ASSIGNED state, retrying attempt: " + attempt));
    }

    @Override
    public String explainUnassigned(
            ObjectName pod, IdentityRequest wanted, String state, int attempts, Duration interval) {
        return "getting assigned identities for pod " + pod + " in " + state + " state failed after " + attempts
                + " attempts, retry duration [" + interval.toSeconds() + "]s. Error: <nil>";
    }

    /** An assigned identity is passed over. Both client IDs are logged in full, as by the original. */
    static Line describeMismatch(IdentityRequest wanted, AzureIdentity passedOver) {
        return line("clientid mismatch, requested:" + wanted.clientId() + " available:" + passedOver.clientId());
    }

    @Override
    public Line describeMatch(AzureIdentity identity, String resource) {
        String tenant = identity.isManagedIdentity() ? "" : " tenantid:" + identity.tenantId();
        return line("matched identityType:" + identity.type() + tenant + " clientid:"
                + ClientIds.redacted(identity.clientId()) + " resource:" + resource);
    }

    @Override
    public String explainMissingSecret(String namespaceAndName, String reason) {
        return reason;
    }

    @Override
    public Line describeUnansweredRequest(String url, String reason) {
        return line("failed executing request, " + url + " " + reason);
    }
}
