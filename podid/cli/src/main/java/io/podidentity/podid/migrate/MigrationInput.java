// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.input.FittingProfile;
import io.podidentity.podid.input.InputSettings;
import io.podidentity.podid.input.ManifestInput;
import io.podidentity.podid.migrate.edit.SourceObject;
import io.podidentity.podid.migrate.edit.SourceTree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a migration reads: the files as they are written, and the clusters that are made of them. Not thread-safe.
 *
 * <p>The files are read from several roots. The first root has the paths of the user. Each other root is a
 * kustomization that is made of some of the same files, so that a change for the user's paths changes that environment
 * too.
 */
final class MigrationInput {

    private final MigrationSettings settings;
    private final List<List<String>> roots;
    private final SourceTree tree;
    private final Set<SourceObject> madeByControllers;
    private final List<ManifestInput> inputs = new ArrayList<>();

    private MigrationInput(MigrationSettings settings, List<List<String>> roots) {
        this.settings = settings;
        this.roots = List.copyOf(roots);
        this.tree = new SourceTree(
                roots.stream().flatMap(List::stream).toList(),
                settings.standardInput(),
                settings.input().shapes(),
                settings.profile().excluded(settings.input()));
        this.madeByControllers = ControllerObjects.find(tree);
    }

    /** @throws ManifestException if a file cannot be read, so that nothing may be changed */
    static MigrationInput read(MigrationSettings settings, List<List<String>> roots) {
        var input = new MigrationInput(settings, roots);
        input.inputs.add(input.readNamed(roots.get(0)));
        for (List<String> other : roots.subList(1, roots.size())) {
            input.inputs.add(input.readOther(other));
        }
        return input;
    }

    /** Reads what the user named. Of the other parts of a folder that the user names, the rest can be moved. */
    private ManifestInput readNamed(List<String> paths) {
        ManifestInput named = readRoot(paths, settings.input());
        findBroken(named)
                .filter(broken -> paths.contains(broken.position().file()))
                .findFirst()
                .ifPresent(MigrationInput::refuse);
        return named;
    }

    /** Reads another root, as the version decodes it that decides on what the user named. */
    private ManifestInput readOther(List<String> paths) {
        try {
            ManifestInput other = readRoot(paths, settings.input().withProfile(version()));
            findBroken(other).findFirst().ifPresent(MigrationInput::refuse);
            return other;
        } catch (ManifestException e) {
            throw new ManifestException(
                    e.getMessage() + ". Nothing is changed, since it is made of files that would be");
        }
    }

    private ManifestInput readRoot(List<String> paths, InputSettings inputSettings) {
        byte[] standardInput = settings.standardInput().getBytes(StandardCharsets.UTF_8);
        return settings.profile().readToJudge(paths, standardInput, inputSettings);
    }

    private static void refuse(Skipped broken) {
        throw new ManifestException(broken + ". Nothing is changed as long as a file cannot be read");
    }

    private static Stream<Skipped> findBroken(ManifestInput input) {
        return input.clusters().get(0).skipped().stream().filter(Skipped::isBroken);
    }

    /** Makes the plans of all clusters, for each root. */
    MigrationPlans plan() {
        return new MigrationPlans(inputs.stream().map(this::planClusters).toList());
    }

    private List<MovePlan> planClusters(ManifestInput input) {
        return input.each((manifests, rules) -> planCluster(input, manifests, rules));
    }

    private MovePlan planCluster(ManifestInput input, Manifests manifests, MatchRules rules) {
        Manifests planned = madeByControllers.isEmpty() ? manifests : leaveOutMade(manifests, rules);
        var context = new RuleContext(planned, rules, AzureFacts.NONE, input.missed());
        return new Planner(context, settings).plan();
    }

    private Manifests leaveOutMade(Manifests manifests, MatchRules rules) {
        List<Manifest> objects =
                manifests.objects().stream().filter(object -> !isMade(object)).toList();
        return settings.profile()
                .reader(rules.profile(), settings.input())
                .withIdleWorkloads()
                .decode(new Manifests(Cluster.EMPTY, objects, List.of(), manifests.skipped()));
    }

    private boolean isMade(Manifest object) {
        return tree
                .findObjects(
                        object.content().position(),
                        object.kind(),
                        object.name().name())
                .stream()
                .anyMatch(madeByControllers::contains);
    }

    List<List<String>> roots() {
        return roots;
    }

    SourceTree tree() {
        return tree;
    }

    /** What controllers made from other objects of the files. */
    Set<SourceObject> madeByControllers() {
        return madeByControllers;
    }

    /** What of the input was not looked at. */
    List<Skipped> missed() {
        return inputs.stream()
                .flatMap(input -> input.missed().stream())
                .distinct()
                .toList();
    }

    /** What of the input could not be read. */
    List<Skipped> broken() {
        return inputs.stream().flatMap(MigrationInput::findBroken).toList();
    }

    /** The version that decides on the first cluster that the user named. */
    FittingProfile version() {
        return inputs.get(0).versions().get(0);
    }
}
