package io.podidentity.emulator.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.emulator.cases.Case;
import io.podidentity.emulator.cases.CaseRunner;
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

    private static final String HOST = "https://login.microsoftonline.com/";

    @Override
    public Map<String, Check> checks() {
        return Map.ofEntries(
                Map.entry("wi.webhook.tokenExpiration", this::tokenExpiration),
                Map.entry("wi.webhook.clientID", this::clientId),
                Map.entry("wi.webhook.tenantID", this::tenantId),
                Map.entry("wi.webhook.skipContainers", this::skipContainers),
                Map.entry("wi.webhook.env", this::env),
                Map.entry("wi.webhook.volume", this::volume),
                Map.entry("wi.webhook.mount", this::mount),
                Map.entry("wi.webhook.containers", this::containers),
                Map.entry("wi.webhook.handle", this::handle),
                Map.entry("wi.webhook.proxy", this::proxy),
                Map.entry("wi.webhook.proxyPort", this::proxyPort),
                Map.entry("wi.webhook.proxyInit", this::proxyInit),
                Map.entry("wi.webhook.proxySidecar", this::proxySidecar),
                Map.entry("wi.webhook.authorityHost", this::authorityHost),
                Map.entry("wi.webhook.objectSelector", this::objectSelector));
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
                .containsEntry("AZURE_CLIENT_ID", (String) test.expected().get("clientID"));
    }

    private void tenantId(Case test) {
        var settings = new WebhookSettings(WebhookVersion.V1_6_0, test.text("default"), HOST, false, Optional.empty());
        Admission admission =
                new Webhook(settings).admit(oneContainer(List.of()), Optional.of(texts(test.object("annotations"))));

        String expected = (String) test.expected().get("tenantID");
        assertThat(envOfFirst(admission).getOrDefault("AZURE_TENANT_ID", "")).isEqualTo(expected);
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
                        new TokenProjection("token", (String) volume.getOrDefault("audience", ""), 3600)))
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

        for (Container container : after) {
            boolean touched = !all.contains(container);
            assertThat(Case.list(test.expected().get(touched ? "mutated" : "untouched")))
                    .contains(container.name());
        }
        assertThat(after).extracting(Container::name).isEqualTo(test.given().get("containers"));
    }

    private void handle(Case test) {
        Pod pod = pod(
                texts(test.object("annotations")),
                spec(named(List.of("main"))).withServiceAccountName(test.text("serviceAccount")));

        Admission admission = admit(pod, Map.of());

        assertThat(admission instanceof Denied)
                .isEqualTo(Boolean.FALSE.equals(test.expected().get("allowed")));
        if (test.expected().get("messageContains") instanceof String words) {
            assertThat(((Denied) admission).reason()).contains(words);
        }
        if (test.expected().get("serviceAccountUsed") instanceof String account) {
            assertThat(Webhook.serviceAccount(pod)).isEqualTo(account);
        }
    }

    private void proxy(Case test) {
        PodSpec after = mutated(admit(pod(texts(test.object("annotations")), spec(named(List.of("main")))), Map.of()));

        assertThat(after.containers().stream().anyMatch(one -> one.name().equals("azwi-proxy")))
                .isEqualTo(test.expected().get("inject"));
    }

    private void proxyPort(Case test) {
        Map<String, String> annotations = new HashMap<>(texts(test.object("annotations")));
        if (test.expected().get("port") instanceof Long port) {
            assertThat(ProxyContainers.port(annotations)).isEqualTo(port.intValue());
        } else {
            assertThatThrownBy(() -> ProxyContainers.port(annotations)).isInstanceOf(DeniedException.class);
        }
    }

    private void proxyInit(Case test) {
        PodSpec spec =
                spec(named(List.of("main"))).withContainers(named(test.list("initContainers")), named(List.of("main")));

        List<Container> init = mutated(admit(pod(annotations(Keys.INJECT_PROXY, "true"), spec), Map.of()))
                .initContainers();

        assertThat(init).extracting(Container::name).isEqualTo(test.expected().get("initContainers"));
        assertThat(init.get(init.size() - 1)).satisfies(added -> {
            assertThat(added.privileged()).isTrue();
            assertThat(added.runAsUser()).isZero();
            assertThat(added.capabilities()).containsExactly("NET_ADMIN");
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
            assertThatThrownBy(() -> Cloud.authorityHost(test.text("cloud")))
                    .isInstanceOf(IllegalArgumentException.class);
        } else {
            assertThat(Cloud.authorityHost(test.text("cloud")))
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
