// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cases;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.AzurePodIdentityException;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Pod.Owner;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.match.IdentityMatcher;
import io.podidentity.emulator.match.IdentityResourceId;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.mic.ArmRetry;
import io.podidentity.emulator.mic.VirtualMachines;
import io.podidentity.emulator.mic.VirtualMachines.Refusal;
import io.podidentity.emulator.replay.Replay;
import io.podidentity.emulator.time.SkippingClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What manifests say, and the small decisions on it. */
public class ModelCasesTest extends CaseRunner {

    private static final String QUERY = "resource=https://storage.azure.com/";

    @Override
    public Map<String, Reading> readings() {
        return Map.ofEntries(
                Map.entry("bindings.sort", Reading.of("{bindings: ['text']}", "{order: ['text']}", this::sort)),
                Map.entry(
                        "cloud.extractIdentitiesFromError",
                        Reading.of("{error: 'text'}", "{ids: ['text']}", this::extractIdentities)),
                Map.entry("crd.fieldCase", Reading.of("""
                    {version: 'text', manifest: {apiVersion: 'text', kind: 'text', metadata: {'*': 'json'},
                    spec: {'*': 'json'}}}
                    """, """
                    {decoded: {'*': 'json'}, micLogContains: 'text', apiError: 'text',
                    result: 'ok|identity ignored|no assignment|secret lookup fails|exception never matches'}
                    """, this::fieldCase)),
                Map.entry(
                        "exception.e2e",
                        Reading.of("""
                            {podLabels: {'*': 'text'}, podNamespace: 'text', exceptionPodLabels: {'*': 'text'},
                            exceptionNamespace: 'text', nodeIdentities: ['text']}
                            """, "{token: 'truth'," + " excepted:" + " 'truth'}", this::exception)
                                .withNotes("nodeIdentities")),
                Map.entry("exception.match", Reading.of("""
                    {podLabels: {'*': 'text'}, podNamespace: 'text', exceptions: [{'*': 'text'}],
                    exceptionNamespace: 'text'}
                    """, "{excepted: 'truth'}", this::exception)),
                Map.entry(
                        "k8s.replicaSetName",
                        Reading.of("{owners: ['text']}", "{name: 'text?'}", this::replicaSetName)),
                Map.entry(
                        "mic.reconcileDiff",
                        Reading.of(
                                "{current: {'*': ['text']}, desired: {'*': ['text']}}",
                                "{assign: {'*': ['text']}}",
                                this::reconcile)),
                Map.entry("nmi.isMIC", Reading.of("""
                    {podNamespace: 'text', replicaSet: 'text', flags: {MICNamespace: 'text'}, owners: ['text']}
                    """, "{excepted:" + " 'truth'}", this::isMic)),
                Map.entry("retry.do", Reading.of("""
                    {maxRetry: 'number', registered: ['text'], result: 'text', shouldRetry: 'truth'}
                    """, "{runs:" + " 'number'," + " error:" + " 'truth'}", this::retry)),
                Map.entry(
                        "utils.validateResourceID",
                        Reading.of("{resourceID: 'text'}", "{error: 'truth'}", this::validateResourceId)));
    }

    private void sort(Case test) {
        List<KubernetesObject> bindings = test.list("bindings").stream()
                .map(name -> (KubernetesObject) new AzureIdentityBinding(metadata((String) name), "i", "s"))
                .toList();

        assertThat((Object) Cluster.of(bindings).bindings().stream()
                        .map(one -> one.name().toString())
                        .toList())
                .isEqualTo(test.expected().get("order"));
    }

    private void extractIdentities(Case test) {
        assertThat(new Refusal(test.text("error")).identities())
                .isEqualTo(Case.list(test.expected().get("ids")));
    }

