// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.podidentity.emulator.cases.Case;
import io.podidentity.emulator.cases.CaseRunner;
import io.podidentity.emulator.cases.Reading;
import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.Container.EnvironmentVariable;
import io.podidentity.emulator.cluster.Container.VolumeMount;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.PodSpec;
import io.podidentity.emulator.cluster.Volume;
import io.podidentity.emulator.cluster.Volume.TokenProjection;
import io.podidentity.emulator.workload.Admission.Admitted;
import io.podidentity.emulator.workload.Admission.Denied;
import io.podidentity.emulator.workload.Admission.NotSelected;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the real webhook's own tests expect of it. */
public class WebhookCasesTest extends CaseRunner {

    private static final String ANNOTATED = "{annotations: {'*': 'text'}, default: 'text'}";

    private static final String HOST = "https://login.microsoftonline.com/";

    @Override
    public Map<String, Reading> readings() {
        return Map.ofEntries(
                Map.entry(
                        "wi.webhook.tokenExpiration",
                        Reading.of(
                                "{podAnnotation: 'text', serviceAccountAnnotation: 'text'}",
                                "{seconds: 'number', error: 'truth'}",
                                this::tokenExpiration)),
                Map.entry("wi.webhook.clientID", Reading.of(ANNOTATED, "{clientID: 'text?'}", this::clientId)),
                Map.entry("wi.webhook.tenantID", Reading.of(ANNOTATED, "{tenantID: 'text?'}", this::tenantId)),
                Map.entry(
                        "wi.webhook.skipContainers",
                        Reading.of("{annotation: 'text'}", "{skip: ['text']}", this::skipContainers)),
                Map.entry("wi.webhook.env", Reading.of("""
                    {env: [['text?']], clientID: 'text', tenantID: 'text', authorityHost: 'text'}
                    """, "{env:" + " [['text?']]}", this::env)),
                Map.entry(
                        "wi.webhook.volume",
                        Reading.of(
                                "{volumes: [{sameName: 'truth', audience: 'text'}]}",
                                "{audience: 'text', count: 'number'}",
                                this::volume)),
                Map.entry(
                        "wi.webhook.mount",
                        Reading.of(
                                "{mounts: ['text', {mountPath: 'text', name: 'text'}]}",
                                "{mounts: ['text', {mountPath: 'text', readOnly: 'truth'}]}",
                                this::mount)),
                Map.entry(
                        "wi.webhook.containers",
                        Reading.of(
                                "{containers: ['text'], skip: ['text']}",
                                "{mutated: ['text'], untouched: ['text']}",
                                this::containers)),
                Map.entry("wi.webhook.handle", Reading.of("""
                    {serviceAccount: 'text', exists: 'truth', hostNetwork: 'truth', namespace: 'text',
                    labels: {'*': 'text'}, annotations: {'*': 'text'}, serviceAccountAnnotations: {'*': 'text'}}
                    """, """
                    {allowed: 'truth', messageContains: 'text', serviceAccountUsed: 'text', mutated: 'truth'}
                    """, this::handle)),
                Map.entry(
                        "wi.webhook.proxy",
                        Reading.of("{annotations: {'*': 'text'}, hostNetwork: 'truth'}", """
                            {inject: 'truth', allowed: 'truth', messageContains: 'text', error: 'truth'}
                            """, this::proxy)),
                Map.entry(
                        "wi.webhook.proxyPort",
                        Reading.of(ANNOTATED, "{port: 'number', error: 'truth'}", this::proxyPort)
                                .withNotes("default")),
                Map.entry(
                        "wi.webhook.proxyInit",
                        Reading.of("{initContainers: ['text']}", "{initContainers: ['text']}", this::proxyInit)),
                Map.entry(
                        "wi.webhook.proxySidecar",
                        Reading.of("{containers: ['text'], serverVersion: 'text'}", """
                            {containers: ['text'], placedIn: 'containers|initContainers', restartPolicy: 'text'}
                            """, this::proxySidecar)),
                Map.entry(
                        "wi.webhook.authorityHost",
                        Reading.of("{cloud: 'text'}", "{host: 'text?', error: 'truth'}", this::authorityHost)),
                Map.entry(
                        "wi.webhook.objectSelector",
                        Reading.of("""
                            {podLabels: {'*': 'text'}, deploymentMetadataLabels: {'*': 'text'},
                            podTemplateLabels: {'*': 'text'}, serviceAccountLabels: {'*': 'text'},
                            serviceAccountAnnotated: 'truth'}
                            """, "{mutated: 'truth'}", this::objectSelector)
                                .withNotes("deploymentMetadataLabels", "serviceAccountLabels")));
    }

