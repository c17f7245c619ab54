// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookVersion;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the API server gets for a pod; no request is sent, since a dry run writes no ConfigMap. */
class AdmissionEndpointTest {

    private static final String REVIEW = """
            {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": "u1", "namespace": "shop",
             "kind": {"group": "", "version": "v1", "kind": "Pod"}, "operation": "CREATE",
             "dryRun": true, "object": {"apiVersion": "v1", "kind": "Pod",
              "metadata": {"generateName": "orders-", "labels": {"azure.workload.identity/use": "true"} ANNOTATIONS},
              "spec": {"serviceAccountName": "ACCOUNT", "containers": [
                {"name": "app", "image": "app", "env": [{"name": "SSL_CERT_FILE", "value": "/mine"}]},
                {"name": "other", "image": "other", "resources": {"limits": {"memory": 12345678901}}}]}}}}
            """;

    /** No JSON. */
    private static final String REMOVED = "removed";

    private static final String PATH = AdmissionEndpoint.newPath();

    private static PodIdentityEmulator azure;
    private static KubernetesClient client;
    private static AdmissionEndpoint endpoint;

    @BeforeAll
    static void start() {
        azure = PodIdentityEmulator.start();
        client = new KubernetesClientBuilder()
                .withConfig(
                        new ConfigBuilder().withMasterUrl("https://127.0.0.1:1").build())
                .build();
        var settings = new WebhookSettings(
                WebhookVersion.V1_6_0, "tenant", "https://login.microsoftonline.com/", true, Optional.empty());
        var accounts = Map.of(new ObjectName("shop", "orders"), Map.of("azure.workload.identity/client-id", "client"));
        endpoint = new AdmissionEndpoint(
                PATH,
                settings,
                name -> Optional.ofNullable(accounts.get(name)),
                new TrustBundle(client, "10.96.0.9", azure.trustStore()));
    }

    @AfterAll
    static void close() {
        client.close();
        azure.close();
    }