    /** The manifest, and around it what it needs to come to MIC's attention. */
    private void fieldCase(Case test) {
        Profile profile = standingFor(test.text("version"));
        var object = new LinkedHashMap<>(test.object("manifest"));
        object.put("apiVersion", "aadpodidentity.k8s.io/v1");
        object.put("metadata", Map.of("name", "a"));
        Manifests manifests = new ManifestReader(profile).readText("case.json", Json.write(object));

        Case.object(test.expected().get("decoded"))
                .forEach((field, value) -> assertThat(decoded(manifests.cluster(), field))
                        .as(field)
                        .isEqualTo(value));
        if (test.expected().containsKey("apiError")) {
            assertThat(manifests.problems().stream()
                            .map(problem -> "strict decoding error: unknown field \"" + problem.path() + "\""))
                    .contains((String) test.expected().get("apiError"));
        }
        if (test.expected().containsKey("micLogContains")) {
            assertThat(micLog(manifests, profile))
                    .anySatisfy(line ->
                            assertThat(line).contains((String) test.expected().get("micLogContains")));
        }
        if (test.expected().containsKey("result")) {
            assertThat(result(manifests, profile)).isEqualTo(test.expected().get("result"));
        }
    }

    /** How far it comes: to MIC's notice, to an assignment, to the secret, to a token. */
    private static String result(Manifests manifests, Profile profile) {
        if (manifests.cluster().all(AzurePodIdentityException.class).stream()
                .anyMatch(exception -> exception.podLabels().isEmpty())) {
            return "exception never matches";
        }
        Replay replay = withCompanions(manifests, profile);
        if (replay.mic().log().stream().anyMatch(line -> line.contains("ignoring azure identity"))) {
            return "identity ignored";
        }
        if (replay.mic().log().stream().anyMatch(line -> line.contains("identity not found when using"))) {
            return "no assignment";
        }
        return replay.nmi().status() == 200 ? "ok" : "secret lookup fails";
    }

    private static Object decoded(Cluster cluster, String field) {
        return Stream.concat(
                        cluster.identities().stream().map(ModelCasesTest::fields),
                        cluster.bindings().stream()
                                .map(binding -> Map.<String, Object>of(
                                        "azureIdentity", binding.azureIdentity(), "selector", binding.selector())))
                .flatMap(fields -> Stream.ofNullable(fields.get(field)))
                .findFirst()
                .orElse(null);
    }

    private static Map<String, Object> fields(AzureIdentity identity) {
        return Map.of(
                "type", (long) identity.type(),
                "resourceID", identity.resourceId(),
                "clientID", identity.clientId(),
                "tenantID", identity.tenantId(),
                "clientPassword",
                        Map.of(
                                "name", identity.clientPassword().name(),
                                "namespace", identity.clientPassword().namespace()));
    }

    private static List<String> micLog(Manifests manifests, Profile profile) {
        return withCompanions(manifests, profile).mic().log();
    }

    private static Replay withCompanions(Manifests manifests, Profile profile) {
        var all = new ArrayList<KubernetesObject>(manifests.cluster().all());
        var pod = Pod.of("default", "p", Map.of(Pod.BINDING_LABEL, "s"));
        all.add(pod);
        if (manifests.cluster().bindings().isEmpty()) {
            all.add(new AzureIdentityBinding(Metadata.of("default", "b"), "a", "s"));
        }
        Cluster complete = Cluster.of(all);
        return new Replay.Stage(complete, MatchRules.of(profile)).play(pod, Instant.EPOCH, QUERY);
    }

    private void exception(Case test) {
        String podNamespace = test.text("podNamespace").isEmpty() ? "default" : test.text("podNamespace");
        String namespace = test.text("exceptionNamespace").isEmpty() ? podNamespace : test.text("exceptionNamespace");
        var objects = new ArrayList<KubernetesObject>();
        List<Object> exceptions = test.given().containsKey("exceptions")
                ? test.list("exceptions")
                : List.of(test.object("exceptionPodLabels"));
        for (Object labels : exceptions) {
            objects.add(new AzurePodIdentityException(
                    Metadata.of(namespace, "exception-" + objects.size()), strings(Case.object(labels))));
        }
        var pod = Pod.of(podNamespace, "p", strings(test.object("podLabels")));
        var rules = MatchRules.of(Profile.V1_8_17);
        Cluster cluster = Cluster.of(objects);

        boolean excepted = new IdentityMatcher(cluster, rules).bypass(pod).isPresent();

        if (test.expected().containsKey("excepted")) {
            assertThat(excepted).isEqualTo(test.expected().get("excepted"));
        }
        if (test.expected().containsKey("token")) {
            assertThat(new Replay.Stage(cluster, rules)
                                    .play(pod, Instant.EPOCH, QUERY)
                                    .nmi()
                                    .status()
                            == 200)
                    .isEqualTo(test.expected().get("token"));
        }
    }

