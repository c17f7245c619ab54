// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.Container.EnvironmentVariable;
import io.podidentity.emulator.cluster.Container.VolumeMount;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.workload.Admission.Admitted;
import io.podidentity.emulator.workload.Admission.Denied;
import io.podidentity.emulator.workload.WebhookSettings.IdentityBindings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebhookTest {

    private static final String HOST = "https://login.microsoftonline.com/";
    private static final Map<String, String> ACCOUNT = Map.of(Keys.CLIENT_ID, "client");

    @ParameterizedTest
    @CsvSource({
        "V1_0, /var/run/secrets/azure/tokens, /var/run/secrets/azure/tokens/azure-identity-token",
        "V1_5_1, /var/run/secrets/azure/tokens, /var/run/secrets/azure/tokens/azure-identity-token",
        "V1_6_0, /var/run/secrets/azure/wi, /var/run/secrets/azure/wi/token/azure-identity-token"
    })
    void admit_byVersion_mountsTheTokenInItsPlace(WebhookVersion version, String mount, String file) {
        Container container = main(webhook(version).admit(pod(Map.of(), false), Optional.of(ACCOUNT)));

        assertThat(container.volumeMounts()).extracting(VolumeMount::mountPath).containsExactly(mount);
        assertThat(container.env()).contains(new EnvironmentVariable("AZURE_FEDERATED_TOKEN_FILE", file));
    }

    @Test
    void admit_namesTheVolumeByTheHashOfThePod_since1_6_0() {
        Admission admission = webhook(WebhookVersion.V1_6_0).admit(pod(Map.of(), false), Optional.of(ACCOUNT));

        // printf pod | sha256sum | cut -c 1-30
        assertThat(main(admission).volumeMounts())
                .extracting(VolumeMount::name)
                .containsExactly("azure-workload-identity-reserved-425c89ed5bb78a7623fae60fd8a6f6");
    }

    @ParameterizedTest
    @CsvSource({"V1_0, true", "V1_5_1, false"})
    void admit_accountWithoutClientId_injectsAnEmptyOneBefore1_5_1(WebhookVersion version, boolean injected) {
        Container container = main(webhook(version).admit(pod(Map.of(), false), Optional.of(Map.of())));

        assertThat(container.env().contains(new EnvironmentVariable("AZURE_CLIENT_ID", "")))
                .isEqualTo(injected);
    }

    @Test
    void admit_containerWithItsOwnVariable_keepsIt() {
        var own = new EnvironmentVariable("AZURE_CLIENT_ID", "mine");
        Pod pod = pod(Map.of(), false);
        var spec = pod.spec()
                .withContainers(List.of(), List.of(Container.of("main", "image").withEnv(List.of(own))));

        Container container = main(webhook(WebhookVersion.V1_6_0)
                .admit(new Pod(pod.metadata(), spec, List.of(), "Running"), Optional.of(ACCOUNT)));

        assertThat(container.env())
                .filteredOn(variable -> variable.name().equals("AZURE_CLIENT_ID"))
                .containsExactly(own);
    }

    @Test
    void admit_missingServiceAccount_isDeniedInTheWordsOfTheApiServer() {
        assertThat(webhook(WebhookVersion.V1_6_0).admit(pod(Map.of(), false), Optional.empty()))
                .isEqualTo(new Denied("pods \"pod\" is forbidden: error looking up service account default/default:"
                        + " serviceaccount \"default\" not found"));
    }

    @ParameterizedTest
    @CsvSource({
        "service-account-token-expiration, 86401, false, token expiration 86401 not valid. Expected value to be between"
                + " 3600 and 86400",
        "service-account-token-expiration, 1h, false, 'strconv.ParseInt: parsing \"1h\": invalid syntax'",
        "inject-proxy-sidecar, true, true, 'hostNetwork is set to true, cannot inject proxy sidecar'"
    })
    void admit_whatCannotBe_isDeniedInTheWordsOfTheWebhook(
            String key, String value, boolean hostNetwork, String reason) {
        Pod pod = pod(Map.of("azure.workload.identity/" + key, value), hostNetwork);

        assertThat(webhook(WebhookVersion.V1_6_0).admit(pod, Optional.of(ACCOUNT)))
                .isEqualTo(new Denied(
                        "admission webhook \"mutation.azure-workload-identity.io\" denied the request: " + reason));
    }

    @ParameterizedTest
    @CsvSource({"99999999999, value out of range", "80a, invalid syntax"})
    void admit_badProxyPort_isDeniedWithTheReason(String port, String reason) {
        Pod pod = pod(Map.of(Keys.INJECT_PROXY, "", Keys.PROXY_PORT, port), false);

        assertThat(webhook(WebhookVersion.V1_6_0).admit(pod, Optional.of(ACCOUNT)))
                .isEqualTo(new Denied("admission webhook \"mutation.azure-workload-identity.io\" denied the request:"
                        + " failed to parse proxy sidecar port: strconv.ParseInt: parsing \"" + port + "\": "
                        + reason));
    }

    @Test
    void admit_withAnIdentityBinding_leadsToTheTokenProxy() {
        var bindings = new IdentityBindings("https://127.0.0.1:1", "token-proxy.localhost", Path.of("ca.pem"));
        var webhook =
                new Webhook(new WebhookSettings(WebhookVersion.V1_6_0, "tenant", HOST, true, Optional.of(bindings)));

        Admission admission =
                webhook.admit(pod(Map.of(Keys.USE_IDENTITY_BINDING, "True"), false), Optional.of(ACCOUNT));

        assertThat(((Admitted) admission).token().audience()).isEqualTo("api://AKSIdentityBinding");
        assertThat(main(admission).env())
                .contains(
                        new EnvironmentVariable("AZURE_KUBERNETES_TOKEN_PROXY", "https://127.0.0.1:1"),
                        new EnvironmentVariable("AZURE_KUBERNETES_SNI_NAME", "token-proxy.localhost"),
                        new EnvironmentVariable(
                                "AZURE_KUBERNETES_CA_FILE", "/var/run/secrets/azure/wi/ca-cert/ca.crt"));
    }

    @Test
    void admit_twice_changesNothingMore() {
        Webhook webhook = webhook(WebhookVersion.V1_6_0);
        Pod once = ((Admitted) webhook.admit(pod(Map.of(Keys.INJECT_PROXY, ""), false), Optional.of(ACCOUNT))).pod();

        assertThat(((Admitted) webhook.admit(once, Optional.of(ACCOUNT))).pod()).isEqualTo(once);
    }

    private static Webhook webhook(WebhookVersion version) {
        return new Webhook(new WebhookSettings(version, "tenant", HOST, true, Optional.empty()));
    }

    private static Container main(Admission admission) {
        List<Container> containers = ((Admitted) admission).pod().spec().containers();
        return containers.get(containers.size() - 1);
    }

    private static Pod pod(Map<String, String> annotations, boolean hostNetwork) {
        Pod pod = Pod.of("default", "pod", Map.of(Keys.USE, "true"));
        var spec = pod.spec()
                .withHostNetwork(hostNetwork)
                .withContainers(List.of(), List.of(Container.of("main", "image")));
        return new Pod(pod.metadata().withAnnotations(annotations), spec, List.of(), "Running");
    }
}
