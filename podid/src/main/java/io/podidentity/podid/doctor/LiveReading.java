package io.podidentity.podid.doctor;

import io.podidentity.podid.check.reference.ReferringKind;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.KubectlFailure;
import io.podidentity.podid.kubectl.KubectlFailure.Kind;
import io.podidentity.podid.kubectl.Part;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Reads a cluster by kubectl: several kinds in one run where the user may see them all, else each by itself. Of a
 * secret only the names of its keys are asked for.
 */
final class LiveReading {

    /** What a namespace runs; who may not see one of them may miss a workload. */
    static final List<String> KINDS = List.of(
            "pods",
            "serviceaccounts",
            "networkpolicies.networking.k8s.io",
            "deployments.apps",
            "statefulsets.apps",
            "daemonsets.apps",
            "replicasets.apps",
            "jobs.batch",
            "cronjobs.batch");

    private static final List<String> IDENTITIES = List.of(
            "azureidentities.aadpodidentity.k8s.io",
            "azureidentitybindings.aadpodidentity.k8s.io",
            "azureassignedidentities.aadpodidentity.k8s.io",
            "azurepodidentityexceptions.aadpodidentity.k8s.io");

    private static final String WEBHOOK = "mutatingwebhookconfigurations.admissionregistration.k8s.io";
    private static final String MADE_BY_MANIFESTS = "component in (mic,nmi)";
    private static final String MADE_BY_HELM = "app.kubernetes.io/component in (mic,nmi)";
    private static final String OF_WEBHOOK = "azure-workload-identity.io/system=true";

    private final Kubectl kubectl;
    private final String namespace;
    private final List<MissingRight> missing = new ArrayList<>();

    /** @param kubectl whose namespace is that one */
    LiveReading(Kubectl kubectl, String namespace) {
        this.kubectl = kubectl;
        this.namespace = namespace;
    }

