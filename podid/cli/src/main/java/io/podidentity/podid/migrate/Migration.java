// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.Kustomization;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.input.FittingProfile;
import io.podidentity.podid.input.InputSettings;
import io.podidentity.podid.input.ManifestInput;
import io.podidentity.podid.migrate.Planner.Wish;
import io.podidentity.podid.migrate.Proof.Outcome;
import io.podidentity.podid.migrate.edit.SourceObject;
import io.podidentity.podid.migrate.edit.SourceText;
import io.podidentity.podid.migrate.edit.SourceTree;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One run: reads, plans, changes, writes into a stage, and proves. Not thread-safe. */
final class Migration {

    private final Wish wish;
    private final Stage stage;
    /** The paths of the user, and then each other kustomization that is made of the same files. */
    private final List<List<String>> roots;

    private final SourceTree tree;
    /** What controllers make: it follows from what they make it of, so it is left out before anything is decided. */
    private final Set<SourceObject> owned;

    private final List<Skipped> missed;
    private final List<Skipped> broken;
    private final FittingProfile version;
    private final List<List<MovePlan>> clusters;
    private final List<MovePlan> plans;
    private final SourceChanges changes;
    private final Map<String, String> roles;
    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<String> obstacles = new ArrayList<>();
    private final List<String> pending = new ArrayList<>();
    private final Map<Path, Path> changed = new LinkedHashMap<>();

    private Migration(Wish wish, Stage stage, List<List<String>> roots) {
        this.wish = wish;
        this.stage = stage;
        this.roots = roots;
        this.tree = new SourceTree(
                roots.stream().flatMap(List::stream).toList(),
                wish.standardInput(),
                wish.settings().shapes(),
                wish.profile().excluded(wish.settings()));
        this.owned = owned(tree);
        List<ManifestInput> read = read(wish, roots);
        this.missed = read.stream()
                .flatMap(input -> input.missed().stream())
                .distinct()
                .toList();
        this.broken = read.stream().flatMap(Migration::broken).toList();
        this.version = read.get(0).versions().get(0);
        this.clusters = read.stream()
                .map(one -> one.each((manifests, rules) -> new Planner(
                                new RuleContext(withoutOwned(manifests, rules), rules, AzureFacts.NONE, one.missed()),
                                wish)
                        .plan()))
                .toList();
        this.plans = clusters.stream().flatMap(List::stream).toList();
        this.changes = new SourceChanges(tree, plans, wish, owned);
        this.roles = wish.identityBinding() ? AzureScript.roles(plans) : Map.of();
        changes.make();
    }

    /** Does all of it but the report and the script. */
    static Migration run(Wish wish, Stage stage) throws IOException {
        var roots = new ArrayList<>(List.of(wish.paths()));
        while (true) {
            var migration = new Migration(wish, stage, roots);
            List<Path> others = migration.others();
            if (others.isEmpty()) {
                migration.write();
                migration.prove();
                return migration;
            }
            others.forEach(
                    folder -> roots.add(List.of(SourceTree.relative(folder).toString())));
        }
    }

    private static List<ManifestInput> read(Wish wish, List<List<String>> roots) {
        byte[] input = wish.standardInput().getBytes(StandardCharsets.UTF_8);
        var all = new ArrayList<ManifestInput>();
        for (List<String> root : roots) {
            try {
                InputSettings settings = all.isEmpty()
                        ? wish.settings()
                        : wish.settings().withProfile(all.get(0).versions().get(0));
                ManifestInput read = wish.profile().readToJudge(root, input, settings);
                broken(read)
                        // Of the other parts of a folder that the user names the rest can be moved.
                        .filter(broken -> !all.isEmpty()
                                || root.contains(broken.position().file()))
                        .findFirst()
                        .ifPresent(broken -> {
                            throw new ManifestException(
                                    broken + ". Nothing is changed as long as a file cannot be read");
                        });
                all.add(read);
            } catch (ManifestException e) {
                throw all.isEmpty()
                        ? e
                        : new ManifestException(
                                e.getMessage() + ". Nothing is changed, since it is made of files that would be");
            }
        }
        return all;
    }

    private static Stream<Skipped> broken(ManifestInput read) {
        return read.clusters().get(0).skipped().stream().filter(Skipped::isBroken);
    }

