// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.podid.input.FittingProfile;
import io.podidentity.podid.migrate.edit.SourcePaths;
import io.podidentity.podid.migrate.edit.SourceText;
import io.podidentity.podid.migrate.stage.FileChange;
import io.podidentity.podid.migrate.stage.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One migration with its result: what was read, what was decided, what is staged, and what the proof says about it. Not
 * thread-safe.
 */
final class Migration {

    private final MigrationSettings settings;
    private final Stage stage;
    private final MigrationDraft draft;
    private final List<FileChange> changesInPlace;
    private final StageProof proof;

    private Migration(
            MigrationSettings settings,
            Stage stage,
            MigrationDraft draft,
            List<FileChange> changesInPlace,
            StageProof proof) {
        this.settings = settings;
        this.stage = stage;
        this.draft = draft;
        this.changesInPlace = changesInPlace;
        this.proof = proof;
    }

    /** Reads, plans, changes, writes into the stage, and proves. The report and the script are left to others. */
    static Migration run(MigrationSettings settings, Stage stage) throws IOException {
        MigrationDraft draft = createDraft(settings);
        List<FileChange> changesInPlace = StageWriter.write(draft, stage);
        return new Migration(settings, stage, draft, changesInPlace, StageProof.run(settings, draft, stage));
    }

    /** Adds the environments that a change would change too, until there are no more of them. */
    private static MigrationDraft createDraft(MigrationSettings settings) {
        var roots = new ArrayList<>(List.of(settings.paths()));
        while (true) {
            MigrationDraft draft = MigrationDraft.create(settings, roots);
            List<Path> others = draft.findOtherKustomizations();
            if (others.isEmpty()) {
                return draft;
            }
            for (Path folder : others) {
                roots.add(List.of(SourcePaths.makeRelative(folder).toString()));
            }
        }
    }

    MigrationSettings settings() {
        return settings;
    }

    String describeVersion() {
        FittingProfile version = draft.input().version();
        return version.profile().id() + " (" + version.reason() + ")";
    }

    List<MovePlan> plans() {
        return draft.plans().all();
    }

    /** Which of several environments a plan is for, such as " (overlays/prod)"; empty if there is only one. */
    String describePlace(MovePlan plan) {
        return draft.plans().describePlace(plan);
    }

    SourceChanges changes() {
        return draft.changes();
    }

    /** The files with the roles that identity bindings need. */
    Set<String> roleFiles() {
        return draft.roles().keySet();
    }

    List<PodOutcome> outcomes() {
        return proof.outcomes();
    }

    /** The folder that all files are below. */
    Path root() {
        return draft.input().tree().root();
    }

    /** The names of the files that are removed, since nothing is left in them. */
    List<String> emptiedFiles() {
        return changes().findEmptied().stream()
                .map(SourceText::name)
                .map(this::hideStage)
                .toList();
    }

    /** What becomes of the user's own files if they are changed in place. */
    List<FileChange> changesInPlace() {
        return changesInPlace;
    }

    /** The folders of Helm charts, which are not changed. */
    List<Path> charts() {
        return draft.input().tree().charts();
    }

    boolean leavesOutMadeByControllers() {
        return !draft.input().madeByControllers().isEmpty();
    }

    /** What of the input was not looked at. */
    List<Skipped> missed() {
        return draft.input().missed();
    }

    /** What a person must do or decide before all pods are moved. */
    List<String> asks() {
        Stream<String> ofPlans = plans().stream().flatMap(this::streamAsks);
        Stream<String> ofInput = plans().stream().flatMap(plan -> plan.unseen().asksAboutInput().stream());
        Stream<String> ofBroken = draft.input().broken().stream()
                .filter(broken -> !isAskedAbout(broken))
                .map(broken -> broken + ". Nothing of it is moved");
        return Stream.of(ofPlans, ofInput, ofBroken)
                .flatMap(asks -> asks)
                .distinct()
                .map(this::hideStage)
                .toList();
    }

    /** Whether a plan asks about it already, since its pods may have the label. */
    private boolean isAskedAbout(Skipped broken) {
        return plans().stream().anyMatch(plan -> plan.unseen().unread().contains(broken));
    }

    private Stream<String> streamAsks(MovePlan plan) {
        return plan.asks().stream().map(ask -> ask + describePlace(plan));
    }

    /** Why nothing may be written. */
    List<String> obstacles() {
        return proof.obstacles().stream().distinct().map(this::hideStage).toList();
    }

    /** What must be done before NMI goes, though the files may be written. */
    List<String> pending() {
        return proof.pending().stream().distinct().map(this::hideStage).toList();
    }

    /** Whether the changes may be written: all of it renders, and no pod loses or gains an identity. */
    boolean isSafe() {
        return proof.obstacles().isEmpty() && outcomes().stream().noneMatch(PodOutcome::isLost);
    }

    /** Whether nothing is left to a person. */
    boolean isFinished() {
        return proof.pending().isEmpty()
                && changes().manualSteps().steps().isEmpty()
                && asks().isEmpty()
                && outcomes().stream().allMatch(PodOutcome::isGood);
    }

    /** The text without the name of the stage's folder, which the user has never seen. */
    String hideStage(String text) {
        return text.replace(stage.path() + "/", "").replace(stage.path().toString(), ".");
    }
}
