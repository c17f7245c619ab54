// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cases.Case;
import io.podidentity.emulator.cases.Recorded;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Yaml;
import io.podidentity.emulator.workload.Admission.Admitted;
import io.podidentity.emulator.workload.WebhookSettings.IdentityBindings;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the real webhook of azure-workload-identity 1.6.0 made of pods. */
class RecordedWebhookCasesTest {

    private static final String REFUSED =
            "admission webhook \"mutation.azure-workload-identity.io\" denied the request: ";

    private static final Map<String, Object> SPECS = new HashMap<>();
    private static PodIdentityEmulator emulator;

    @BeforeAll
    static void start() throws Exception {
        emulator = RecordedWorkloads.start();
        Manifests manifests = RecordedWorkloads.manifests();
        Webhook webhook = new Webhook(new WebhookSettings(
                WebhookVersion.V1_6_0,
                emulator.tenantId(),
                emulator.entra() + "/",
                true,
                Optional.of(new IdentityBindings("https://127.0.0.1:1", "sni", emulator.certificateAuthority()))));
        for (Manifest manifest : manifests.objects()) {
            manifests
                    .cluster()
                    .pod(manifest.name())
                    .filter(pod -> manifest.kind().equals("Pod"))
                    .ifPresent(pod -> {
                        Map<String, Object> spec = Case.object(((Map<?, ?>) plain(manifest.content())).get("spec"));
                        Optional<Map<String, String>> account = manifests
                                .cluster()
                                .serviceAccount(new ObjectName(pod.namespace(), Webhook.serviceAccount(pod)))
                                .map(one -> one.metadata().annotations());
                        if (webhook.admit(pod, account) instanceof Admitted admitted) {
                            admitted.into(spec);
                        }
                        SPECS.put(pod.name().name(), spec);
                    });
        }
    }

    private static @Nullable Object plain(Yaml yaml) {
        if (yaml instanceof Yaml.Mapping mapping) {
            var map = new LinkedHashMap<String, Object>();
            mapping.entries().forEach(entry -> map.put(entry.key(), plain(entry.value())));
            return map;
        }
        if (yaml instanceof Yaml.Sequence sequence) {
            var list = new ArrayList<Object>();
            sequence.elements().forEach(element -> list.add(plain(element)));
            return list;
        }
        return ((Yaml.Scalar) yaml).value();
    }

    @AfterAll
    static void end() {
        emulator.close();
        SPECS.clear();
    }

    @TestFactory
    Stream<DynamicTest> pod_recordedWithTheRealWebhook_isTheSame() {
        return Recorded.of("webhook").stream()
                .map(test -> DynamicTest.dynamicTest(test.toString(), () -> verify(test)));
    }

    private static void verify(Recorded test) throws ParseException {
        Map<String, Object> recorded = test.values();
        String name = String.valueOf(
                Case.object(Case.object(recorded.get("pod")).get("metadata")).get("name"));
        String refusal = emulator.pod(name).refusal().orElse("");
        String message = refusal.startsWith(REFUSED) ? refusal.substring(REFUSED.length()) : refusal;
        Object expected = recorded.get("message");
        if (test.exception() != null) {
            assertThat(Recorded.reasons()).contains(test.exception().reason());
            assertThat(message).isNotEqualTo(expected);
            expected = test.exception().instead().get("message");
        }
        assertThat(message).isEqualTo(expected);
        if (refusal.isEmpty()) {
            assertThat(masked(SPECS.get(name))).isEqualTo(masked(recorded.get("spec")));
        }
    }

    /**
     * Without what the API server adds for itself, and with the addresses and the log level of the recorded webhook,
     * which ran without one. A text or an object that is empty is the same as one that is absent.
     */
    private static Map<String, Object> masked(Object spec) throws ParseException {
        String json = Json.write(Case.object(spec))
                .replaceAll("\"defaultMode\":420,?", "")
                .replaceAll("\"serviceAccountName\":\"default\",?", "")
                .replaceAll(",\"resources\":\\{}|\"resources\":\\{},", "")
                .replaceAll("\"nodeName\":\"[^\"]*\",?", "")
                .replaceAll(",\"value\":\"\"|\"value\":\"\",", "")
                .replaceAll("https:..localhost:[0-9]+|https:..login.microsoftonline.com", "AUTHORITY")
                .replaceAll("https:..127.0.0.1:[0-9]+|https:..proxy.example", "TOKEN_PROXY")
                .replaceAll(
                        "\"AZURE_KUBERNETES_SNI_NAME\",\"value\":\"[^\"]*",
                        "\"AZURE_KUBERNETES_SNI_NAME\",\"value\":\"SNI")
                .replace("--log-level=info", "--log-level=")
                .replaceAll(",}", "}");
        return Json.object(json);
    }
}
