// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.match.Candidate;
import io.podidentity.emulator.match.IdentityChoice;
import io.podidentity.emulator.match.IdentityRequest;
import io.podidentity.emulator.match.Obstacle;
import io.podidentity.emulator.match.PodMatch;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.check.source.Value;
import io.podidentity.podid.text.ClosestMatch;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which identity a pod gets, of those that are bound to the pod, and from which namespace. */
final class BoundIdentityRules extends RuleFamily {

    private final Report requestedIdentityNotBound = error(
                    "C5", "requested-identity-not-bound", "aad-pod-identity#427", "aad-pod-identity#629")
            .says("A pod asks for an identity that it does not get")
            .remedy("Write the client ID of an identity that is bound to the pod, in the same letter case")
            .needs(Sight.POD_IDENTITY_OBJECTS);
    private final Report severalIdentities = warning(
                    "C5", "several-identities", "aad-pod-identity#1048", "aad-pod-identity#338", "aad-pod-identity#427")
            .says("A pod has several identities and does not name the one it wants")
            .remedy("Set AZURE_CLIENT_ID in the pod to the client ID of the identity it wants");
    private final Report assignedIdentityInDefault = info("C6", "assigned-identity-in-default", "aad-pod-identity#607")
            .says("MIC writes the assigned identity into the namespace default")
            .remedy("Look for it with kubectl get azureassignedidentities -n default");
    private final Report behaviorAnnotation = error("C6", "behavior-annotation", "aad-pod-identity#607")
            .says("The annotation that restricts an identity to its namespace is misspelt")
            .remedy("Write aadpodidentity.k8s.io/Behavior: namespaced, in exactly this letter case");
    private final Report crossNamespace = warning("C6", "cross-namespace", "aad-pod-identity#607")
            .says("A pod gets an identity of another namespace")
            .remedy("Annotate the identity with aadpodidentity.k8s.io/Behavior: namespaced, or run MIC and"
                    + " NMI with --forceNamespaced");
    private final Report identityNameCollision = error(
                    "C6", "identity-name-collision", "aad-pod-identity#1065", "aad-pod-identity#475")
            .says("A pod loses an identity, since another one has the same name")
            .remedy("Give identities different names, in all namespaces");
    private final Report namespaceMismatch = error(
                    "C6", "namespace-mismatch", "aad-pod-identity#607", "aad-pod-identity#475")
            .says("Pod, binding and identity must share a namespace here, and do not")
            .remedy("Put binding and identity into the pod's namespace")
            .explains(Symptom.OTHER_NAMESPACE);

    BoundIdentityRules(RuleContext context) {
        super(context);
    }

    @Override
    protected void check() {
        for (PodSource pod : context.labelledPods()) {
            requestedIdentityNotBound(pod);
            severalIdentities(pod);
            assignedIdentityInDefault(pod);
            crossNamespace(pod);
            identityNameCollision(pod);
            namespaceMismatch(pod);
        }
        for (AzureIdentity identity : context.identities()) {
            behaviorAnnotation(identity);
        }
    }

    /** NMI answers 404 for a client ID that is not bound to the pod; from 1.6.0 on the letter case counts, too. */
    private void requestedIdentityNotBound(PodSource pod) {
        List<AzureIdentity> identities = context.match(pod).identities();
        boolean asksElsewhere = pod.hasOtherCredential() || pod.label(Keys.USE).exists();
        if (identities.isEmpty() || asksElsewhere) {
            return;
        }
        for (FieldLocation variable : pod.clientIds()) {
            var request = new IdentityRequest(variable.text(), "");
            if (Value.isFinal(variable.text())
                    && context.matcher().choose(pod.pod(), identities, request)
                            instanceof IdentityChoice.NotFound notFound) {
                reportNotBound(variable, identities, notFound);
            }
        }
    }

    private void reportNotBound(
            FieldLocation variable, List<AzureIdentity> identities, IdentityChoice.NotFound notFound) {
        String own = identities.stream()
                .map(identity -> identity.name() + " (" + identity.clientId() + ")")
                .collect(Collectors.joining(", "));
        String message = "AZURE_CLIENT_ID is " + variable.text() + ", and the pod's identities are " + own;
        if (notFound.nearMiss().isPresent()) {
            String right = notFound.nearMiss().get().clientId();
            requestedIdentityNotBound.add(
                    variable,
                    message + "; NMI compares the letter case",
                    "Write: value: " + right,
                    Edit.replaceValue(variable, right));
        } else {
            requestedIdentityNotBound.add(
                    variable, message, "Write: value: " + identities.get(0).clientId());
        }
    }

    /** For a request without client_id NMI takes the first of an unordered list. */
    private void severalIdentities(PodSource pod) {
        List<AzureIdentity> identities = context.match(pod).identities();
        if (identities.size() < 2 || isNamed(pod, identities)) {
            return;
        }
        String names =
                identities.stream().map(identity -> identity.name().toString()).collect(Collectors.joining(", "));
        severalIdentities.add(
                pod.label(Pod.BINDING_LABEL),
                "the pod gets " + identities.size() + " identities, " + names
                        + ", and a request without client_id any of them (by name the first is "
                        + findFirstByName(pod, identities) + ")",
                "Add to the container's env: {name: AZURE_CLIENT_ID, value: "
                        + identities.get(0).clientId() + "}, or the client ID of another one.");
    }