    private void replicaSetName(Case test) {
        List<Owner> owners = owners(test);
        var pod = Pod.of("default", "p", Map.of());

        assertThat(new Pod(pod.metadata(), pod.spec(), owners, pod.phase()).replicaSet())
                .isEqualTo(
                        test.expected().get("name") == null
                                ? ""
                                : test.expected().get("name"));
    }

    private static List<Owner> owners(Case test) {
        return test.list("owners").stream()
                .map(owner -> ((String) owner).split("/", 2))
                .map(owner -> new Owner(owner[0], owner[1]))
                .toList();
    }

    private void reconcile(Case test) {
        var present = new VirtualMachines(new SkippingClock(Instant.EPOCH));
        machines(test.object("current")).forEach(present::preset);

        assertThat(present.missing(machines(test.object("desired"))))
                .isEqualTo(machines(Case.object(test.expected().get("assign"))));
    }

    private static Map<String, List<String>> machines(Map<String, Object> given) {
        return given.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        machine -> Case.list(machine.getValue()).stream()
                                .map(String.class::cast)
                                .toList()));
    }

    private void isMic(Case test) {
        List<Owner> owners = test.given().containsKey("owners")
                ? owners(test)
                : test.text("replicaSet").isEmpty()
                        ? List.of()
                        : List.of(new Owner("ReplicaSet", test.text("replicaSet")));
        String micNamespace = (String) test.object("flags").getOrDefault("MICNamespace", "default");
        var rules = new MatchRules(Profile.V1_8_17, false, micNamespace);
        var plain = Pod.of(test.text("podNamespace"), "p", Map.of());
        var pod = new Pod(plain.metadata(), plain.spec(), owners, "Running");

        assertThat(new IdentityMatcher(Cluster.EMPTY, rules).bypass(pod).isPresent())
                .isEqualTo(test.expected().get("excepted"));
    }

    private void retry(Case test) throws InterruptedException {
        List<String> registered =
                test.list("registered").stream().map(String.class::cast).toList();
        int retries = ((Long) test.given().get("maxRetry")).intValue();
        var retry = new ArmRetry(retries, Duration.ofSeconds(1), registered, new SkippingClock(Instant.EPOCH));
        var runs = new AtomicInteger();
        boolean shouldRetry = Boolean.TRUE.equals(test.given().get("shouldRetry"));
        String result = test.text("result");
        boolean failed = retry.run(
                        () -> {
                            runs.incrementAndGet();
                            return List.of("", "ok").contains(result)
                                    ? Optional.empty()
                                    : Optional.of(new Refusal(result));
                        },
                        error -> shouldRetry)
                .isPresent();

        assertThat((long) runs.get()).isEqualTo(test.expected().get("runs"));
        assertThat(failed).isEqualTo(test.expected().get("error"));
    }

    private void validateResourceId(Case test) {
        assertThat(!IdentityResourceId.isWellFormed(test.text("resourceID")))
                .isEqualTo(test.expected().get("error"));
    }

    /** Fields are decoded in three ways: until 1.6.0, until 1.8.0, and since. */
    private static Profile standingFor(String version) {
        if (version.startsWith("1.6") || version.startsWith("1.7")) {
            return Profile.V1_6_3;
        }
        return version.startsWith("1.8") ? Profile.V1_8_17 : Profile.V1_5_4;
    }

    private static Metadata metadata(String name) {
        String[] parts = name.split("/", 2);
        return Metadata.of(parts[0], parts[1]);
    }

    private static Map<String, String> strings(Map<String, Object> values) {
        return values.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> (String) entry.getValue()));
    }
}