    private void tokenExpiration(Case test) {
        Pod pod = pod(annotations(Keys.TOKEN_EXPIRATION, test.given("podAnnotation")), spec(List.of()));
        Admission admission = admit(pod, annotations(Keys.TOKEN_EXPIRATION, test.given("serviceAccountAnnotation")));

        if (Boolean.TRUE.equals(test.expected().get("error"))) {
            assertThat(admission).isInstanceOf(Denied.class);
        } else {
            assertThat(((Admitted) admission).token().expirationSeconds())
                    .isEqualTo(test.expected().get("seconds"));
        }
    }

    private void clientId(Case test) {
        assertThat(envOfFirst(admit(oneContainer(List.of()), texts(test.object("annotations")))))
                .satisfies(env -> assertThat(env.get("AZURE_CLIENT_ID"))
                        .isEqualTo(test.expected().get("clientID")));
    }

    private void tenantId(Case test) {
        var settings = new WebhookSettings(WebhookVersion.V1_6_0, test.text("default"), HOST, false, Optional.empty());
        Admission admission =
                new Webhook(settings).admit(oneContainer(List.of()), Optional.of(texts(test.object("annotations"))));

        Object expected = test.expected().get("tenantID");
        assertThat(envOfFirst(admission).getOrDefault("AZURE_TENANT_ID", ""))
                .isEqualTo(expected == null ? "" : expected);
    }

    private void skipContainers(Case test) {
        assertThat(Webhook.skipped(annotations(Keys.SKIP_CONTAINERS, test.given("annotation"))))
                .isEqualTo(Set.copyOf(Case.list(test.expected().get("skip"))));
    }

    private void env(Case test) {
        List<EnvironmentVariable> own = test.list("env").stream()
                .map(Case::list)
                .map(pair -> new EnvironmentVariable((String) pair.get(0), (String) pair.get(1)))
                .toList();
        String tenant = test.given().containsKey("tenantID") ? test.text("tenantID") : "tenantID";
        String client = test.given().containsKey("clientID") ? test.text("clientID") : "clientID";
        String host = test.given().containsKey("authorityHost") ? test.text("authorityHost") : HOST;
        var settings = new WebhookSettings(WebhookVersion.V1_6_0, tenant, host, false, Optional.empty());

        Admission admission =
                new Webhook(settings).admit(oneContainer(own), Optional.of(Map.of(Keys.CLIENT_ID, client)));

        assertThat(mutated(admission).containers().get(0).env())
                .extracting(variable -> List.of(variable.name(), String.valueOf(variable.value())))
                .isEqualTo(test.expected().get("env"));
    }

    private void volume(Case test) {
        String name = WebhookVersion.V1_6_0.volumeName("pod");
        List<Volume> volumes = test.list("volumes").stream()
                .map(Case::object)
                .map(volume -> new Volume(
                        Boolean.TRUE.equals(volume.get("sameName")) ? name : "other",
                        new TokenProjection("token", (String) volume.getOrDefault("audience", ""), 3600),
                        ""))
                .toList();

        List<Volume> after = mutated(admit(pod(Map.of(), spec(List.of()).withVolumes(volumes)), Map.of()))
                .volumes();

        assertThat(after).hasSize(((Long) test.expected().get("count")).intValue());
        assertThat(after)
                .filteredOn(volume -> volume.name().equals(name))
                .singleElement()
                .satisfies(volume -> assertThat(volume.token())
                        .extracting(TokenProjection::audience)
                        .isEqualTo(test.expected().get("audience")));
    }

