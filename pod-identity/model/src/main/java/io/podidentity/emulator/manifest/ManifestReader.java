// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.Profile;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads manifests from files, folders and standard input: YAML of several documents, JSON, and lists of objects as
 * {@code kubectl get -o yaml} prints them. Objects without a namespace belong to {@code default}. A folder with a
 * kustomization is rendered by kubectl, a Helm chart by helm, where these programs are on the PATH. What is no manifest
 * is skipped.
 *
 * <p>Thread-safety: safe; each call reads anew.
 *
 * @since 0.1.0
 */
public final class ManifestReader {

    private final Profile profile;
    private final Tools tools;
    private final PodShapes shapes;
    private final ExcludedPaths excluded;
    private final boolean withIdle;

    /** Decodes as the profile would. */
    public ManifestReader(Profile profile) {
        this(profile, Tools.ofEnvironment());
    }

    ManifestReader(Profile profile, Tools tools) {
        this(profile, tools, PodShapes.ALL_KNOWN, ExcludedPaths.NONE, false);
    }

    private ManifestReader(Profile profile, Tools tools, PodShapes shapes, ExcludedPaths excluded, boolean withIdle) {
        this.profile = profile;
        this.tools = tools;
        this.shapes = shapes;
        this.excluded = excluded;
        this.withIdle = withIdle;
    }

    /**
     * Lets kustomizations read files outside of their folder, or not.
     *
     * @param loadRestrictor what {@code kubectl kustomize} is told, such as {@code LoadRestrictionsNone}
     */
    public ManifestReader withLoadRestrictor(String loadRestrictor) {
        return new ManifestReader(profile, tools.with(loadRestrictor), shapes, excluded, withIdle);
    }

    /** Lets kubectl fetch what a kustomization names of other machines, which it does not do otherwise. */
    public ManifestReader withRemote() {
        return new ManifestReader(profile, tools.withRemote(), shapes, excluded, withIdle);
    }

    public ManifestReader withShapes(PodShapes others) {
        return new ManifestReader(profile, tools, others, excluded, withIdle);
    }

    /** Leaves these paths out of the folders that it reads. */
    public ManifestReader without(ExcludedPaths others) {
        return new ManifestReader(profile, tools, shapes, others, withIdle);
    }

    /** Gives a workload that is scaled to zero a pod, too: the one that it makes when it is scaled up. */
    public ManifestReader withIdleWorkloads() {
        return new ManifestReader(profile, tools, shapes, excluded, true);
    }

    /**
     * Reads all of them, into one cluster.
     *
     * @param paths files, folders (with all that is below them) and {@code -} for standard input
     * @throws ManifestException if there is nothing of that name, or no manifest in all of it
     */
    public Manifests read(List<String> paths, InputStream standardInput) {
        ManifestTexts texts = texts(paths, standardInput);
        return required(decode(texts.gitOps(), texts.all(), texts.skipped()));
    }

    /**
     * Reads all of them, but where a folder has several kustomizations or charts, each into a cluster of its own, since
     * they may be ways to install the same.
     *
     * @return one at least; what was skipped is named by the first
     * @throws ManifestException as {@link #read}
     */
    public List<Manifests> readApart(List<String> paths, InputStream standardInput) {
        ManifestTexts texts = texts(paths, standardInput);
        var read = new ArrayList<Manifests>();
        var skipped = new ArrayList<>(texts.skipped());
        for (List<ManifestText> set : texts.sets()) {
            Manifests manifests = decode(texts.gitOps(), set, List.of());
            skipped.addAll(manifests.skipped());
            if (!manifests.objects().isEmpty()) {
                read.add(manifests.withSkipped(List.of()));
            }
        }
        if (read.isEmpty()) {
            read.add(decode(texts.gitOps(), List.of(), List.of()));
        }
        read.set(0, required(read.get(0).withSkipped(skipped)));
        return List.copyOf(read);
    }

    /**
     * Reads one text.
     *
     * @param file what positions call it
     * @throws ManifestException if there is anything but manifests in it
     */
    public Manifests readText(String file, String text) {
        Manifests manifests = decode(new GitOps(tools), List.of(new ManifestText(file, text)), List.of());
        manifests.skipped().stream()
                .filter(skipped -> !skipped.isPartial())
                .findFirst()
                .ifPresent(ManifestReader::refuse);
        return manifests;
    }

    private ManifestTexts texts(List<String> paths, InputStream standardInput) {
        var texts = new ManifestTexts(tools, excluded);
        texts.add(paths, standardInput);
        return texts;
    }

    private static Manifests required(Manifests manifests) {
        if (manifests.objects().isEmpty()) {
            manifests.skipped().stream()
                    .filter(Skipped::isBroken)
                    .findFirst()
                    .or(() -> manifests.skipped().stream().findFirst())
                    .ifPresent(ManifestReader::refuse);
        }
        return manifests;
    }

    private static void refuse(Skipped first) {
        throw new ManifestException(first.place(), first.reason());
    }

    private Manifests decode(GitOps gitOps, List<ManifestText> texts, List<Skipped> before) {
        var found = new ObjectsOfText(gitOps, shapes);
        texts.forEach(found::add);
        var skipped = new ArrayList<>(before);
        skipped.addAll(found.skipped());
        return decode(found.objects(), skipped);
    }

    /** The same objects as this reader's profile decodes them, whatever they were decoded as before. */
    public Manifests decode(Manifests read) {
        return decode(read.objects(), read.skipped());
    }

    private Manifests decode(List<Manifest> objects, List<Skipped> skipped) {
        var decoded = new ArrayList<KubernetesObject>();
        var problems = new ArrayList<Problem>();
        for (Manifest manifest : objects) {
            if (manifest.isEncrypted()) {
                continue;
            }
            var decoding = new Decoding(profile, manifest);
            List<KubernetesObject> of = new ObjectDecoder(manifest, decoding, withIdle).decode();
            if (!decoding.failed()) {
                decoded.addAll(of);
            }
            problems.addAll(decoding.problems());
        }
        return new Manifests(Cluster.of(Replicas.settle(decoded)), objects, problems, skipped);
    }
}
