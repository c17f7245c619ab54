// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.replay.WorkloadReplay.Trusted;
import io.podidentity.podid.input.InputSettings;
import io.podidentity.podid.input.ManifestInput;
import io.podidentity.podid.input.ProfileOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The manifests that are served: read at start, and again when a file changes. Not thread-safe. */
final class ServedManifests {

    private static final long INTERVAL_MILLIS = 500;

    private final List<String> paths;
    private final byte[] standardInput;
    private final MatchRules rules;
    private final Optional<List<Trusted>> trusted;
    private Manifests manifests;
    private FileSnapshot files;

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
        this.files = FileSnapshot.take(paths);
    }

    /**
     * Reads them.
     *
     * @param trusted the service accounts that identities trust; empty if each is trusted by the one that it names
     * @throws ManifestException if they cannot be used
     */
    static ServedManifests read(List<String> paths, ProfileOptions profile, Optional<List<Trusted>> trusted)
            throws IOException {
        // Kept, since it can be read once only and the manifests are read again with each change.
        byte[] standardInput = ManifestInput.standardInput(paths);
        ManifestInput input = profile.read(paths, standardInput, InputSettings.here());
        Manifests manifests = requireOneCluster(input.clusters());
        return new ServedManifests(paths, standardInput, input.rules().get(0), trusted, manifests);
    }

    private static Manifests requireOneCluster(List<Manifests> clusters) {
        if (clusters.size() > 1) {
            String firstFiles = clusters.stream()
                    .map(cluster ->
                            cluster.objects().get(0).content().position().file())
                    .collect(Collectors.joining(", "));
            throw new ManifestException("There are " + clusters.size()
                    + " kustomizations, charts or sets of files, each for a cluster of its own: " + firstFiles
                    + ". Name one of them");
        }
        return clusters.get(0);
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
        ScheduledExecutorService watcher = Executors.newSingleThreadScheduledExecutor(ServedManifests::newDaemon);
        var unused = watcher.scheduleWithFixedDelay(
                () -> applyChanges(azure, log), INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** A thread that does not keep the process alive. */
    private static Thread newDaemon(Runnable task) {
        var daemon = new Thread(task, "podid-manifests");
        daemon.setDaemon(true);
        return daemon;
    }

    private void applyChanges(PodIdentityEmulator azure, Consumer<String> log) {
        try {
            Optional<List<String>> changes = readChanges();
            if (changes.isPresent()) {
                changes.get().forEach(log);
                azure.apply(manifests.cluster());
            }
        } catch (ManifestException e) {
            log.accept("the changed manifests cannot be used, so the last good ones stay: " + e.getMessage());
        } catch (UncheckedIOException e) {
            log.accept("the changed manifests cannot be served: " + e.getMessage());
        }
    }

    /** What was not read as intended, and what each pod gets, in lines. */
    List<String> describe() {
        var lines = new ArrayList<>(manifests.notes());
        lines.addAll(verdicts().lines());
        return lines;
    }

    /**
     * Reads the files again if any has changed since the last check.
     *
     * @return what changed, in lines; empty if nothing has changed
     * @throws ManifestException if they cannot be used now; the last good ones stay, until a file changes again
     */
    Optional<List<String>> readChanges() {
        FileSnapshot now = FileSnapshot.take(paths);
        if (now.equals(files)) {
            return Optional.empty();
        }
        // Kept before the files are read, so that files that cannot be used are complained of once.
        files = now;
        Manifests read = new ManifestReader(rules.profile()).read(paths, new ByteArrayInputStream(standardInput));
        requireWhole(read);
        PodVerdicts before = verdicts();
        Cluster old = manifests.cluster();
        manifests = read;
        return Optional.of(describeChanges(before, old));
    }

    private List<String> describeChanges(PodVerdicts before, Cluster old) {
        PodVerdicts after = verdicts();
        var lines = new ArrayList<String>();
        lines.add("the manifests have changed and are applied");
        lines.addAll(manifests.notes());
        lines.addAll(after.linesChangedSince(before));
        for (Pod pod : podsToRecreate(old)) {
            lines.add(pod.name() + " is created again: version "
                    + rules.profile().id() + " does not notice a changed label of a running pod");
        }
        after.podsGoneSince(before).forEach(pod -> lines.add(pod + " is gone"));
        return lines;
    }

    /** Refuses what lacks a file that was served before: half of a file that is being written must not delete pods. */
    private void requireWhole(Manifests read) {
        Set<String> served = manifests.objects().stream()
                .map(object -> object.content().position().file())
                .collect(Collectors.toSet());
        for (Skipped skipped : read.skipped()) {
            boolean wasServed = served.stream().anyMatch(file -> (skipped.place() + ":").startsWith(file + ":"));
            if (wasServed && !skipped.isPartial()) {
                throw new ManifestException(skipped.place() + ": " + skipped.reason());
            }
        }
    }

    /** Pods without an owner whose changed label aad-pod-identity would notice only once something else changes. */
    private List<Pod> podsToRecreate(Cluster old) {
        if (rules.profile().isAtLeast(1, 6, 2)) {
            return List.of();
        }
        return manifests.cluster().pods().stream()
                .filter(pod -> pod.owners().isEmpty())
                .filter(pod -> isRelabelled(pod, old.pod(pod.name())))
                .toList();
    }

    private static boolean isRelabelled(Pod pod, Optional<Pod> before) {
        return before.isPresent() && !before.get().bindingLabel().equals(pod.bindingLabel());
    }

    private PodVerdicts verdicts() {
        return PodVerdicts.replay(manifests, rules, trusted);
    }
}
