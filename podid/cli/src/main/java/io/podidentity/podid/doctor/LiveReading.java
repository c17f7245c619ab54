// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.reference.ReferringKinds;
import io.podidentity.podid.doctor.Live.MissingRight;
import io.podidentity.podid.doctor.VariableSources.Source;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.Kubectl.Listing;
import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.KubectlException.Kind;
import io.podidentity.podid.kubectl.Part;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads a cluster by kubectl, many kinds in one run; of a secret only the names of its keys. */
final class LiveReading {

    private static final String GROUP = "aadpodidentity.k8s.io";
    private static final List<String> IDENTITIES = List.of(
            "azureidentities." + GROUP,
            "azureidentitybindings." + GROUP,
            "azureassignedidentities." + GROUP,
            "azurepodidentityexceptions." + GROUP);

    private static final String KEYS = "--output=go-template={{range $key, $value := .data}}{{$key}}{{\"\\n\"}}{{end}}";
    private static final String WEBHOOK = "mutatingwebhookconfigurations.admissionregistration.k8s.io";

    /** By its manifests, by Helm, the emulated NMI, and the webhook. */
    private static final List<String> LABELS_OF_PARTS = List.of(
            "component in (mic,nmi)",
            "app.kubernetes.io/component in (mic,nmi)",
            PodIdentityLinks.OF_EMULATED + "=nmi",
            "azure-workload-identity.io/system=true");

    private final Kubectl kubectl;
    private final String namespace;
    private final String here;
    private final List<MissingRight> missing = new ArrayList<>();

    LiveReading(Kubectl kubectl, String namespace) {
        this.kubectl = kubectl;
        this.namespace = namespace;
        this.here = "--namespace=" + namespace;
    }

    /** @throws KubectlException if the cluster cannot be asked at all */
    Live read() throws KubectlException, InterruptedException {
        List<String> served = served();
        List<String> referring =
                served.stream().filter(ReferringKinds.resources()::contains).toList();
        List<String> ofCluster = Stream.concat(IDENTITIES.stream().filter(served::contains), Stream.of(WEBHOOK))
                .toList();
        List<Listing> answers = together(referring, ofCluster);
        var objects = new ArrayList<Part>(answers.get(0).items());
        missing(answers.get(0), Live.KINDS);
        if (objects.isEmpty() && missing.isEmpty()) {
            requireNamespace();
        }
        objects.addAll(referring(answers.get(1), referring));
        missing(answers.get(2), List.of("events"));
        objects.addAll(ofCluster(answers.get(3)));
        objects.addAll(secrets(objects));
        Map<Boolean, List<Part>> leaving = objects.stream().collect(Collectors.partitioningBy(Part::isBeingDeleted));
        Optional<List<Part>> parts = parts(answers.subList(4, answers.size()), objects);
        VariableSources sources = sources(leaving.getOrDefault(false, List.of()));
        return new Live(
                namespace,
                leaving.getOrDefault(false, List.of()),
                leaving.getOrDefault(true, List.of()),
                parts,
                answers.get(2).items(),
                sources,
                missing,
                Instant.now());
    }

    /** The kinds that namespaces have; kubectl lists nothing where it is asked for one that is not among them. */
    private List<String> served() throws KubectlException, InterruptedException {
        Kubectl.Result result = kubectl.run("api-resources", "--namespaced=true", "--verbs=list", "--output=name");
        if (result.stdout().isEmpty() && result.failure().isPresent()) {
            throw result.failure().get();
        }
        return result.stdout().lines().toList();
    }

