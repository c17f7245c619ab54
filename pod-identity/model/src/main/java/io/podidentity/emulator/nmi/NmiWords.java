// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.log.LogFormat;
import io.podidentity.emulator.match.IdentityRequest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What NMI says, in its log and in the bodies of its answers, in the words of one version. The words changed with
 * 1.6.0, when NMI began to log through klog: {@code NmiWords15} has those before, {@code NmiWords16} those after. What
 * all versions say in the same words is here.
 */
interface NmiWords {

    Line NO_REMOTE_ADDRESS = new Line("server.go:310", "request remote address is empty");
    Line NOT_FROM_A_HOST = new Line("server.go:206", "request remote address is not from a host");
    Line NO_POD_NAMED = new Line("server.go:200", "missing podname and podns from request");
    String NO_RESOURCE = "parameter resource cannot be empty";

    /**
     * A line of the log.
     *
     * @param source file and line of NMI 1.8.17 that write it, which klog shows; the number differs from version to
     *     version. Not shown before 1.6.0
     * @param fields that this line alone has, which logrus shows beside the message
     */
    record Line(String source, String text, Map<String, String> fields) {
        Line(String source, String text) {
            this(source, text, Map.of());
        }
    }

    LogFormat logFormat();

    /**
     * Says how a request ended.
     *
     * @param tracker names the request
     */
    Line describeEnd(int status, Duration took, String tracker);

    Line describePanic(String reason, String tracker);

    static Line describeMissingMetadataHeader(String tracker) {
        return new Line("server.go:300", "metadata header is not specified, " + tracker);
    }

    /** NMI asks the API server again, since it found no pod. */
    default Line describePodRetry(int attempt) {
        return new Line(
                "client.go:257",
                "list pod error: " + describeEmptyPodList() + ". Retrying, attempt number: " + attempt);
    }

    String describeEmptyPodList();

    Line describeUnknownPod(String ip, String reason);

    Line describeUnreadExceptions(String namespace, String reason);

    Line describeExceptedPod(ObjectName pod);

    /**
     * NMI asks the metadata service for the token of a pod that needs no binding.
     *
     * @param clientId empty if the node's own identity is asked for
     */
    Line describeFetchForNode(String clientId, String resource);

    /** The body of the answer to an excepted pod that gets no token. */
    String explainMissingTokenOfNode(String reason);

    Line describeMissingTokenOfNode(ObjectName pod, String explanation);

    Line describeMissingIdentity(ObjectName pod, String reason);

    Line describeMissingIdentityOfNamedPod(ObjectName pod, String reason);

    /** The body of the answer to a pod without an identity. */
    String explainMissingIdentity(ObjectName pod, String reason);

    Line describeMissingToken(ObjectName pod, String reason);

    Line describeMissingTokenOfNamedPod(ObjectName pod, String reason);

    /** NMI asks again whether an identity is assigned; empty for a version that does not log it by default. */
    Optional<Line> describeAssignmentRetry(ObjectName pod, int attempt);

    static Line describeStatelessAssignment(ObjectName pod) {
        return new Line(
                "standard.go:121",
                "found assignedIDs with no state for pod:" + pod + ". AssignedIDs created with old version of mic.");
    }

    /** What NMI has waited for in vain. */
    String explainUnassigned(ObjectName pod, IdentityRequest wanted, String state, int attempts, Duration interval);

    Line describeMatch(AzureIdentity identity, String resource);

    String explainMissingSecret(String namespaceAndName, String reason);

    Line describeUnansweredRequest(String url, String reason);
}