    private Manifests withoutOwned(Manifests read, MatchRules rules) {
        if (owned.isEmpty()) {
            return read;
        }
        List<Manifest> objects = read.objects().stream()
                .filter(one -> tree
                        .of(one.content().position(), one.kind(), one.name().name())
                        .stream()
                        .noneMatch(owned::contains))
                .toList();
        return wish.profile()
                .reader(rules.profile(), wish.settings())
                .withIdleWorkloads()
                .decode(new Manifests(Cluster.EMPTY, objects, List.of(), read.skipped()));
    }

    /** Kustomizations that are made of a changed file, and are not among what is read. */
    private List<Path> others() {
        Set<SourceText> emptied = changes.emptied();
        Set<Path> touched = tree.texts().values().stream()
                .filter(text -> text.isChanged() || emptied.contains(text))
                .map(SourceText::file)
                .collect(Collectors.toSet());
        return tree.othersOf(touched);
    }

    /** Pods, ReplicaSets and Jobs whose Deployment or CronJob is there too. */
    private static Set<SourceObject> owned(SourceTree tree) {
        Set<String> present = new LinkedHashSet<>();
        tree.objects().forEach(one -> present.add(one.kind() + " " + one.namespace() + " " + one.name()));
        return tree.objects().stream()
                .filter(one -> one.owner().stream()
                        .flatMap(owner -> makers(owner.get(0), one.namespace(), owner.get(1)))
                        .anyMatch(present::contains))
                .collect(Collectors.toSet());
    }

    /** The owner itself, and what has made it by the name that it has then. */
    private static Stream<String> makers(String kind, String namespace, String name) {
        String above = kind.equals("ReplicaSet") ? "Deployment" : kind.equals("Job") ? "CronJob" : "";
        return Stream.of(
                kind + " " + namespace + " " + name, above + " " + namespace + " " + name.replaceFirst("-?[^-]*$", ""));
    }

    private void write() throws IOException {
        Set<SourceText> emptied = changes.emptied();
        for (Map.Entry<Path, SourceText> one : tree.texts().entrySet()) {
            SourceText text = one.getValue();
            String name = one.getKey().toString();
            if (text.isChanged() && !emptied.contains(text)) {
                changed.put(stage.path().resolve(name), tree.root().resolve(name));
            }
            if (!emptied.contains(text)) {
                stage.write(name, text.edited(), Path.of(text.name()));
            }
        }
        for (Path other : tree.others()) {
            stage.copy(tree.root().resolve(other), other.toString());
        }
        var added = new LinkedHashMap<>(roles);
        if (!changes.newAccounts().isEmpty()) {
            added.put(SourceChanges.ACCOUNTS_FILE, changes.newAccounts());
        }
        for (Map.Entry<String, String> file : added.entrySet()) {
            stage.write(file.getKey(), file.getValue(), null);
            changed.put(stage.path().resolve(file.getKey()), tree.root().resolve(file.getKey()));
        }
    }

    private void prove() {
        broken.stream()
                .filter(one -> one.kind() == Skipped.Kind.KUSTOMIZATION)
                .filter(one -> isMadeOfChanged(Path.of(one.place())))
                .map(one -> one + ". It is made of files that would be changed, so it must render first")
                .forEach(obstacles::add);
        for (int i = 0; i < clusters.size(); i++) {
            List<MovePlan> before = clusters.get(i);
            List<Manifests> after = after(roots.get(i), i == 0);
            for (int j = 0; j < before.size(); j++) {
                MovePlan plan = before.get(j);
                // A cluster of which nothing is left has no other's place.
                Optional<Manifests> its = after.size() == before.size()
                        ? Optional.of(after.get(j))
                        : after.stream().findFirst();
                var proof = new Proof(plan, its, place(plan));
                outcomes.addAll(proof.outcomes());
                obstacles.addAll(proof.obstacles(changes.leftovers(plan)));
                pending.addAll(proof.pending());
            }
        }
    }

    private boolean isMadeOfChanged(Path folder) {
        Set<SourceText> emptied = changes.emptied();
        Set<Path> touched = tree.texts().values().stream()
                .filter(text -> text.isChanged() || emptied.contains(text))
                .map(text -> text.file().toAbsolutePath().normalize())
                .collect(Collectors.toSet());
        return Kustomization.closure(folder, any -> {}).stream()
                .map(file -> file.toAbsolutePath().normalize())
                .anyMatch(touched::contains);
    }