    private String findFirstByName(PodSource pod, List<AzureIdentity> identities) {
        IdentityChoice choice = context.matcher().choose(pod.pod(), identities, IdentityRequest.ANY);
        return choice instanceof IdentityChoice.Chosen chosen
                ? chosen.identity().name().toString()
                : "none";
    }

    /** Whether a text of the pod's containers has the client ID of an identity, or something else sets the variable. */
    private static boolean isNamed(PodSource pod, List<AzureIdentity> identities) {
        if (pod.variables("AZURE_CLIENT_ID").stream()
                .anyMatch(variable -> variable.at("valueFrom").exists())) {
            return true;
        }
        // Whoever names the identity in an argument or a script has chosen it as well as through the variable.
        List<String> texts = pod.texts().stream()
                .map(text -> text.text().toLowerCase(Locale.ROOT))
                .toList();
        return identities.stream()
                .map(identity -> identity.clientId().toLowerCase(Locale.ROOT))
                .filter(clientId -> !clientId.isEmpty())
                .anyMatch(clientId -> isInOne(texts, clientId));
    }

    private static boolean isInOne(List<String> texts, String word) {
        return texts.stream().anyMatch(text -> text.contains(word));
    }

    /**
     * MIC writes what it assigns into default, unless namespaces are forced; so kubectl get azureassignedidentity in
     * the pod's namespace finds nothing.
     */
    private void assignedIdentityInDefault(PodSource pod) {
        boolean writesIntoDefault =
                context.profile().hasMic() && !context.rules().forceNamespaced();
        boolean isElsewhere = !pod.namespace().equals("default");
        if (writesIntoDefault && isElsewhere && !context.match(pod).identities().isEmpty()) {
            assignedIdentityInDefault.add(
                    pod.label(Pod.BINDING_LABEL),
                    "its AzureAssignedIdentity will be in the namespace default, not in " + pod.namespace());
        }
    }

    /** MIC and NMI compare key and value exactly, and restrict nothing if either has a typo. */
    private void behaviorAnnotation(AzureIdentity identity) {
        FieldLocation annotations = context.location(identity).at("metadata", "annotations");
        for (String key : annotations.keys()) {
            FieldLocation annotation = annotations.at(key);
            if (ClosestMatch.isNear(key, AzureIdentity.BEHAVIOR_ANNOTATION)) {
                behaviorAnnotation.add(
                        annotation,
                        key + " is not the annotation that counts",
                        behaviorAnnotation.remedy(),
                        Edit.replaceKey(annotation.position(), key, AzureIdentity.BEHAVIOR_ANNOTATION));
            } else if (key.equals(AzureIdentity.BEHAVIOR_ANNOTATION) && !identity.isNamespaced()) {
                behaviorAnnotation.add(
                        annotation,
                        "the value " + Value.quoted(annotation.text()) + " restricts nothing",
                        behaviorAnnotation.remedy(),
                        Edit.replaceNearValue(annotation, AzureIdentity.BEHAVIOR_NAMESPACED));
            }
        }
    }

    /** Any pod of the cluster can take the label, and so the identity. */
    private void crossNamespace(PodSource pod) {
        for (AzureIdentity identity : context.match(pod).identities()) {
            if (!identity.namespace().equals(pod.namespace())) {
                crossNamespace.add(
                        pod.label(Pod.BINDING_LABEL),
                        "the pod gets identity " + identity.name()
                                + " of another namespace, as any pod with this label would",
                        "Put identity and binding into " + pod.namespace()
                                + ", and annotate the identity: aadpodidentity.k8s.io/Behavior: namespaced");
            }
        }
    }

    /** MIC tells assigned identities apart through the names of pod and identity only. */
    private void identityNameCollision(PodSource pod) {
        for (Candidate candidate : context.match(pod).candidates()) {
            if (candidate.obstacle() == Obstacle.NAME_COLLISION) {
                identityNameCollision.add(
                        context.field(candidate.binding(), "azureIdentity"),
                        "pod " + pod.pod().name()
                                + " matches identities of this name from two bindings, and gets the other one only",
                        "Give one of the identities another name.");
            }
        }
    }

    /**
     * A binding counts in its own namespace only: in managed mode, with --forceNamespaced, and for annotated
     * identities.
     */
    private void namespaceMismatch(PodSource pod) {
        PodMatch match = context.match(pod);
        if (!match.identities().isEmpty()) {
            return;
        }
        for (Candidate candidate : match.candidates()) {
            if (candidate.obstacle() == Obstacle.OTHER_NAMESPACE) {
                namespaceMismatch.add(
                        pod.label(Pod.BINDING_LABEL),
                        "binding " + candidate.binding().name() + " is for pods of "
                                + candidate.binding().namespace() + " only",
                        "Put the binding and its identity into " + pod.namespace() + ".");
            }
        }
    }
}
