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
import io.podidentity.podid.kubectl.KubernetesJson;
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

    /**
     * The labels that the manifests, the Helm chart, podid's emulated NMI and the webhook's manifests give to the
     * parts.
     */
    private static final List<String> LABELS_OF_PARTS = List.of(
            "component in (mic,nmi)",
            "app.kubernetes.io/component in (mic,nmi)",
            PodIdentityLinks.LABEL_OF_EMULATED + "=nmi",
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

    /**
     * What kubectl answered to the questions that are asked at the same time.
     *
     * @param running what runs in the namespace
     * @param referring objects of the namespace that refer to identities
     * @param events the namespace's warnings
     * @param ofCluster identities of all namespaces, and the webhooks
     * @param parts pods of NMI, MIC and the webhook, an answer for each label
     */
    private record Answers(
            Listing running, Listing referring, Listing events, Listing ofCluster, List<Listing> parts) {}

    /** @throws KubectlException if the cluster cannot be asked at all */
    Live readCluster() throws KubectlException, InterruptedException {
        List<String> served = listServedResources();
        List<String> referring =
                served.stream().filter(ReferringKinds.resources()::contains).toList();
        Answers answers = askTogether(referring, listResourcesOfCluster(served));
        var objects = new ArrayList<KubernetesJson>(answers.running().items());
        addMissing(answers.running(), Live.KINDS);
        // kubectl answers the same for an empty namespace and for one that does not exist.
        if (objects.isEmpty() && missing.isEmpty()) {
            requireNamespace();
        }
        objects.addAll(readReferring(answers.referring(), referring));
        addMissing(answers.events(), List.of("events"));
        objects.addAll(readOfCluster(answers.ofCluster()));
        objects.addAll(readSecrets(objects));
        Optional<List<KubernetesJson>> parts = readParts(answers.parts(), objects);
        Map<Boolean, List<KubernetesJson>> byLeaving =
                objects.stream().collect(Collectors.partitioningBy(KubernetesJson::isBeingDeleted));
        List<KubernetesJson> staying = byLeaving.getOrDefault(false, List.of());
        List<KubernetesJson> leaving = byLeaving.getOrDefault(true, List.of());
        VariableSources sources = readVariableSources(staying);
        return new Live(namespace, staying, leaving, parts, answers.events().items(), sources, missing, Instant.now());
    }

    /** The kinds that namespaces have; kubectl lists nothing where it is asked for one that is not among them. */
    private List<String> listServedResources() throws KubectlException, InterruptedException {
        Kubectl.Result result = kubectl.run("api-resources", "--namespaced=true", "--verbs=list", "--output=name");
        if (result.stdout().isEmpty() && result.failure().isPresent()) {
            throw result.failure().get();
        }
        return result.stdout().lines().toList();
    }

    private static List<String> listResourcesOfCluster(List<String> served) {
        return Stream.concat(IDENTITIES.stream().filter(served::contains), Stream.of(WEBHOOK))
                .toList();
    }

    /** No question depends on the answer to another, so kubectl runs for all of them at the same time. */
    private Answers askTogether(List<String> referring, List<String> ofCluster)
            throws KubectlException, InterruptedException {
        var questions = new ArrayList<Callable<Listing>>();
        questions.add(() -> requireAnswer(kubectl.list(Live.KINDS, here)));
        questions.add(() -> kubectl.list(referring, here));
        questions.add(() -> kubectl.list(List.of("events"), here, "--field-selector=type=Warning"));
        questions.add(() -> requireAnswer(kubectl.list(ofCluster, "--all-namespaces")));
        for (String labels : LABELS_OF_PARTS) {
            questions.add(
                    () -> requireAnswer(kubectl.list(List.of("pods"), "--all-namespaces", "--selector=" + labels)));
        }
        List<Listing> answers = answerAll(questions);
        return new Answers(
                answers.get(0), answers.get(1), answers.get(2), answers.get(3), answers.subList(4, answers.size()));
    }

    /** The answers in the order of the questions. */
    private static List<Listing> answerAll(List<Callable<Listing>> questions)
            throws KubectlException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(questions.size());
        try {
            var answers = new ArrayList<Listing>();
            for (Future<Listing> answer : threads.invokeAll(questions)) {
                answers.add(answer.get());
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

    /**
     * Ends the reading where kubectl fails, unless the user may not see the objects: without them nothing can be said.
     */
    private static Listing requireAnswer(Listing listing) throws KubectlException {
        if (listing.failure().isPresent()) {
            KubectlException failure = listing.failure().get();
            if (failure.kind() != Kind.FORBIDDEN && failure.kind() != Kind.NOT_FOUND) {
                throw failure;
            }
        }
        return listing;
    }

    /** Where another's webhook is broken, kubectl does not say of which kind; so each is asked for by itself. */
    private List<KubernetesJson> readReferring(Listing listing, List<String> kinds) throws InterruptedException {
        Optional<Kind> failure = listing.failure().map(KubectlException::kind);
        boolean isTold = failure.isEmpty() || failure.get() == Kind.FORBIDDEN || failure.get() == Kind.TIMED_OUT;
        if (kinds.size() == 1 || isTold) {
            addMissing(listing, kinds);
            return listing.items();
        }
        var objects = new ArrayList<KubernetesJson>();
        for (String kind : kinds) {
            objects.addAll(readReferring(kubectl.list(List.of(kind), here), List.of(kind)));
        }
        return objects;
    }

    /** Notes which of the kinds were refused; all, if kubectl does not say. */
    private void addMissing(Listing listing, List<String> kinds) {
        if (listing.failure().isEmpty()) {
            return;
        }
        KubectlException failure = listing.failure().get();
        for (String kind : kinds) {
            if (isDenied(failure, kind)) {
                missing.add(MissingRight.of(kind, failure, kind));
            }
        }
    }

    private static boolean isDenied(KubectlException failure, String kindOrGroup) {
        return failure.denied().isEmpty()
                || failure.denied().stream()
                        .anyMatch(refusal -> ("." + refusal.qualifiedResource()).endsWith("." + kindOrGroup));
    }

    /** Any namespace's identities may concern a pod here; who sees only this one's is told so. */
    private List<KubernetesJson> readOfCluster(Listing everywhere) throws InterruptedException {
        addMissing(everywhere, List.of(WEBHOOK));
        Optional<KubectlException> denied = everywhere.failure().filter(failure -> isDenied(failure, GROUP));
        if (denied.isEmpty()) {
            return everywhere.items();
        }
        Listing ofNamespace = kubectl.list(IDENTITIES, here);
        String unseen = "objects of " + GROUP;
        if (ofNamespace.failure().isEmpty()) {
            unseen += " in other namespaces";
        }
        missing.add(MissingRight.of(unseen, denied.get(), String.join(",", IDENTITIES)));
        Stream<KubernetesJson> withoutNamespace =
                everywhere.items().stream().filter(object -> object.namespace().isEmpty());
        return Stream.concat(withoutNamespace, ofNamespace.items().stream()).toList();
    }

    private Optional<List<KubernetesJson>> readParts(List<Listing> answers, List<KubernetesJson> objects)
            throws InterruptedException {
        var parts = new ArrayList<KubernetesJson>();
        for (Listing answer : answers) {
            if (answer.failure().isPresent()) {
                missing.add(MissingRight.of(
                        "the pods of NMI, MIC and the webhook", answer.failure().get(), "pods"));
                return Optional.empty();
            }
            answer.items().stream().filter(pod -> !pod.isBeingDeleted()).forEach(parts::add);
        }
        if (parts.stream().noneMatch(InstalledWebhook::isOfWebhook)) {
            parts.addAll(readEndpoints(objects));
        }
        return Optional.of(parts);
    }

    /** What answers for the webhook where its pods have labels of their own. */
    private List<KubernetesJson> readEndpoints(List<KubernetesJson> objects) throws InterruptedException {
        Optional<KubernetesJson> service = InstalledWebhook.findHooks(objects)
                .map(hook -> hook.at("clientConfig", "service"))
                .filter(candidate -> !candidate.text("name").isEmpty())
                .findFirst();
        if (service.isEmpty()) {
            return List.of();
        }
        return kubectl.list(
                        List.of("endpointslices.discovery.k8s.io"),
                        "--namespace=" + service.get().text("namespace"),
                        "--selector=kubernetes.io/service-name=" + service.get().text("name"))
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

    /** The secrets that identities refer to, with the names of their keys; that is all that can be wrong here. */
    private List<KubernetesJson> readSecrets(List<KubernetesJson> objects) throws InterruptedException {
        var asked = new HashSet<KubernetesJson>();
        var secrets = new ArrayList<KubernetesJson>();
        for (KubernetesJson object : objects) {
            KubernetesJson reference = object.at("spec", "clientPassword");
            boolean isReference = object.kind().equals("AzureIdentity")
                    && !reference.text("name").isEmpty();
            if (isReference && asked.add(reference)) {
                boolean isCertificate = object.text("spec", "type").equals("2");
                readSecret(reference, isCertificate).ifPresent(secrets::add);
            }
        }
        return secrets;
    }

    /** The sources from which the containers of workload identity take their variables. */
    private VariableSources readVariableSources(List<KubernetesJson> objects) throws InterruptedException {
        var named = new LinkedHashSet<Source>();
        for (KubernetesJson object : objects) {
            boolean isForWebhook = LiveText.hasVolumeOfWebhook(object) || isLabelled(object);
            if (object.namespace().equals(namespace) && isForWebhook) {
                named.addAll(VariableSources.findNamed(object.podSpec()));
            }
        }
        var read = new HashMap<Source, Map<String, Optional<String>>>();
        for (Source source : named) {
            readContents(source).ifPresent(contents -> read.put(source, contents));
        }
        return new VariableSources(Map.copyOf(read));
    }

    /** Whether the pods of a workload, or the pod itself, are for the webhook. */
    private static boolean isLabelled(KubernetesJson object) {
        return Stream.of(object.at("spec", "jobTemplate", "spec", "template"), object.at("spec", "template"), object)
                .anyMatch(pod -> pod.text("metadata", "labels", Keys.USE).equals("true"));
    }

    /**
     * The variables of a source; empty if it may not be read. A source that is not there holds nothing, or keeps the
     * container from starting.
     */
    private Optional<Map<String, Optional<String>>> readContents(Source source) throws InterruptedException {
        boolean isSecret = source.kind() == Source.Kind.SECRET;
        String resource = source.kind().resource();
        Kubectl.Result result = kubectl.run("get", resource, source.name(), here, isSecret ? KEYS : "--output=json");
        if (result.failure().isPresent()) {
            KubectlException failure = result.failure().get();
            if (failure.kind() == Kind.NOT_FOUND) {
                return Optional.of(Map.of());
            }
            String what = "the " + resource + " " + namespace + "/" + source.name();
            missing.add(MissingRight.of(what, failure, resource + "s"));
            return Optional.empty();
        }
        if (isSecret) {
            return Optional.of(
                    VariableSources.keysOfSecret(result.stdout().lines().toList()));
        }
        return parseConfigMap(result.stdout());
    }

    private static Optional<Map<String, Optional<String>>> parseConfigMap(String json) {
        try {
            return Optional.of(VariableSources.textsOfConfigMap(new KubernetesJson(Json.object(json))));
        } catch (ParseException e) {
            return Optional.empty();
        }
    }

    /** The secret that an identity refers to; empty if there is none. */
    private Optional<KubernetesJson> readSecret(KubernetesJson reference, boolean isCertificate)
            throws InterruptedException {
        String name = reference.text("name");
        String ofNamespace = reference.text("namespace");
        String place = ofNamespace.isEmpty() ? here : "--namespace=" + ofNamespace;
        Kubectl.Result result = kubectl.run("get", "secret", name, place, KEYS);
        if (result.failure().isEmpty()) {
            return Optional.of(
                    createSecret(ofNamespace, name, result.stdout().lines().toList()));
        }
        KubectlException failure = result.failure().get();
        if (failure.kind() == Kind.NOT_FOUND) {
            return Optional.empty();
        }
        missing.add(MissingRight.of("the secret " + ofNamespace + "/" + name, failure, "secrets"));
        // Nothing is known of the secret, so nothing is to be reported of it: it passes for one with the right keys.
        List<String> keys = isCertificate ? List.of("certificate", "password") : List.of("password");
        return Optional.of(createSecret(ofNamespace, name, keys));
    }

    /** A secret with these keys, whose values were not read. */
    private static KubernetesJson createSecret(String ofNamespace, String name, List<String> keys) {
        Map<String, Object> metadata = Map.of("namespace", ofNamespace, "name", name);
        var data = new LinkedHashMap<String, String>();
        keys.forEach(key -> data.put(key, "not-read"));
        return new KubernetesJson(
                Map.of("apiVersion", "v1", "kind", "Secret", "metadata", metadata, "stringData", data));
    }
}
