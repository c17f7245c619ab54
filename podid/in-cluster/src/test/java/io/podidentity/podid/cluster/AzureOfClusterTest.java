// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.directory.BlobRole;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.ServicePrincipal.Kind;
import io.podidentity.emulator.plan.AddedEndpoint;
import io.podidentity.emulator.plan.EntraKeys;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What there is in the emulated Azure by the cluster's service accounts and the ConfigMap. */
class AzureOfClusterTest {

    private static final String ISSUER = "https://kubernetes.default.svc.cluster.local";
    private static final String ORDERS = "11111111-0000-4000-8000-000000000001";
    private static final String OTHER = "44444444-0000-4000-8000-000000000001";
    private static final String AGENT = "a6000000-0000-4000-8000-000000000001";
    private static final String SUBJECT = "system:serviceaccount:shop:orders";

    private final ApiServerOfTest cluster = new ApiServerOfTest();
    private final AtomicReference<AddedEndpoint.Azure> azure = new AtomicReference<>();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private KeptKeys keys;
    private PodIdentityEmulator emulator;

    @BeforeEach
    void start() {
        keys = KeptKeys.read(cluster.client(), Instant.now(), Set.of(), line -> {});
        emulator = PodIdentityEmulator.builder()
                .keys(new EntraKeys(keys.authority(), () -> keys))
                .withoutRoles()
                .besideEntra(beside -> {
                    azure.set(beside);
                    return request -> Optional.empty();
                })
                .start();
        cluster.put(
                "/api/v1/serviceaccounts/orders",
                "v1",
                "ServiceAccount",
                Map.of(
                        "name",
                        "orders",
                        "namespace",
                        "shop",
                        "annotations",
                        Map.of("azure.workload.identity/client-id", ORDERS)));
    }

    @AfterEach
    void close() {
        emulator.close();
        cluster.close();
    }

    private Directory directory() {
        return requireNonNull(azure.get()).directory();
    }

    private AzureOfCluster follow() {
        return new AzureOfCluster(cluster.client(), requireNonNull(azure.get()), keys, ISSUER, Runnable::run, log::add);
    }

    private void settings(Map<String, Object> data) {
        cluster.put(
                "/api/v1/namespaces/emulated-azure/configmaps/emulated-azure",
                "v1",
                "ConfigMap",
                Map.of("name", "emulated-azure", "namespace", "emulated-azure"),
                Map.of("data", data));
    }

    @Test
    void account_withoutSettings_isTrustedAndItsIdentityReads() {
        follow();

        assertThat(directory().federation().has(ORDERS, ISSUER, SUBJECT)).isTrue();
        assertThat(directory().roles().of(ORDERS)).containsExactly(BlobRole.READER);
        assertThat(log).isEmpty();
    }

    @Test
    void settings_ofCredentialsAndRoles_areAllThatThereIs() {
        settings(Map.of(
                "federatedCredentials",
                "- {identity: " + OTHER + ", subject: " + SUBJECT + "}\n",
                "roles",
                "- {principal: " + OTHER + ", role: Storage Blob Data Owner}\n"));

        follow();

        assertThat(directory().federation().has(ORDERS, ISSUER, SUBJECT)).isFalse();
        assertThat(directory().federation().has(OTHER, ISSUER, SUBJECT)).isTrue();
        assertThat(directory().roles().of(ORDERS)).isEmpty();
        assertThat(directory().roles().of(OTHER)).containsExactly(BlobRole.OWNER);
        // It exists all the same, since an account names it.
        assertThat(directory().principal(ORDERS)).isPresent();
    }

    @Test
    void settings_ofAgents_letTheAccountsIdentityBeABlueprint() throws Exception {
        settings(
                Map.of("agents", "- {agent: " + AGENT + ", blueprint: " + ORDERS + ", user: reader@agents.example}\n"));

        follow();

        var agent = directory().agents().find(AGENT).orElseThrow();
        assertThat(directory().principal(ORDERS))
                .hasValueSatisfying(orders -> assertThat(orders.kind()).isEqualTo(Kind.AGENT_BLUEPRINT));
        assertThat(directory().federation().has(ORDERS, ISSUER, SUBJECT)).isTrue();
        var credential = agent.credential(emulator.tenantId());
        assertThat(directory().federation().has(AGENT, credential.issuer(), credential.subject()))
                .isTrue();
        assertThat(directory().roles().of(AGENT)).containsExactly(BlobRole.READER);
        assertThat(directory().roles().of(agent.account().orElseThrow().objectId()))
                .containsExactly(BlobRole.READER);
        assertThat(emulator.agentIdentities()).containsExactly(agent);
        assertThat(log).isEmpty();
    }

    @Test
    void settings_ofAnAgentOfTwoBlueprints_areRefusedWithThePlace() {
        settings(Map.of("agents", "- {agent: a, blueprint: b}\n- {agent: A, blueprint: c}\n"));

        follow();

        assertThat(log)
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line)
                        .endsWith("emulated-azure/agents:2:3: agent identity A is given twice, and it has one"
                                + " blueprint"));
    }

    @Test
    void settings_thatCannotBeUsed_areLoggedWithThePlace() {
        settings(Map.of("roles", "- {principal: " + ORDERS + ", role: Reader}\n"));

        follow();

        assertThat(directory().federation().has(ORDERS, ISSUER, SUBJECT)).isFalse();
        assertThat(log)
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line)
                        .startsWith("the ConfigMap emulated-azure cannot be used, so what was said before stays:"
                                + " emulated-azure/roles:1:3: No role \"Reader\""));
    }

    @Test
    void identities_ofPodIdentity_readToo() {
        follow().also(Set.of(OTHER));

        assertThat(directory().principal(OTHER)).isPresent();
        assertThat(directory().roles().of(OTHER)).containsExactly(BlobRole.READER);
    }

    @Test
    void annotations_ofAnAccount_areThoseThatTheClusterHas() {
        AzureOfCluster followed = follow();

        assertThat(followed.annotations(new ObjectName("shop", "orders")))
                .contains(Map.of("azure.workload.identity/client-id", ORDERS));
    }
}
