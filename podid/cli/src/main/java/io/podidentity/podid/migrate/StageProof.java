// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.Kustomization;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.podid.migrate.stage.Stage;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads the staged files again, and proves each plan with them. Not thread-safe.
 *
 * <p>Lifecycle: one {@link #run}, and then the results.
 */
final class StageProof {

    private final MigrationSettings settings;
    private final MigrationDraft draft;
    private final Stage stage;
    private final List<PodOutcome> outcomes = new ArrayList<>();
    private final List<String> obstacles = new ArrayList<>();
    private final List<String> pending = new ArrayList<>();

    private StageProof(MigrationSettings settings, MigrationDraft draft, Stage stage) {
        this.settings = settings;
        this.draft = draft;
        this.stage = stage;
    }

    static StageProof run(MigrationSettings settings, MigrationDraft draft, Stage stage) {
        var proof = new StageProof(settings, draft, stage);
        proof.findBrokenKustomizations();
        List<List<MovePlan>> plansByRoot = draft.plans().byRoot();
        for (int root = 0; root < plansByRoot.size(); root++) {
            proof.prove(plansByRoot.get(root), proof.readStaged(root));
        }
        return proof;
    }

    /** A kustomization that did not render before would hide what the changes do to its pods. */
    private void findBrokenKustomizations() {
        Set<Path> touched = draft.findTouchedFiles();
        draft.input().broken().stream()
                .filter(broken -> broken.kind() == Skipped.Kind.KUSTOMIZATION)
                .filter(broken -> isMadeOfAny(Path.of(broken.place()), touched))
                .map(broken -> broken + ". It is made of files that would be changed, so it must render first")
                .forEach(obstacles::add);
    }

    private static boolean isMadeOfAny(Path folder, Set<Path> touched) {
        return Kustomization.closure(folder, ignored -> {}).stream().anyMatch(touched::contains);
    }

    private void prove(List<MovePlan> plans, List<Manifests> staged) {
        for (int cluster = 0; cluster < plans.size(); cluster++) {
            MovePlan plan = plans.get(cluster);
            // A cluster of which no file is left is missing among those that are read: then the order tells nothing.
            Optional<Manifests> after = staged.size() == plans.size()
                    ? Optional.of(staged.get(cluster))
                    : staged.stream().findFirst();
            var proof = new Proof(plan, after, draft.plans().describePlace(plan));
            outcomes.addAll(proof.replayRequests());
            obstacles.addAll(proof.findObstacles(draft.changes().leftovers(plan)));
            pending.addAll(proof.findPending());
        }
    }

    /** Reads the staged files of a root; nothing if they cannot be read, which is an obstacle. */
    private List<Manifests> readStaged(int root) {
        try {
            List<Manifests> staged = settings.profile()
                    .reader(Profile.WORKLOAD_IDENTITY, settings.input())
                    .withIdleWorkloads()
                    .readApart(findStagedPaths(root), InputStream.nullInputStream());
            staged.get(0).skipped().stream()
                    .filter(Skipped::isBroken)
                    .filter(skipped -> !wasBroken(skipped))
                    .map(Skipped::toString)
                    .forEach(obstacles::add);
            return staged;
        } catch (ManifestException e) {
            obstacles.add(e.getMessage());
            return List.of();
        }
    }

    private List<String> findStagedPaths(int root) {
        List<String> paths = draft.input().roots().get(root).stream()
                .map(path -> draft.input().tree().pathIn(stage.path(), path))
                .collect(Collectors.toCollection(ArrayList::new));
        boolean isNamedByUser = root == 0;
        if (isNamedByUser && !draft.changes().newAccounts().isEmpty()) {
            paths.add(stage.path().resolve(SourceChanges.ACCOUNTS_FILE).toString());
        }
        // For a chart that stands alone nothing is staged.
        paths.removeIf(path -> !hasFiles(Path.of(path)));
        return paths;
    }

    private static boolean hasFiles(Path path) {
        return Files.exists(path) && ManifestFiles.below(path).anyMatch(Files::isRegularFile);
    }

    /** Whether it could not be read before the change either. */
    private boolean wasBroken(Skipped staged) {
        return draft.input().broken().stream()
                .map(before -> draft.input()
                        .tree()
                        .pathIn(stage.path(), before.position().file()))
                .anyMatch(staged.position().file()::equals);
    }

    List<PodOutcome> outcomes() {
        return outcomes;
    }

    /** Why nothing may be written. */
    List<String> obstacles() {
        return obstacles;
    }

    /** What must be done before NMI goes, though the files may be written. */
    List<String> pending() {
        return pending;
    }
}