    /** @throws KubectlException if the cluster cannot be asked at all */
    Live read() throws KubectlException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(4, LiveReading::thread);
        try {
            Future<Answer> own = threads.submit(asked(KINDS, "--namespace=" + namespace));
            Future<Answer> identities = threads.submit(asked(IDENTITIES, "--all-namespaces"));
            List<Future<Answer>> parts = Stream.of(MADE_BY_MANIFESTS, MADE_BY_HELM, OF_WEBHOOK)
                    .map(labels -> threads.submit(asked(List.of("pods"), "--all-namespaces", "--selector=" + labels)))
                    .toList();
            Future<Answer> warnings = threads.submit(
                    asked(List.of("events"), "--namespace=" + namespace, "--field-selector=type=Warning"));
            Future<Answer> mutating = threads.submit(asked(List.of(WEBHOOK)));
            Future<List<String>> referring = threads.submit(this::referring);
            var objects = new ArrayList<Part>();
            objects.addAll(objects(answer(own), KINDS, "--namespace=" + namespace));
            if (objects.isEmpty() && missing.isEmpty()) {
                requireNamespace();
            }
            objects.addAll(identities(answer(identities)));
            objects.addAll(objects(result(referring), "--namespace=" + namespace));
            objects.addAll(objects(answer(mutating), List.of(WEBHOOK)));
            objects.addAll(secrets(objects));
            List<Part> events = objects(answer(warnings), List.of("events"));
            return new Live(
                    namespace,
                    stay(objects, true),
                    stay(objects, false),
                    parts(parts, objects),
                    events,
                    missing,
                    Instant.now());
        } finally {
            threads.shutdownNow();
        }
    }

    private static Thread thread(Runnable task) {
        var thread = new Thread(task, "podid-kubectl");
        thread.setDaemon(true);
        return thread;
    }

    private record Answer(List<Part> items, Optional<KubectlFailure> failure) {}

    private Callable<Answer> asked(List<String> kinds, String... options) {
        return () -> ask(kinds, options);
    }

    private Answer ask(List<String> kinds, String... options) throws InterruptedException {
        try {
            String[] arguments = Stream.concat(Stream.of("get", String.join(",", kinds)), Stream.of(options))
                    .toArray(String[]::new);
            return new Answer(kubectl.json(arguments).at("items").items(), Optional.empty());
        } catch (KubectlException e) {
            return new Answer(List.of(), Optional.of(e.failure()));
        }
    }

    private static Answer answer(Future<Answer> future) throws KubectlException, InterruptedException {
        Answer answer = result(future);
        Optional<KubectlFailure> failure = answer.failure();
        if (failure.isPresent()
                && failure.get().kind() != Kind.FORBIDDEN
                && failure.get().kind() != Kind.NOT_FOUND) {
            throw new KubectlException(failure.get());
        }
        return answer;
    }

    private static <T> T result(Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Which of the kinds that refer to an identity the cluster has. */
    private List<String> referring() throws InterruptedException {
        Set<String> wanted = ReferringKind.resources();
        return kubectl.run("api-resources", "--namespaced=true", "--verbs=list", "--output=name")
                .stdout()
                .lines()
                .filter(wanted::contains)
                .toList();
    }

    private List<Part> objects(List<String> kinds, String option) throws InterruptedException {
        return kinds.isEmpty() ? List.of() : objects(ask(kinds, option), kinds, option);
    }

    /** All at once; where one is refused, each by itself. */
    private List<Part> objects(Answer together, List<String> kinds, String... options) throws InterruptedException {
        if (together.failure().isEmpty()) {
            return together.items();
        }
        var objects = new ArrayList<Part>();
        for (String kind : kinds) {
            Answer alone = kinds.size() == 1 ? together : ask(List.of(kind), options);
            objects.addAll(alone.items());
            alone.failure()
                    .filter(failure -> failure.kind() == Kind.FORBIDDEN)
                    .ifPresent(failure -> missing.add(MissingRight.of(kind, failure)));
        }
        return objects;
    }

    /** Any namespace's may concern a pod here; who sees only this one's is told so. */
    private List<Part> identities(Answer everywhere) throws InterruptedException {
        Optional<KubectlFailure> failure = everywhere.failure();
        if (failure.isEmpty() || failure.get().kind() == Kind.NOT_FOUND) {
            return everywhere.items();
        }
        Answer here = ask(IDENTITIES, "--namespace=" + namespace);
        String of = here.failure().isEmpty() ? " in other namespaces" : "";
        missing.add(MissingRight.of("objects of aadpodidentity.k8s.io" + of, failure.get(), IDENTITIES));
        return here.items();
    }

    private static List<Part> stay(List<Part> objects, boolean wanted) {
        return objects.stream().filter(one -> one.isBeingDeleted() != wanted).toList();
    }

    private Optional<List<Part>> parts(List<Future<Answer>> asked, List<Part> objects)
            throws KubectlException, InterruptedException {
        var parts = new ArrayList<Part>();
        for (Future<Answer> one : asked) {
            Answer answer = answer(one);
            if (answer.failure().isPresent()) {
                missing.add(MissingRight.of(
                        "the pods of NMI, MIC and the webhook", answer.failure().get()));
                return Optional.empty();
            }
            parts.addAll(stay(answer.items(), true));
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
                : ask(
                                List.of("endpointslices.discovery.k8s.io"),
                                "--namespace=" + service.get().text("namespace"),
                                "--selector=kubernetes.io/service-name="
                                        + service.get().text("name"))
                        .items();
    }

    /** kubectl lists nothing of a namespace that is not there; one that is has a service account at least. */
    private void requireNamespace() throws KubectlException, InterruptedException {
        Optional<KubectlFailure> failure =
                kubectl.run("get", "namespace", namespace).failure();
        if (failure.isPresent() && failure.get().kind() == Kind.NOT_FOUND) {
            throw new KubectlException(failure.get());
        }
    }

    /** The names of the keys of those that identities refer to; that is all that can be wrong here. */
    private List<Part> secrets(List<Part> objects) throws InterruptedException {
        var secrets = new ArrayList<Part>();
        Set<List<String>> asked = new HashSet<>();
        for (Part object : objects) {
            Part reference = object.at("spec", "clientPassword");
            String name = reference.text("name");
            if (object.kind().equals("AzureIdentity")
                    && !name.isEmpty()
                    && asked.add(List.of(reference.text("namespace"), name))) {
                boolean certificate = object.text("spec", "type").equals("2");
                secret(reference.text("namespace"), name, certificate).ifPresent(secrets::add);
            }
        }
        return secrets;
    }

    private Optional<Part> secret(String ofNamespace, String name, boolean certificate) throws InterruptedException {
        var result = kubectl.run(
                "get",
                "secret",
                name,
                "--namespace=" + (ofNamespace.isEmpty() ? namespace : ofNamespace),
                "--output=go-template={{range $key, $value := .data}}{{$key}}{{\"\\n\"}}{{end}}");
        List<String> keys = result.stdout().lines().toList();
        Optional<KubectlFailure> failure = result.failure();
        if (failure.isPresent()) {
            if (failure.get().kind() == Kind.NOT_FOUND) {
                return Optional.empty();
            }
            missing.add(MissingRight.of("the secret " + ofNamespace + "/" + name, failure.get()));
            // Nothing is known of it, so nothing is wrong with it.
            keys = certificate ? List.of("certificate", "password") : List.of("password");
        }
        Map<String, Object> data = new LinkedHashMap<>();
        keys.forEach(key -> data.put(key, "not-read"));
        return Optional.of(new Part(Map.of(
                "apiVersion",
                "v1",
                "kind",
                "Secret",
                "metadata",
                Map.of("namespace", ofNamespace, "name", name),
                "stringData",
                data)));
    }
}
