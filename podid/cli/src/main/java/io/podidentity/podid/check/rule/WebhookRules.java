// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.workload.Admission;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.NewerFields;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookVersion;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.check.source.Value;
import io.podidentity.podid.text.ClosestMatch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What pods ask the webhook of workload identity for. */
final class WebhookRules extends RuleFamily {

    /** The paths of the token in the versions of the webhook. */
    private static final Pattern PATH =
            Pattern.compile("/var/run/secrets/(azure/)?(tokens|wi/token)/azure-identity-token");

    private static final int MAX_PORT = 65535;

    private final Report proxyPort = error("C17", "proxy-port", "azure-workload-identity#733")
            .says("The port of the proxy sidecar is not a port")
            .remedy("Write a number from 1 to 65535, in quotes; the default is 8000");
    private final Report proxySidecarFalse = error("C17", "proxy-sidecar-false", "azure-workload-identity#1210")
            .says("The annotation inject-proxy-sidecar is there, with another value than true")
            .remedy("Remove the annotation: the sidecar is injected whatever its value is");
    private final Report skipContainers = error("C17", "skip-containers", "azure-workload-identity#791")
            .says("The annotation skip-containers names a container that does not exist")
            .remedy("Write names of the pod's containers, separated by semicolons");
    private final Report tokenExpiration = error("C17", "token-expiration", "azure-workload-identity#1025")
            .says("The lifetime of the service account's token is out of range")
            .remedy("Write seconds from 3600 to 86400, in quotes");
    private final Report tokenPath = warning("C17", "token-path", "azure-workload-identity#1249")
            .says("The path of the token is written out")
            .remedy("Read it from the variable AZURE_FEDERATED_TOKEN_FILE");
    private final Report hostNetworkProxy = error("C10", "host-network-proxy", "azure-workload-identity#773")
            .says("A pod with the proxy sidecar uses the node's network")
            .remedy("Remove hostNetwork: true, or the annotation" + " azure.workload.identity/inject-proxy-sidecar");

    private final Report webhookRemovesField = warning("C17", "webhook-removes-field", "azure-workload-identity#1751")
            .says("The webhook of version 1.6.0 removes a field from the pod, since its library is older than the"
                    + " field")
            .remedy("Do without the field, or install a later version of the webhook that keeps it");

    WebhookRules(RuleContext context) {
        super(context);
    }

    @Override
    protected void check() {
        for (PodSource pod : context.webhookPods()) {
            proxyPort(pod);
            proxySidecarFalse(pod);
            skipContainers(pod);
            tokenExpiration(pod);
            tokenPath(pod);
            hostNetworkProxy(pod);
            webhookRemovesField(pod);
        }
    }

    /** The webhook refuses to create the pod, or the proxy does not start. */
    private void proxyPort(PodSource pod) {
        FieldLocation annotation = pod.annotation(Keys.PROXY_PORT);
        if (!annotation.exists() || Value.isTemplated(annotation.text())) {
            return;
        }
        Optional<String> refusal = findRefusal(pod, annotation);
        if (refusal.isPresent()) {
            proxyPort.add(annotation, "the webhook denies the pod: " + refusal.get());
        } else if (!isPort(annotation.text())) {
            proxyPort.add(annotation, annotation.text() + " is not a port");
        }
    }

    private static boolean isPort(String text) {
        return text.matches("0*[1-9]\\d{0,4}") && Integer.parseInt(text) <= MAX_PORT;
    }

    /** The webhook looks at the key of the annotation only. */
    private void proxySidecarFalse(PodSource pod) {
        FieldLocation annotation = pod.annotation(Keys.INJECT_PROXY);
        if (annotation.exists() && !annotation.text().equals("true")) {
            proxySidecarFalse.add(
                    annotation,
                    "the sidecar is injected although the value is " + Value.quoted(annotation.text()),
                    "Remove the annotation, if you do not want the sidecar.");
        }
    }

    /** The webhook ignores a name that no container has, and the container that was meant gets the identity. */
    private void skipContainers(PodSource pod) {
        FieldLocation annotation = pod.annotation(Keys.SKIP_CONTAINERS);
        if (Value.isTemplated(annotation.text())) {
            return;
        }
        List<String> names = pod.containers().stream()
                .map(container -> container.at("name").text())
                .toList();
        for (String skipped : annotation.text().split(";", -1)) {
            String name = skipped.strip();
            if (!name.isEmpty() && !names.contains(name)) {
                skipContainers.add(
                        annotation,
                        "there is no container " + Value.quoted(name) + "; the pod has " + String.join(", ", names),
                        findRemedyForName(name, names));
            }
        }
    }

