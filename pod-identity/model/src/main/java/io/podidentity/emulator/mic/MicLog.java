// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.mic;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.log.LogFormat;
import io.podidentity.emulator.log.LogFormat.LogEntry;
import io.podidentity.emulator.log.LogFormat.LogEntry.Level;
import io.podidentity.emulator.match.Candidate;
import io.podidentity.emulator.match.Obstacle;
import io.podidentity.emulator.match.PodMatch;
import io.podidentity.emulator.time.EmulatorClock;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Writes what {@code kubectl logs mic-…} shows at the default verbosity. MIC always logged through klog; NMI alone
 * began with logrus. Before 1.6.2 its sentences began with a capital letter.
 */
record MicLog(Profile profile, EmulatorClock clock, Consumer<String> lines) {

    private static final Pattern LOWER_CASE = Pattern.compile("(?s)\\p{Lower}.*");

    private static final String START = """
            main.go:114 starting mic process. %s
            main.go:136 kubeconfig () cloudconfig (/etc/kubernetes/azure.json)
            main.go:144 running MIC in namespaced mode: %s
            main.go:149 client QPS set to: 5. Burst to: 5
            mic.go:138 starting to create the pod identity client. %s
            mic.go:144 Kubernetes server version: v1.34.2
            cloudprovider.go:111 MIC using system assigned identity for authentication.
            probes.go:41 initialized health probe on port 8080
            probes.go:44 started health probe
            metrics.go:341 registered views for metric
            prometheus_exporter.go:21 starting Prometheus exporter
            metrics.go:347 registered and exported metrics on port 8888
            mic.go:242 initiating MIC Leader election
            leaderelection.go:257 attempting to acquire leader lease default/aad-pod-identity-mic...
            leaderelection.go:271 successfully acquired lease default/aad-pod-identity-mic
            mic.go:315 upgrading the types to work with case sensitive go-client
            mic.go:319 type upgrade completed !!
            pod.go:72 pod cache synchronized. Took 0s
            pod.go:79 pod watcher started !!
            crd.go:457 CRD informers started
            mic.go:400 sync thread started.
            """;

    /** Writes what MIC writes when it starts and has become the leader, as its default deployment runs it. */
    void start(boolean forceNamespaced) {
        String version = "Version: v" + profile.id() + ". Build date: 2023-06-30-00:00";
        block(START.formatted(version, forceNamespaced, version));
    }

    /** @param lines each begins with its source */
    void block(String lines) {
        lines.lines().forEach(line -> {
            int space = line.indexOf(' ');
            info(line.substring(0, space), line.substring(space + 1));
        });
    }

    /** @param source file and line of 1.8.17; the number differs from version to version */
    void info(String source, String message) {
        write(Level.INFO, source, message);
    }

    void machineUpdate(String machine, int assign, int unassign) {
        String text = profile.isAtLeast(1, 6, 2) ? "updating user-assigned identities" : "updating user assigned MSIs";
        String line = text + " on " + machine + ", assign [" + assign + "], unassign [" + unassign + "]";
        info("cloudprovider.go:210", line);
    }

    void warning(String source, String message) {
        write(Level.WARNING, source, message);
    }

    void error(String source, String message) {
        write(Level.ERROR, source, message);
    }

    /**
     * Says why MIC leaves a pod or one of its bindings out. That the pod is in another namespace than a namespaced
     * identity is more than MIC says by default.
     */
    void reasons(PodMatch match) {
        if (match.podObstacle() != null) {
            reason(match.pod(), match.podObstacle());
        }
        match.candidates().forEach(candidate -> reason(match, candidate));
    }

    private void reason(Pod pod, Obstacle obstacle) {
        switch (obstacle) {
            case NO_NODE -> reason("mic.go:587", "pod " + pod.name() + " has no assigned node yet. it will be ignored");
            case NO_BINDING ->
                reason(
                        "mic.go:608",
                        "No AzureIdentityBinding found for pod " + pod.name() + " that matches selector: "
                                + pod.bindingLabel().orElse("") + ". it will be ignored");
            default ->
                reason(
                        "mic.go:594",
                        "pod " + pod.name() + " doesn't contain " + Pod.BINDING_LABEL
                                + " label field. it will be ignored");
        }
    }

    private void reason(PodMatch match, Candidate candidate) {
        AzureIdentityBinding binding = candidate.binding();
        String identity = binding.azureIdentity();
        if (candidate.obstacle() == Obstacle.NAME_COLLISION) {
            String winner = match.identities().stream()
                    .filter(granted -> granted.name().name().equals(identity))
                    .map(AzureIdentity::namespace)
                    .findFirst()
                    .orElse("another");
            warning(
                    "mic.go:638",
                    "AzureIdentity " + identity + " exists in both " + winner + " and " + binding.namespace()
                            + " namespace. Considering renaming it or enabling Namespace mode"
                            + " (https://azure.github.io/aad-pod-identity/docs/configure/match_pods_in_namespace)");
        } else if (candidate.obstacle() != null && candidate.obstacle() != Obstacle.OTHER_NAMESPACE) {
            reason("mic.go:648", identity + " identity not found when using " + binding.name() + " binding");
        }
    }

    /** Since 1.6.3; more than anybody sees by default before. */
    private void reason(String source, String message) {
        if (profile.isAtLeast(1, 6, 3)) {
            write(Level.INFO, source, message);
        }
    }

    private void write(Level level, String source, String message) {
        String sentence = isCapitalized(message) ? capitalize(message) : message;
        lines.accept(LogFormat.KLOG.line(new LogEntry(clock.instant(), level, source, sentence, Map.of())));
    }

    /** Before 1.6.2 MIC began its sentences with a capital letter. */
    private boolean isCapitalized(String message) {
        return !profile.isAtLeast(1, 6, 2) && LOWER_CASE.matcher(message).matches();
    }

    private static String capitalize(String message) {
        return Character.toUpperCase(message.charAt(0)) + message.substring(1);
    }
}
