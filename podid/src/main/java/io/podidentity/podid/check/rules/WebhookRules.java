package io.podidentity.podid.check.rules;

import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.workload.Admission;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookVersion;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.RuleFamily;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.text.ClosestMatch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What pods ask the webhook of workload identity for. */
final class WebhookRules extends RuleFamily {

    private static final Pattern PATH =
            Pattern.compile("/var/run/secrets/(azure/)?(tokens|wi/token)/azure-identity-token");

    WebhookRules() {
        super(
                About.error("C17", "proxy-port")
                        .says("The port of the proxy sidecar is not a port")
                        .remedy("Write a number from 1 to 65535, in quotes; the default is 8000")
                        .prevents("azure-workload-identity#733"),
                About.error("C17", "proxy-sidecar-false")
                        .says("The annotation inject-proxy-sidecar is there, with another value than true")
                        .remedy("Remove the annotation: the sidecar is injected whatever its value is")
                        .prevents("azure-workload-identity#1210"),
                About.error("C17", "skip-containers")
                        .says("The annotation skip-containers names a container that does not exist")
                        .remedy("Write names of the pod's containers, separated by semicolons")
                        .prevents("azure-workload-identity#791"),
                About.error("C17", "token-expiration")
                        .says("The lifetime of the service account's token is out of range")
                        .remedy("Write seconds from 3600 to 86400, in quotes")
                        .prevents("azure-workload-identity#1025"),
                About.warning("C17", "token-path")
                        .says("The path of the token is written out")
                        .remedy("Read it from the variable AZURE_FEDERATED_TOKEN_FILE")
                        .prevents("azure-workload-identity#1249"),
                About.error("C10", "host-network-proxy")
                        .says("A pod with the proxy sidecar uses the node's network")
                        .remedy("Remove hostNetwork: true, or the annotation"
                                + " azure.workload.identity/inject-proxy-sidecar")
                        .prevents("azure-workload-identity#773"));
    }

    @Override
    protected void check(RuleContext context, Reports reports) {
        proxyPort(context, reports.of("proxy-port"));
        proxySidecarFalse(context, reports.of("proxy-sidecar-false"));
        skipContainers(context, reports.of("skip-containers"));
        tokenExpiration(context, reports.of("token-expiration"));
        tokenPath(context, reports.of("token-path"));
        hostNetworkProxy(context, reports.of("host-network-proxy"));
    }

    /** The webhook refuses to create the pod, or the proxy does not start. */
    private static void proxyPort(RuleContext context, Report report) {
        for (PodSource pod : context.webhookPods()) {
            FieldLocation annotation = pod.annotation(Keys.PROXY_PORT);
            if (!annotation.exists() || Value.isTemplated(annotation.text())) {
                continue;
            }
            Optional<String> refusal = refusal(pod, Keys.PROXY_PORT, annotation.text());
            if (refusal.isPresent()) {
                report.add(annotation, "the webhook denies the pod: " + refusal.get());
            } else if (!annotation.text().matches("0*[1-9]\\d{0,4}") || Integer.parseInt(annotation.text()) > 65535) {
                report.add(annotation, annotation.text() + " is not a port");
            }
        }
    }

    /** Only the key counts. */
    private static void proxySidecarFalse(RuleContext context, Report report) {
        for (PodSource pod : context.webhookPods()) {
            FieldLocation annotation = pod.annotation(Keys.INJECT_PROXY);
            if (annotation.exists() && !annotation.text().equals("true")) {
                report.add(
                        annotation,
                        "the sidecar is injected although the value is " + Value.quoted(annotation.text()),
                        "Remove the annotation, if you do not want the sidecar.");
            }
        }
    }

    /** A name that fits nothing is ignored, and the container gets the identity. */
    private static void skipContainers(RuleContext context, Report report) {
        for (PodSource pod : context.webhookPods()) {
            FieldLocation annotation = pod.annotation(Keys.SKIP_CONTAINERS);
            if (Value.isTemplated(annotation.text())) {
                continue;
            }
            List<String> names = pod.containers().stream()
                    .map(container -> container.at("name").text())
                    .toList();
            for (String skipped : annotation.text().split(";", -1)) {
                String name = skipped.strip();
                if (!name.isEmpty() && !names.contains(name)) {
                    report.add(
                            annotation,
                            "there is no container " + Value.quoted(name) + "; the pod has " + String.join(", ", names),
                            name.contains(",")
                                    ? "Separate the names by semicolons."
                                    : ClosestMatch.question(name, names).orElse(report.remedy()));
                }
            }
        }
    }

    /** The webhook refuses to create the pods. */
    private static void tokenExpiration(RuleContext context, Report report) {
        for (PodSource pod : context.webhookPods()) {
            checkTokenExpiration(report, pod, pod.annotation(Keys.TOKEN_EXPIRATION));
            context.serviceAccount(pod)
                    .ifPresent(account -> checkTokenExpiration(
                            report,
                            pod,
                            context.location(account).at("metadata", "annotations", Keys.TOKEN_EXPIRATION)));
        }
    }

    private static void checkTokenExpiration(Report report, PodSource pod, FieldLocation annotation) {
        if (annotation.exists() && !Value.isTemplated(annotation.text())) {
            refusal(pod, Keys.TOKEN_EXPIRATION, annotation.text())
                    .ifPresent(refusal -> report.add(annotation, "the webhook denies the pod: " + refusal));
        }
    }

    /** Version 1.6.0 of the webhook has moved the file. */
    private static void tokenPath(RuleContext context, Report report) {
        for (PodSource pod : context.webhookPods()) {
            boolean projects = pod.spec("volumes").items().stream()
                    .anyMatch(volume -> volume.at("projected").exists());
            for (FieldLocation container : projects ? List.<FieldLocation>of() : pod.containers()) {
                for (FieldLocation text : container.texts()) {
                    Matcher path = PATH.matcher(text.text());
                    if (path.find()) {
                        report.add(text, path.group() + " is the path of some versions of the webhook only");
                    }
                }
            }
        }
    }

    /** The webhook refuses to create the pod. */
    private static void hostNetworkProxy(RuleContext context, Report report) {
        for (PodSource pod : context.webhookPods()) {
            if (pod.spec("hostNetwork").text().equals("true")
                    && pod.annotation(Keys.INJECT_PROXY).exists()) {
                report.add(
                        pod.spec("hostNetwork"),
                        "the webhook denies a pod that has hostNetwork: true and asks for the proxy sidecar");
            }
        }
    }

    /** Why the webhook refuses the pod for that annotation alone; it tells its first objection only. */
    private static Optional<String> refusal(PodSource pod, String key, String value) {
        var settings = new WebhookSettings(WebhookVersion.V1_6_0, "", "", true, Optional.empty());
        var annotations = new HashMap<String, String>();
        annotations.put(key, value);
        if (key.equals(Keys.PROXY_PORT)) {
            annotations.put(Keys.INJECT_PROXY, "true");
        }
        Metadata metadata =
                pod.pod().metadata().withLabels(Map.of(Keys.USE, "true")).withAnnotations(annotations);
        var bare = new Pod(
                metadata,
                pod.pod().spec().withHostNetwork(false),
                pod.pod().owners(),
                pod.pod().phase());
        return new Webhook(settings).admit(bare, Optional.of(Map.of())) instanceof Admission.Denied denied
                ? Optional.of(denied.reason().replaceFirst(".*denied the request: ", ""))
                : Optional.empty();
    }
}
