package io.podidentity.emulator.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.Client;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cases.Case;
import io.podidentity.emulator.cases.Recorded;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.manifest.Yaml;
import io.podidentity.emulator.manifest.YamlReader;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
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
        HttpResponse<String> answer = Client.of(emulator)
                .get(emulator.kubernetesApi().orElseThrow() + "/api/v1/pods", "Authorization", "Bearer " + token());
        for (Object item : Case.list(Client.json(answer).get("items"))) {
            Map<String, Object> pod = Case.object(item);
            SPECS.put(String.valueOf(Case.object(pod.get("metadata")).get("name")), pod.get("spec"));
        }
    }

    @AfterAll
    static void end() {
        emulator.close();
        SPECS.clear();
    }

    private static String token() {
        var kubeconfig = YamlReader.read("kubeconfig", emulator.kubeconfig().orElseThrow())
                .get(0);
        var users = (Yaml.Sequence) ((Yaml.Mapping) kubeconfig).get("users").orElseThrow();
        var user = (Yaml.Mapping)
                ((Yaml.Mapping) users.elements().get(0)).get("user").orElseThrow();
        return ((Yaml.Scalar) user.get("token").orElseThrow()).text();
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