    private String findRemedyForName(String name, List<String> containers) {
        if (name.contains(",")) {
            return "Separate the names by semicolons.";
        }
        return ClosestMatch.question(name, containers).orElse(skipContainers.remedy());
    }

    /** The webhook refuses to create the pods. */
    private void tokenExpiration(PodSource pod) {
        checkExpiration(pod, pod.annotation(Keys.TOKEN_EXPIRATION));
        Optional<FieldLocation> account = context.serviceAccount(pod).map(context::location);
        if (account.isPresent()) {
            checkExpiration(pod, account.get().at("metadata", "annotations", Keys.TOKEN_EXPIRATION));
        }
    }

    private void checkExpiration(PodSource pod, FieldLocation annotation) {
        if (annotation.exists() && !Value.isTemplated(annotation.text())) {
            findRefusal(pod, annotation)
                    .ifPresent(refusal -> tokenExpiration.add(annotation, "the webhook denies the pod: " + refusal));
        }
    }

    /** The path differs between versions: 1.6.0 of the webhook has moved the file. */
    private void tokenPath(PodSource pod) {
        // A pod that mounts its token itself says where.
        if (pod.spec("volumes").items().stream()
                .anyMatch(volume -> volume.at("projected").exists())) {
            return;
        }
        for (FieldLocation text : pod.texts()) {
            Matcher path = PATH.matcher(text.text());
            if (path.find()) {
                tokenPath.add(text, path.group() + " is the path of some versions of the webhook only");
            }
        }
    }

    /** The webhook refuses to create the pod. */
    private void hostNetworkProxy(PodSource pod) {
        if (pod.spec("hostNetwork").text().equals("true")
                && pod.annotation(Keys.INJECT_PROXY).exists()) {
            hostNetworkProxy.add(
                    pod.spec("hostNetwork"),
                    "the webhook denies a pod that has hostNetwork: true and asks for the proxy sidecar");
        }
    }

    /** The webhook writes the whole pod again, in the types of its library. */
    private void webhookRemovesField(PodSource pod) {
        NewerFields.paths().stream()
                .flatMap(path -> findAll(pod.spec(), path))
                .forEach(field ->
                        webhookRemovesField.add(field, "the webhook 1.6.0 removes " + field.path() + " from the pod"));
    }

    /** The fields at a path, which may lead through lists. */
    private static Stream<FieldLocation> findAll(FieldLocation start, List<String> path) {
        Stream<FieldLocation> found = Stream.of(start);
        for (String key : path) {
            found = found.flatMap(field -> follow(field, key));
        }
        return found.filter(FieldLocation::exists);
    }

    private static Stream<FieldLocation> follow(FieldLocation field, String key) {
        return key.equals(NewerFields.EACH) ? field.items().stream() : Stream.of(field.at(key));
    }

    /** Why the webhook refuses the pod for that annotation alone. It names the first of several reasons only. */
    private static Optional<String> findRefusal(PodSource pod, FieldLocation annotation) {
        var settings = new WebhookSettings(WebhookVersion.V1_6_0, "", "", true, Optional.empty());
        var annotations = new HashMap<>(Map.of(annotation.key(), annotation.text()));
        if (annotation.key().equals(Keys.PROXY_PORT)) {
            // The webhook reads the port only where the sidecar is asked for.
            annotations.put(Keys.INJECT_PROXY, "true");
        }
        Metadata metadata =
                pod.pod().metadata().withLabels(Map.of(Keys.USE, "true")).withAnnotations(annotations);
        // Without the node's network, which the webhook would name first.
        var bare = new Pod(
                metadata,
                pod.pod().spec().withHostNetwork(false),
                pod.pod().owners(),
                pod.pod().phase());
        if (new Webhook(settings).admit(bare, Optional.of(Map.of())) instanceof Admission.Denied denied) {
            return Optional.of(denied.reason().replaceFirst(".*denied the request: ", ""));
        }
        return Optional.empty();
    }
}