    /** Whether it could not be read before the change either. */
    private boolean wasBroken(Skipped after) {
        return broken.stream()
                .map(before -> tree.pathIn(stage.path(), before.position().file()))
                .anyMatch(after.position().file()::equals);
    }

    private List<Manifests> after(List<String> root, boolean isFirst) {
        List<String> paths = root.stream()
                .map(path -> tree.pathIn(stage.path(), path))
                .collect(Collectors.toCollection(ArrayList::new));
        if (isFirst && !changes.newAccounts().isEmpty()) {
            paths.add(stage.path().resolve(SourceChanges.ACCOUNTS_FILE).toString());
        }
        // Of a chart alone nothing is written.
        paths.removeIf(path -> !Files.exists(Path.of(path))
                || ManifestFiles.below(Path.of(path)).noneMatch(Files::isRegularFile));
        try {
            List<Manifests> after = wish.profile()
                    .reader(Profile.WORKLOAD_IDENTITY, wish.settings())
                    .withIdleWorkloads()
                    .readApart(paths, InputStream.nullInputStream());
            after.get(0).skipped().stream()
                    .filter(Skipped::isBroken)
                    .filter(skipped -> !wasBroken(skipped))
                    .map(Skipped::toString)
                    .forEach(obstacles::add);
            return after;
        } catch (ManifestException e) {
            obstacles.add(e.getMessage());
            return List.of();
        }
    }

    /** Which of several environments a plan is of, such as " (overlays/prod)"; empty of the only one. */
    String place(MovePlan plan) {
        return plans.size() > 1 ? " (" + plan.environment() + ")" : "";
    }

    Wish wish() {
        return wish;
    }

    String version() {
        return version.profile().id() + " (" + version.reason() + ")";
    }

    List<MovePlan> plans() {
        return plans;
    }

    SourceChanges changes() {
        return changes;
    }

    Set<String> roles() {
        return roles.keySet();
    }

    List<Outcome> outcomes() {
        return outcomes;
    }

    /** The folder that all files are below. */
    Path root() {
        return tree.root();
    }

    List<String> emptied() {
        return changes.emptied().stream().map(SourceText::name).map(this::shown).toList();
    }

    /** What becomes of the files themselves. */
    List<FileChange> changesInPlace() {
        var all = new ArrayList<FileChange>();
        changed.forEach((fresh, original) -> all.add(FileChange.write(original, fresh)));
        changes.emptied().forEach(text -> all.add(FileChange.remove(text.file())));
        return all;
    }

    List<Path> charts() {
        return tree.charts();
    }

    boolean hasOwned() {
        return !owned.isEmpty();
    }

    /** What of the input was not looked at. */
    List<Skipped> missed() {
        return missed;
    }

    /** What a person must do or decide before all pods are moved. */
    List<String> asks() {
        Stream<String> unread = broken.stream()
                .filter(one ->
                        plans.stream().noneMatch(plan -> plan.unseen().unread().contains(one)))
                .map(one -> one + ". Nothing of it is moved");
        Stream<String> ofPlans =
                plans.stream().flatMap(plan -> plan.asks().stream().map(ask -> ask + place(plan)));
        Stream<String> ofInput = plans.stream().flatMap(plan -> plan.unseen().asksOfInput().stream());
        return Stream.of(ofPlans, ofInput, unread)
                .flatMap(lines -> lines)
                .distinct()
                .map(this::shown)
                .toList();
    }

    List<String> obstacles() {
        return obstacles.stream().distinct().map(this::shown).toList();
    }

    List<String> pending() {
        return pending.stream().distinct().map(this::shown).toList();
    }

    /** Whether what was found may be written: all of it renders, and no pod loses or gains an identity. */
    boolean isSafe() {
        return obstacles.isEmpty() && outcomes.stream().noneMatch(Outcome::isLost);
    }

    boolean isGood() {
        return pending.isEmpty()
                && changes.byHand().isEmpty()
                && asks().isEmpty()
                && outcomes.stream().allMatch(Outcome::isGood);
    }

    /** Without the name of a folder that the user has never seen. */
    String shown(String text) {
        return text.replace(stage.path() + "/", "").replace(stage.path().toString(), ".");
    }
}
