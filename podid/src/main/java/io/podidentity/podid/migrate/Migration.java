package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.podid.check.FittingProfile;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.input.ProfileOptions;
import io.podidentity.podid.migrate.Proof.Outcome;
import io.podidentity.podid.migrate.edit.SourceObject;
import io.podidentity.podid.migrate.edit.SourceText;
import io.podidentity.podid.migrate.edit.SourceTree;
import io.podidentity.podid.migrate.plan.MovePlan;
import io.podidentity.podid.migrate.plan.Planner;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One run: reads, plans, changes, writes into a stage, and proves. Not thread-safe. */
final class Migration {

    private final OutputFolder stage;
    private final SourceTree tree;
    private final List<MovePlan> plans;
    private final SourceChanges changes;
    private final List<Outcome> outcomes = new ArrayList<>();
    private final Map<Path, Path> changed = new LinkedHashMap<>();
    private final String scratch;
    private final FittingProfile version;

    /** What the user wants. */
    record Wish(
            List<String> paths,
            String standardInput,
            ProfileOptions profile,
            Map<String, String> choices,
            boolean keepsPodIdentity,
            boolean proxySidecar) {}

    private Migration(
            OutputFolder stage,
            SourceTree tree,
            List<MovePlan> plans,
            SourceChanges changes,
            String scratch,
            FittingProfile version) {
        this.stage = stage;
        this.tree = tree;
        this.plans = plans;
        this.changes = changes;
        this.scratch = scratch;
        this.version = version;
    }

    /**
     * Does all of it but the report and the script.
     *
     * @throws ManifestException if the input cannot be used
     * @throws IOException if the stage cannot be written
     */
    static Migration run(Wish wish, OutputFolder stage) throws IOException {
        List<String> paths = wish.paths();
        SourceTree tree = SourceTree.read(paths, wish.standardInput());
        String scratch = "";
        List<SourceObject> owned = owned(tree);
        InputStream input = new ByteArrayInputStream(wish.standardInput().getBytes(StandardCharsets.UTF_8));
        if (!owned.isEmpty()) {
            // What controllers make follows from what they make it of, so it is left out before anything is decided.
            SourceObject.removeAll(owned);
            Path before = stage.scratch("before");
            write(tree, Set.of(), before, stage);
            scratch = before + "/";
            paths = tree.pathsIn(before);
            tree = SourceTree.read(paths, "");
            input = InputStream.nullInputStream();
        }
        List<MovePlan> plans = new ArrayList<>();
        byte[] bytes = input.readAllBytes();
        Profile decoding = wish.profile().asked().orElse(Profile.V1_8_17);
        List<Manifests> read = read(decoding, paths, bytes);
        FittingProfile version = wish.profile()
                .asked()
                .map(asked -> new FittingProfile(asked, "--profile"))
                .orElseGet(() -> FittingProfile.of(
                        read.stream().flatMap(one -> one.objects().stream()).toList()));
        List<Manifests> clusters = version.profile() == decoding ? read : read(version.profile(), paths, bytes);
        for (Manifests manifests : clusters) {
            var context = new RuleContext(manifests, wish.profile().rules(version.profile()), AzureFacts.NONE);
            plans.add(new Planner(context, wish.choices()).plan());
        }
        var changes = new SourceChanges(tree, wish.keepsPodIdentity(), wish.proxySidecar());
        changes.make(plans);
        var migration = new Migration(stage, tree, plans, changes, scratch, version);
        migration.write();
        migration.prove();
        return migration;
    }

    private static List<Manifests> read(Profile decoding, List<String> paths, byte[] input) {
        List<Manifests> clusters = new ManifestReader(decoding).readApart(paths, new ByteArrayInputStream(input));
        refuseBroken(clusters.get(0));
        return clusters;
    }

    private static void refuseBroken(Manifests manifests) {
        manifests.skipped().stream().filter(one -> one.isBroken()).findFirst().ifPresent(broken -> {
            throw new ManifestException(broken + ". Nothing is changed as long as a file cannot be read");
        });
    }