    private void mount(Case test) {
        List<VolumeMount> own = test.list("mounts").stream()
                .map(name -> new VolumeMount((String) name, "/" + name, false))
                .toList();
        Container container = Container.of("main", "image").withVolumeMounts(own);

        List<VolumeMount> mounts = mutated(admit(pod(Map.of(), spec(List.of(container))), Map.of()))
                .containers()
                .get(0)
                .volumeMounts();

        List<Object> expected = Case.list(test.expected().get("mounts"));
        assertThat(mounts).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            if (expected.get(i) instanceof String name) {
                assertThat(mounts.get(i).name()).isEqualTo(name);
            } else {
                assertThat(mounts.get(i).mountPath())
                        .isEqualTo(Case.object(expected.get(i)).get("mountPath"));
                assertThat(mounts.get(i).readOnly())
                        .isEqualTo(Case.object(expected.get(i)).get("readOnly"));
            }
        }
    }

    private void containers(Case test) {
        List<Container> all = named(test.list("containers"));
        String skip =
                String.join(";", test.list("skip").stream().map(String::valueOf).toList());

        List<Container> after = mutated(admit(pod(annotations(Keys.SKIP_CONTAINERS, skip), spec(all)), Map.of()))
                .containers();

        assertThat(after)
                .filteredOn(container -> !all.contains(container))
                .extracting(Container::name)
                .isEqualTo(Case.list(test.expected().get("mutated")));
        assertThat(after)
                .filteredOn(all::contains)
                .extracting(Container::name)
                .isEqualTo(Case.list(test.expected().get("untouched")));
        assertThat(after).extracting(Container::name).isEqualTo(test.given().get("containers"));
    }

    private void handle(Case test) {
        Map<String, String> labels =
                test.given().containsKey("labels") ? texts(test.object("labels")) : Map.of(Keys.USE, "true");
        String namespace = test.text("namespace").isEmpty() ? "default" : test.text("namespace");
        Pod pod = new Pod(
                Pod.of(namespace, "pod", labels).metadata().withAnnotations(texts(test.object("annotations"))),
                new PodSpec(
                        test.text("serviceAccount"),
                        Boolean.TRUE.equals(test.given().get("hostNetwork")),
                        PodSpec.NODE,
                        List.of(),
                        named(List.of("main")),
                        List.of()),
                List.of(),
                "Running");
        boolean exists = !Boolean.FALSE.equals(test.given().get("exists"));

        Admission admission = webhook()
                .admit(pod, exists ? Optional.of(texts(test.object("serviceAccountAnnotations"))) : Optional.empty());

        if (test.expected().containsKey("allowed")) {
            assertThat(!(admission instanceof Denied)).isEqualTo(test.expected().get("allowed"));
        }
        if (test.expected().containsKey("mutated")) {
            assertThat(admission instanceof Admitted).isEqualTo(test.expected().get("mutated"));
        }
        if (test.expected().get("messageContains") instanceof String words) {
            assertThat(((Denied) admission).reason()).contains(words);
        }
        if (test.expected().get("serviceAccountUsed") instanceof String account) {
            assertThat(Webhook.serviceAccount(pod)).isEqualTo(account);
        }
    }

    private void proxy(Case test) {
        boolean hostNetwork = Boolean.TRUE.equals(test.given().get("hostNetwork"));
        Admission admission = admit(
                pod(
                        texts(test.object("annotations")),
                        spec(named(List.of("main"))).withHostNetwork(hostNetwork)),
                Map.of());
        var expected = test.expected();
        boolean denied = admission instanceof Denied;
        for (String member : List.of("allowed", "error")) {
            if (expected.containsKey(member)) {
                assertThat(denied).isEqualTo(expected.get(member).equals(member.equals("error")));
            }
        }
        if (expected.get("messageContains") instanceof String words) {
            assertThat(((Denied) admission).reason()).contains(words);
        }
        if (denied) {
            assertThat(expected.get("inject")).isNotEqualTo(true);
            return;
        }
        PodSpec after = mutated(admission);
        assertThat(after.containers().stream().anyMatch(one -> one.name().equals("azwi-proxy")))
                .isEqualTo(expected.getOrDefault("inject", false));
    }

    private void proxyPort(Case test) {
        Map<String, String> annotations = new HashMap<>(texts(test.object("annotations")));
        boolean refused = !test.expected().containsKey("port");
        assertThat(test.expected().getOrDefault("error", refused)).isEqualTo(refused);
        if (test.expected().get("port") instanceof Long port) {
            assertThat(Annotations.proxyPort(annotations)).isEqualTo(port.intValue());
        } else {
            assertThatThrownBy(() -> Annotations.proxyPort(annotations))
                    .isInstanceOf(Annotations.DeniedException.class);
        }
    }

    private void proxyInit(Case test) {
        PodSpec spec =
                spec(named(List.of("main"))).withContainers(named(test.list("initContainers")), named(List.of("main")));

        List<Container> init = mutated(admit(pod(annotations(Keys.INJECT_PROXY, "true"), spec), Map.of()))
                .initContainers();

        assertThat(init).extracting(Container::name).isEqualTo(test.expected().get("initContainers"));
        assertThat(init.get(init.size() - 1)).satisfies(added -> {
            assertThat(Case.object(added.rest().get("securityContext")))
                    .contains(entry("privileged", true), entry("runAsUser", 0L))
                    .extracting("capabilities")
                    .isEqualTo(Map.of("add", List.of("NET_ADMIN"), "drop", List.of("ALL")));
            assertThat(added.env()).contains(new EnvironmentVariable("PROXY_PORT", "8000"));
        });
    }

    private void proxySidecar(Case test) {
        boolean isNative = test.given().containsKey("serverVersion")
                && Integer.parseInt(test.text("serverVersion").split("\\.", -1)[1]) >= 32;
        var settings = new WebhookSettings(WebhookVersion.V1_6_0, "tenant", HOST, isNative, Optional.empty());
        Pod pod = pod(annotations(Keys.INJECT_PROXY, "true"), spec(named(test.list("containers"))));

        PodSpec after = mutated(new Webhook(settings).admit(pod, Optional.of(Map.of())));

        if (test.expected().get("containers") != null) {
            assertThat(after.containers())
                    .extracting(Container::name)
                    .isEqualTo(test.expected().get("containers"));
        } else {
            boolean init = "initContainers".equals(test.expected().get("placedIn"));
            assertThat(init ? after.initContainers() : after.containers())
                    .filteredOn(one -> one.name().equals("azwi-proxy"))
                    .extracting(Container::restartPolicy)
                    .containsExactly((String) test.expected().getOrDefault("restartPolicy", ""));
        }
    }

    private void authorityHost(Case test) {
        if (Boolean.TRUE.equals(test.expected().get("error"))) {
            assertThatThrownBy(() -> WebhookSettings.authorityHostOf(test.text("cloud")))
                    .isInstanceOf(IllegalArgumentException.class);
        } else {
            assertThat(WebhookSettings.authorityHostOf(test.text("cloud")))
                    .isEqualTo(test.expected().get("host"));
        }
    }

    /** The labels of what owns the pod never reach the webhook, and so are no part of its pod. */
    private void objectSelector(Case test) {
        Map<String, String> labels = Stream.of("podLabels", "podTemplateLabels")
                .flatMap(key -> texts(test.object(key)).entrySet().stream())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        Map<String, String> account = Boolean.TRUE.equals(test.given().get("serviceAccountAnnotated"))
                ? Map.of(Keys.CLIENT_ID, "client")
                : Map.of();

        Admission admission = webhook().admit(Pod.of("default", "pod", labels), Optional.of(account));

        assertThat(!(admission instanceof NotSelected))
                .isEqualTo(test.expected().get("mutated"));
    }

    private static Webhook webhook() {
        return new Webhook(new WebhookSettings(WebhookVersion.V1_6_0, "tenantID", HOST, false, Optional.empty()));
    }

    private static Admission admit(Pod pod, Map<String, String> account) {
        return webhook().admit(pod, Optional.of(account));
    }

    private static PodSpec mutated(Admission admission) {
        return ((Admitted) admission).pod().spec();
    }

    private static Map<String, String> envOfFirst(Admission admission) {
        var env = new HashMap<String, String>();
        mutated(admission)
                .containers()
                .get(0)
                .env()
                .forEach(variable -> env.put(variable.name(), String.valueOf(variable.value())));
        return env;
    }

    private static Pod oneContainer(List<EnvironmentVariable> env) {
        return pod(Map.of(), spec(List.of(Container.of("main", "image").withEnv(env))));
    }

    private static Pod pod(Map<String, String> annotations, PodSpec spec) {
        Pod pod = Pod.of("default", "pod", Map.of(Keys.USE, "true"));
        return new Pod(pod.metadata().withAnnotations(annotations), spec, List.of(), "Running");
    }

    private static PodSpec spec(List<Container> containers) {
        return Pod.of("default", "pod", Map.of()).spec().withContainers(List.of(), containers);
    }

    private static List<Container> named(List<Object> names) {
        return names.stream().map(name -> Container.of((String) name, "image")).toList();
    }

    private static Map<String, String> annotations(String key, @Nullable String value) {
        return value == null ? Map.of() : Map.of(key, value);
    }

    private static Map<String, String> texts(Map<String, Object> object) {
        var texts = new HashMap<String, String>();
        object.forEach((key, value) -> texts.put(key, String.valueOf(value)));
        return texts;
    }
}
