package io.podidentity.podid.check.rules.workload;

import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.workload.Admission;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookVersion;
import io.podidentity.podid.check.source.PodSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Asks the webhook about one annotation alone, since it tells its first objection only. */
final class Verdict {

    private Verdict() {}

    /** Why it refuses the pod for that annotation; empty if it does not. */
    static Optional<String> on(PodSource pod, String key, String value) {
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

    /** Whether the webhook is asked about the pod. */
    static boolean isAsked(PodSource pod) {
        return "true".equals(pod.pod().labels().get(Keys.USE));
    }
}