    /** Pods, ReplicaSets and Jobs whose Deployment or CronJob is there too. */
    private static List<SourceObject> owned(SourceTree tree) {
        Set<String> present = new LinkedHashSet<>();
        tree.objects().forEach(one -> present.add(one.kind() + " " + one.namespace() + " " + one.name()));
        return tree.objects().stream()
                .filter(one -> one.owner()
                        .filter(owner -> makers(owner.get(0), owner.get(1)).stream()
                                .anyMatch(maker ->
                                        present.contains(maker.replaceFirst(" ", " " + one.namespace() + " "))))
                        .isPresent())
                .toList();
    }

    private static List<String> makers(String kind, String name) {
        int dash = name.lastIndexOf('-');
        String above = kind.equals("ReplicaSet") ? "Deployment" : kind.equals("Job") ? "CronJob" : "";
        return above.isEmpty() || dash < 1
                ? List.of(kind + " " + name)
                : List.of(kind + " " + name, above + " " + name.substring(0, dash));
    }

    private void write() throws IOException {
        changed.putAll(write(tree, changes.emptied(), stage.path(), stage));
        if (!changes.newAccounts().isEmpty()) {
            stage.write(SourceChanges.ACCOUNTS_FILE, changes.newAccounts(), null);
            changed.put(
                    stage.path().resolve(SourceChanges.ACCOUNTS_FILE),
                    tree.root().resolve(SourceChanges.ACCOUNTS_FILE));
        }
    }

    /** Where each changed file is now, and where it came from. */
    private static Map<Path, Path> write(SourceTree tree, Set<SourceText> without, Path to, OutputFolder stage)
            throws IOException {
        var written = new LinkedHashMap<Path, Path>();
        for (Map.Entry<Path, SourceText> one : tree.texts().entrySet()) {
            SourceText text = one.getValue();
            if (without.contains(text)) {
                continue;
            }
            Path file = to.resolve(one.getKey().toString());
            stage.write(file.toString(), text.edited(), Path.of(text.name()));
            if (text.isChanged()) {
                written.put(file, tree.root().resolve(one.getKey()));
            }
        }
        for (Path other : tree.others()) {
            stage.copy(tree.root().resolve(other), to.resolve(other.toString()).toString());
        }
        return written;
    }

    private void prove() {
        List<Manifests> after = after();
        for (int i = 0; i < plans.size(); i++) {
            outcomes.addAll(Proof.of(plans.get(i), of(after, i)));
        }
    }

    /** In the order of the plans, if there are as many; a cluster of which nothing is left has no other's place. */
    private Optional<Manifests> of(List<Manifests> after, int index) {
        return after.size() == plans.size()
                ? Optional.of(after.get(index))
                : after.stream().findFirst();
    }

    private List<Manifests> after() {
        List<String> paths = new ArrayList<>(tree.pathsIn(stage.path()));
        if (!changes.newAccounts().isEmpty()) {
            paths.add(stage.path().resolve(SourceChanges.ACCOUNTS_FILE).toString());
        }
        paths.removeIf(path -> !Files.exists(Path.of(path)));
        try {
            return new ManifestReader(Profile.WORKLOAD_IDENTITY).readApart(paths, InputStream.nullInputStream());
        } catch (ManifestException nothingLeft) {
            return List.of();
        }
    }

    /** By which the files were read, and why. */
    String version() {
        return version.profile().id() + " (" + version.reason() + ")";
    }

    List<MovePlan> plans() {
        return plans;
    }

    List<Outcome> outcomes() {
        return outcomes;
    }

    Map<String, List<String>> byHand() {
        return changes.byHand();
    }

    /** What the pods of a plan need no more. */
    List<KubernetesObject> leftovers(MovePlan plan) {
        return changes.leftovers(plan);
    }

    /** Files of which nothing is left. */
    List<String> emptied() {
        return changes.emptied().stream().map(SourceText::name).map(this::shown).toList();
    }

    /** The changed files in the stage, and the originals. */
    Map<Path, Path> changed() {
        return changed;
    }

    List<Path> charts() {
        return tree.charts();
    }

    boolean hasOwned() {
        return !scratch.isEmpty();
    }

    /** Without the names of folders that the user has never seen. */
    String shown(String text) {
        String plain = scratch.isEmpty() ? text : text.replace(scratch, "");
        return plain.replace(stage.path() + "/", "");
    }

    boolean isGood() {
        return outcomes.stream().allMatch(Outcome::isGood);
    }
}