    /** What runs in the namespace, what refers to identities, warnings, what is in the cluster, and the parts. */
    private List<Listing> together(List<String> referring, List<String> ofCluster)
            throws KubectlException, InterruptedException {
        var asked = new ArrayList<Callable<Listing>>();
        asked.add(() -> required(kubectl.list(Live.KINDS, here)));
        asked.add(() -> kubectl.list(referring, here));
        asked.add(() -> kubectl.list(List.of("events"), here, "--field-selector=type=Warning"));
        asked.add(() -> required(kubectl.list(ofCluster, "--all-namespaces")));
        LABELS_OF_PARTS.forEach(labels ->
                asked.add(() -> required(kubectl.list(List.of("pods"), "--all-namespaces", "--selector=" + labels))));
        ExecutorService threads = Executors.newFixedThreadPool(asked.size());
        try {
            var answers = new ArrayList<Listing>();
            for (Future<Listing> one : threads.invokeAll(asked)) {
                answers.add(one.get());
            }
            return answers;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KubectlException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    /** Nothing can be said without it, unless the user may not see it. */
    private static Listing required(Listing listing) throws KubectlException {
        Kind failure = listing.failure().map(KubectlException::kind).orElse(Kind.FORBIDDEN);
        if (failure != Kind.FORBIDDEN && failure != Kind.NOT_FOUND) {
            throw listing.failure().get();
        }
        return listing;
    }

    /** Where another's webhook is broken, kubectl does not say of which kind; so each is asked for by itself. */
    private List<Part> referring(Listing listing, List<String> kinds) throws InterruptedException {
        Kind failure = listing.failure().map(KubectlException::kind).orElse(Kind.FORBIDDEN);
        if (kinds.size() == 1 || failure == Kind.FORBIDDEN || failure == Kind.TIMED_OUT) {
            missing(listing, kinds);
            return listing.items();
        }
        var objects = new ArrayList<Part>();
        for (String kind : kinds) {
            objects.addAll(referring(kubectl.list(List.of(kind), here), List.of(kind)));
        }
        return objects;
    }

    /** Which of the kinds were refused; all, if kubectl does not say. */
    private void missing(Listing listing, List<String> kinds) {
        listing.failure()
                .ifPresent(failure -> kinds.stream()
                        .filter(kind -> isDenied(failure, kind))
                        .forEach(kind -> missing.add(MissingRight.of(kind, failure, kind))));
    }

    private static boolean isDenied(KubectlException failure, String kindOrGroup) {
        return failure.denied().isEmpty()
                || failure.denied().stream()
                        .anyMatch(one -> ("." + one.qualifiedResource()).endsWith("." + kindOrGroup));
    }

    /** Any namespace's identities may concern a pod here; who sees only this one's is told so. */
    private List<Part> ofCluster(Listing everywhere) throws InterruptedException {
        missing(everywhere, List.of(WEBHOOK));
        Optional<KubectlException> denied = everywhere.failure().filter(failure -> isDenied(failure, GROUP));
        if (denied.isEmpty()) {
            return everywhere.items();
        }
        Listing ofNamespace = kubectl.list(IDENTITIES, here);
        String of = ofNamespace.failure().isEmpty() ? " in other namespaces" : "";
        missing.add(MissingRight.of("objects of " + GROUP + of, denied.get(), String.join(",", IDENTITIES)));
        return Stream.concat(
                        everywhere.items().stream()
                                .filter(one -> one.namespace().isEmpty()),
                        ofNamespace.items().stream())
                .toList();
    }

    private Optional<List<Part>> parts(List<Listing> answers, List<Part> objects) throws InterruptedException {
        var parts = new ArrayList<Part>();
        for (Listing answer : answers) {
            if (answer.failure().isPresent()) {
                missing.add(MissingRight.of(
                        "the pods of NMI, MIC and the webhook", answer.failure().get(), "pods"));
                return Optional.empty();
            }
            answer.items().stream().filter(one -> !one.isBeingDeleted()).forEach(parts::add);
        }
        if (parts.stream().noneMatch(WorkloadLinks::isOfWebhook)) {
            parts.addAll(endpoints(objects));
        }
        return Optional.of(parts);
    }

    /** What answers for the webhook where its pods have labels of their own. */
    private List<Part> endpoints(List<Part> objects) throws InterruptedException {
        Optional<Part> service = WorkloadLinks.hooks(objects)
                .map(hook -> hook.at("clientConfig", "service"))
                .filter(one -> !one.text("name").isEmpty())
                .findFirst();
        return service.isEmpty()
                ? List.of()
                : kubectl.list(
                                List.of("endpointslices.discovery.k8s.io"),
                                "--namespace=" + service.get().text("namespace"),
                                "--selector=kubernetes.io/service-name="
                                        + service.get().text("name"))
                        .items();
    }

    /** kubectl lists nothing of a namespace that is not there; one that is has a service account at least. */
    private void requireNamespace() throws KubectlException, InterruptedException {
        Optional<KubectlException> failure =
                kubectl.run("get", "namespace", namespace).failure();
        if (failure.isPresent() && failure.get().kind() == Kind.NOT_FOUND) {
            throw failure.get();
        }
    }

    /** The names of the keys of those that identities refer to; that is all that can be wrong here. */
    private List<Part> secrets(List<Part> objects) throws InterruptedException {
        var asked = new HashSet<Part>();
        var secrets = new ArrayList<Part>();
        for (Part object : objects) {
            Part reference = object.at("spec", "clientPassword");
            if (object.kind().equals("AzureIdentity") && !reference.text("name").isEmpty() && asked.add(reference)) {
                secret(reference, object.text("spec", "type").equals("2")).ifPresent(secrets::add);
            }
        }
        return secrets;
    }

    /** Of what the containers of workload identity take their variables. */
    private VariableSources sources(List<Part> objects) throws InterruptedException {
        var named = new LinkedHashSet<Source>();
        objects.stream()
                .filter(object -> object.namespace().equals(namespace))
                .filter(object -> LiveText.isChanged(object) || isLabelled(object))
                .map(Part::podSpec)
                .map(VariableSources::of)
                .forEach(named::addAll);
        var read = new HashMap<Source, Map<String, Optional<String>>>();
        for (Source source : named) {
            contents(source).ifPresent(contents -> read.put(source, contents));
        }
        return new VariableSources(Map.copyOf(read));
    }

    /** Whether the pods of a workload, or the pod itself, are for the webhook. */
    private static boolean isLabelled(Part object) {
        return Stream.of(object.at("spec", "jobTemplate", "spec", "template"), object.at("spec", "template"), object)
                .anyMatch(pod -> pod.text("metadata", "labels", Keys.USE).equals("true"));
    }

    /** Empty if it may not be read; one that is not there holds nothing, or keeps the container from starting. */
    private Optional<Map<String, Optional<String>>> contents(Source source) throws InterruptedException {
        boolean isSecret = source.kind() == Source.Kind.SECRET;
        Kubectl.Result result =
                kubectl.run("get", source.kind().resource(), source.name(), here, isSecret ? KEYS : "--output=json");
        if (result.failure().isPresent()) {
            KubectlException failure = result.failure().get();
            if (failure.kind() == Kind.NOT_FOUND) {
                return Optional.of(Map.of());
            }
            String what = "the " + source.kind().resource() + " " + namespace + "/" + source.name();
            missing.add(MissingRight.of(what, failure, source.kind().resource() + "s"));
            return Optional.empty();
        }
        return isSecret
                ? Optional.of(VariableSources.keys(result.stdout().lines().toList()))
                : configMap(result.stdout());
    }

    private static Optional<Map<String, Optional<String>>> configMap(String json) {
        try {
            return Optional.of(VariableSources.texts(new Part(Json.object(json))));
        } catch (ParseException e) {
            return Optional.empty();
        }
    }

    private Optional<Part> secret(Part reference, boolean certificate) throws InterruptedException {
        String name = reference.text("name");
        String ofNamespace = reference.text("namespace");
        String place = ofNamespace.isEmpty() ? here : "--namespace=" + ofNamespace;
        Kubectl.Result result = kubectl.run("get", "secret", name, place, KEYS);
        List<String> keys = result.stdout().lines().toList();
        if (result.failure().isPresent()) {
            KubectlException failure = result.failure().get();
            if (failure.kind() == Kind.NOT_FOUND) {
                return Optional.empty();
            }
            missing.add(MissingRight.of("the secret " + ofNamespace + "/" + name, failure, "secrets"));
            // Nothing is known of it, so nothing is wrong with it.
            keys = certificate ? List.of("certificate", "password") : List.of("password");
        }
        Map<String, Object> metadata = Map.of("namespace", ofNamespace, "name", name);
        var data = new LinkedHashMap<String, String>();
        keys.forEach(key -> data.put(key, "not-read"));
        return Optional.of(
                new Part(Map.of("apiVersion", "v1", "kind", "Secret", "metadata", metadata, "stringData", data)));
    }
}