    private static Map<String, Object> response(String account, String annotations) throws Exception {
        return response(REVIEW.replace("ACCOUNT", account).replace("ANNOTATIONS", annotations));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> response(String review) throws Exception {
        var answer = Json.object(endpoint.answer(Request.withBody("POST", PATH, Map.of(), review))
                .text());
        var response = (Map<String, Object>) answer.get("response");
        assertThat(response).containsEntry("uid", "u1");
        return response;
    }

    /** The values of the operations by their paths, as JSON. */
    private static Map<String, String> patch(Map<String, Object> response) throws Exception {
        assertThat(response).containsEntry("allowed", true).containsEntry("patchType", "JSONPatch");
        byte[] text = Base64.getDecoder().decode(String.valueOf(response.get("patch")));
        var values = new LinkedHashMap<String, String>();
        for (Object operation : Json.array(new String(text, StandardCharsets.UTF_8))) {
            var change = (Map<?, ?>) operation;
            String path = String.valueOf(change.get("path"));
            if ("remove".equals(change.get("op"))) {
                values.put(path, REMOVED);
            } else {
                assertThat(change.get("op")).isEqualTo("add");
                values.put(path, Json.write(change.get("value")));
            }
        }
        return values;
    }

    /** As a pod of another namespace could ask, to learn whose identity an account has. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/mutate-v1-pod",
                "/mutate-v1-pod/",
                "/mutate-v1-pod/0000000000000000000000000000000000000000000000000000000000000000"
            })
    void review_onAPathThatTheApiServerDoesNotKnow_getsNothing(String path) {
        Answer answer = asked(path, REVIEW.replace("ACCOUNT", "orders").replace("ANNOTATIONS", ""));

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text()).isEmpty();
    }

    @Test
    void newPath_isAnotherEachTime_andOfPartsThatKubernetesAccepts() {
        assertThat(AdmissionEndpoint.newPath())
                .matches("/mutate-v1-pod/[0-9a-f]{64}")
                .isNotEqualTo(AdmissionEndpoint.newPath());
    }

    /** The configuration makes the API server send none of these. */
    @ParameterizedTest
    @CsvSource({
        "admission.k8s.io/v1, admission.k8s.io/v1beta1",
        "AdmissionReview, AdmissionReply",
        "CREATE, UPDATE",
        "\"uid\": \"u1\", \"uid\": \"\"",
        "\"uid\": \"u1\", \"uid\": 7",
        "\"namespace\": \"shop\", \"namespace\": \"\"",
        "\"kind\": \"Pod\"}, \"kind\": \"Secret\"}"
    })
    void review_ofAnythingButANewPod_isRefused(String part, String other) {
        String review = REVIEW.replace("ACCOUNT", "orders").replace("ANNOTATIONS", "");

        assertThat(asked(PATH, review).status()).isEqualTo(200);
        assertThat(review).contains(part);
        assertThat(asked(PATH, review.replace(part, other)).status()).isEqualTo(400);
    }

    private static Answer asked(String path, String review) {
        return endpoint.answer(Request.withBody("POST", path, Map.of(), review));
    }

    @Test
    void review_ofALabelledPod_givesIdentityAndTrustAndSaysSo() throws Exception {
        Map<String, String> patch = patch(response("orders", ""));

        assertThat(patch.get("/spec/containers"))
                .contains("{\"name\":\"AZURE_CLIENT_ID\",\"value\":\"client\"}")
                .contains("{\"name\":\"AZURE_AUTHORITY_HOST\",\"value\":\"https://login.microsoftonline.com/\"}")
                .contains("{\"name\":\"SSL_CERT_FILE\",\"value\":\"/mine\"}")
                .contains("NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "JAVA_TOOL_OPTIONS")
                .contains("12345678901")
                .containsOnlyOnce(
                        "{\"name\":\"SSL_CERT_FILE\",\"value\":\"/var/run/secrets/emulated-azure/ca-bundle.pem\"}");
        assertThat(patch.get("/spec/volumes")).contains("\"configMap\":{\"name\":\"emulated-azure-ca\"}");
        assertThat(patch.get("/spec/hostAliases"))
                .contains("\"ip\":\"10.96.0.9\"", "[\"login.microsoftonline.com\",\"management.azure.com\"]");
        assertThat(patch.get("/metadata/annotations")).startsWith("{\"podid.io/emulated-azure\":\"For tests only");
    }

    @Test
    void review_ofAPodWithAnnotationsAndASkippedContainer_leavesBothAlone() throws Exception {
        Map<String, String> patch = patch(response(
                "orders",
                ", \"annotations\": {\"a/b\": \"c\", \"azure.workload.identity/skip-containers\": \"other\"}"));

        List<Object> containers = Json.array(String.valueOf(patch.get("/spec/containers")));
        assertThat(Json.write(containers.get(1))).doesNotContain("AZURE", "emulated-azure");
        assertThat(Json.object(String.valueOf(patch.get("/metadata/annotations"))))
                .containsEntry("a/b", "c")
                .containsKey("podid.io/emulated-azure");
    }

    @Test
    void review_ofAPodWithFieldsThatTheWebhookDoesNotKnow_removesThem() throws Exception {
        Map<String, String> patch = patch(response(REVIEW.replace("ACCOUNT", "orders")
                .replace("ANNOTATIONS", "")
                .replace(
                        "\"containers\": [",
                        "\"hostnameOverride\": \"shop.example\", \"resources\": {\"limits\": {\"cpu\": \"1\"}},"
                                + " \"priority\": 7, \"containers\": [")
                .replace("\"image\": \"app\",", "\"image\": \"app\", \"lifecycle\": {\"stopSignal\": \"SIGUSR1\"},")));

        assertThat(patch)
                .containsEntry("/spec/hostnameOverride", REMOVED)
                .containsEntry("/spec/resources", REMOVED)
                .doesNotContainKey("/spec/priority");
        assertThat(patch.get("/spec/containers")).contains("\"image\":\"app\"").doesNotContain("stopSignal");
    }

    @Test
    void review_ofAPodOfAadPodIdentity_givesTrustAloneAndSaysSo() throws Exception {
        Map<String, String> patch = patch(response(REVIEW.replace("ACCOUNT", "orders")
                .replace("ANNOTATIONS", "")
                .replace("\"azure.workload.identity/use\": \"true\"", "\"aadpodidbinding\": \"orders\"")));

        assertThat(patch.get("/spec/containers"))
                .contains("NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "JAVA_TOOL_OPTIONS")
                .doesNotContain("AZURE_");
        assertThat(patch.get("/spec/volumes")).contains("emulated-azure-ca").doesNotContain("serviceAccountToken");
        assertThat(patch.get("/metadata/annotations")).startsWith("{\"podid.io/emulated-azure\":\"For tests only");
    }

    @Test
    void review_ofAPodThatIsRefused_saysWhyInTheWebhooksOwnWords() throws Exception {
        assertThat(response(
                        "orders",
                        ", \"annotations\": {\"azure.workload.identity/service-account-token-expiration\": \"1\"}"))
                .containsEntry("allowed", false)
                .extractingByKey("status")
                .asString()
                .contains("token expiration")
                .doesNotContain("denied the request");
        assertThat(response("none", "")).containsEntry("allowed", false);
    }

    @Test
    void review_ofAPodThatTheApiServerWillRefuse_saysWhy() throws Exception {
        String review = REVIEW.replace("ACCOUNT", "orders").replace("ANNOTATIONS", "");

        assertThat(response(review.replace("\"labels\": {", "\"labels\": {\"team\": \"of two\", ")))
                .containsEntry("allowed", false)
                .extractingByKey("status")
                .asString()
                .contains("the pod cannot be read", "metadata.labels.team", "of two");
    }
}
