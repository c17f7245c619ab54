// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.replay.WorkloadReplay;
import io.podidentity.emulator.replay.WorkloadReplay.Trusted;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.explain.Explainer;
import io.podidentity.podid.input.InputSettings;
import io.podidentity.podid.input.ManifestInput;
import io.podidentity.podid.input.ProfileOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The manifests that are served: read at start, and again when a file changes. Not thread-safe. */
final class ServedManifests {

    private static final long INTERVAL_MILLIS = 500;

    private final List<String> paths;
    private final byte[] standardInput;
    private final MatchRules rules;
    private final Optional<List<Trusted>> trusted;
    private Manifests manifests;
    private String files;

    private ServedManifests(
            List<String> paths,
            byte[] standardInput,
            MatchRules rules,
            Optional<List<Trusted>> trusted,
            Manifests manifests) {
        this.paths = List.copyOf(paths);
        this.standardInput = standardInput;
        this.rules = rules;
        this.trusted = trusted;
        this.manifests = manifests;
        this.files = files(paths);
    }

    /**
     * Reads them.
     *
     * @param trusted the service accounts that identities trust; empty if each is trusted by the one that it names
     * @throws ManifestException if they cannot be used
     */
    static ServedManifests read(List<String> paths, ProfileOptions profile, Optional<List<Trusted>> trusted)
            throws IOException {
        byte[] standardInput = ManifestInput.standardInput(paths);
        ManifestInput input = profile.read(paths, standardInput, InputSettings.here());
        List<Manifests> clusters = input.clusters();
        if (clusters.size() > 1) {
            throw new ManifestException("There are " + clusters.size()
                    + " kustomizations, charts or sets of files, each"
                    + " for a cluster of its own: "
                    + clusters.stream()
                            .map(one ->
                                    one.objects().get(0).content().position().file())
                            .collect(Collectors.joining(", "))
                    + ". Name one of them");
        }
        return new ServedManifests(paths, standardInput, input.rules().get(0), trusted, clusters.get(0));
    }

    Manifests current() {
        return manifests;
    }

    MatchRules rules() {
        return rules;
    }

    /**
     * Applies what changes from now on, as {@code kubectl apply} would. It looks twice a second rather than being told:
     * editors replace files, and folders come and go.
     */
    void watch(PodIdentityEmulator azure, Consumer<String> log) {
        var unused = Executors.newSingleThreadScheduledExecutor(task -> {
                    var daemon = new Thread(task, "podid-manifests");
                    daemon.setDaemon(true);
                    return daemon;
                })
                .scheduleWithFixedDelay(
                        () -> apply(azure, log), INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void apply(PodIdentityEmulator azure, Consumer<String> log) {
        try {
            look().ifPresent(story -> {
                story.forEach(log);
                azure.apply(manifests.cluster());
            });
        } catch (ManifestException e) {
            log.accept("the changed manifests cannot be used, so the last good ones stay: " + e.getMessage());
        } catch (UncheckedIOException e) {
            log.accept("the changed manifests cannot be served: " + e.getMessage());
        }
    }

    /** What each pod gets, and what was not read as intended. */
    List<String> story() {
        var lines = new ArrayList<>(manifests.notes());
        lines.addAll(verdicts().values());
        return lines;
    }

    /**
     * Reads the files again if any has changed since the last check.
     *
     * @return what changed, in lines; empty if nothing has changed
     * @throws ManifestException if they cannot be used now; the last good ones stay, until a file changes again
     */
    Optional<List<String>> look() {
        String now = files(paths);
        if (now.equals(files)) {
            return Optional.empty();
        }
        files = now;
        Map<String, String> before = verdicts();
        Cluster old = manifests.cluster();
        Manifests read = new ManifestReader(rules.profile()).read(paths, new ByteArrayInputStream(standardInput));
        requireWhole(read);
        manifests = read;
        Map<String, String> after = verdicts();
        var lines = new ArrayList<String>();
        lines.add("the manifests have changed and are applied");
        lines.addAll(manifests.notes());
        after.forEach((pod, verdict) -> {
            if (!verdict.equals(before.get(pod))) {
                lines.add(verdict);
            }
        });
        relabelled(old)
                .forEach(pod -> lines.add(pod.name() + " is created again: version "
                        + rules.profile().id() + " does not notice a changed label of a running pod"));
        before.keySet().stream().filter(pod -> !after.containsKey(pod)).forEach(pod -> lines.add(pod + " is gone"));
        return Optional.of(lines);
    }

    /** Half of a file that is being written must not delete pods. */
    private void requireWhole(Manifests read) {
        Set<String> before = manifests.objects().stream()
                .map(one -> one.content().position().file())
                .collect(Collectors.toSet());
        read.skipped().stream()
                .filter(one -> !one.isPartial())
                .filter(one -> before.stream().anyMatch(file -> (one.place() + ":").startsWith(file + ":")))
                .findFirst()
                .ifPresent(one -> {
                    throw new ManifestException(one.place() + ": " + one.reason());
                });
    }

    /** Bare pods whose change upstream would notice only once something else changes. */
    private List<Pod> relabelled(Cluster old) {
        return rules.profile().isAtLeast(1, 6, 2)
                ? List.of()
                : manifests.cluster().pods().stream()
                        .filter(pod -> pod.owners().isEmpty())
                        .filter(pod -> old.pod(pod.name())
                                .filter(before -> !before.bindingLabel().equals(pod.bindingLabel()))
                                .isPresent())
                        .toList();
    }

    private Map<String, String> verdicts() {
        var explainer = new Explainer(manifests, rules, Instant.EPOCH);
        Optional<WorkloadReplay> replay = trusted.filter(some -> rules.profile() == Profile.WORKLOAD_IDENTITY)
                .map(this::replay);
        var verdicts = new LinkedHashMap<String, String>();
        for (Pod pod : manifests.cluster().pods()) {
            String refused = replay.flatMap(exchange -> refusal(exchange, pod)).orElse("");
            verdicts.put(pod.name().toString(), refused.isEmpty() ? explainer.summarize(pod) : refused);
        }
        return verdicts;
    }

    /** The same Entra ID as that which answers, with the same credentials. */
    private WorkloadReplay replay(List<Trusted> credentials) {
        Cluster cluster = manifests.cluster();
        List<String> existing = Stream.concat(
                        credentials.stream().map(Trusted::clientId),
                        cluster.all(ServiceAccount.class).stream()
                                .flatMap(account -> Stream.ofNullable(
                                        account.metadata().annotations().get(Keys.CLIENT_ID))))
                .distinct()
                .toList();
        return new WorkloadReplay(cluster, existing, WorkloadReplay.tenants(cluster), credentials);
    }

    private static Optional<String> refusal(WorkloadReplay replay, Pod pod) {
        // Its token is exchanged by the identity binding.
        boolean bound = "true".equalsIgnoreCase(pod.metadata().annotations().get(Keys.USE_IDENTITY_BINDING));
        return Optional.of(bound ? "" : replay.play(pod, "").text())
                .filter(text -> text.startsWith(WorkloadReplay.REFUSED))
                .map(text -> pod.name() + " gets no token: " + text);
    }

    /** Which files there are, how long they are and when they were written. */
    private static String files(List<String> paths) {
        var text = new StringBuilder();
        for (String path : paths) {
            if (path.equals(ManifestFiles.STANDARD_INPUT)) {
                continue;
            }
            try {
                for (Path file : ManifestFiles.files(Path.of(path))) {
                    text.append(file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file) + "\n");
                }
            } catch (IOException | ManifestException e) {
                text.append(path).append(" is missing\n");
            }
        }
        return text.toString();
    }
}
