// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.plan.AddedEndpoint;
import io.podidentity.emulator.plan.EntraKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Service accounts with tenants of their own, as those of real clusters have them. */
class TenantsOfClusterTest {

    private static final String ISSUER = "https://kubernetes.default.svc.cluster.local";
    private static final String CONTOSO = "c0000000-0000-4000-8000-000000000001";
    private static final String FABRIKAM = "f0000000-0000-4000-8000-000000000001";
    private static final String ORDERS = "11111111-0000-4000-8000-000000000001";
    private static final String PARCELS = "22222222-0000-4000-8000-000000000001";
    private static final String PLAIN = "33333333-0000-4000-8000-000000000001";

    private final ApiServerOfTest cluster = new ApiServerOfTest();
    private final AtomicReference<AddedEndpoint.Azure> azure = new AtomicReference<>();
    private final List<String> log = new ArrayList<>();
    private RSAKey clusterKey;
    private KeptKeys keys;
    private PodIdentityEmulator emulator;

    @BeforeEach
    void start() throws Exception {
        account("orders", ORDERS, CONTOSO);
        account("parcels", PARCELS, FABRIKAM);
        account("plain", PLAIN, "");
        clusterKey = new RSAKeyGenerator(2048).keyID("c").generate();
        keys = KeptKeys.read(cluster.client(), Instant.now(), Set.of(), log::add);
        emulator = PodIdentityEmulator.builder()
                .keys(new EntraKeys(keys.authority(), () -> keys))
                .withoutRoles()
                .besideEntra(beside -> {
                    azure.set(beside);
                    return request -> Optional.empty();
                })
                .start();
        directoryOf().federation().publish(ISSUER, List.of(clusterKey.toPublicKey()));
    }

    @AfterEach
    void close() {
        emulator.close();
        cluster.close();
    }

    private Directory directoryOf() {
        return requireNonNull(azure.get()).directory();
    }

    private void account(String name, String clientId, String tenant) {
        var annotations = new LinkedHashMap<String, Object>(Map.of("azure.workload.identity/client-id", clientId));
        if (!tenant.isEmpty()) {
            annotations.put("azure.workload.identity/tenant-id", tenant);
        }
        cluster.put(
                "/api/v1/serviceaccounts/" + name,
                "v1",
                "ServiceAccount",
                Map.of("name", name, "namespace", "shop", "annotations", annotations));
    }

    private void follow() {
        var unused = new AzureOfCluster(
                cluster.client(), requireNonNull(azure.get()), keys, ISSUER, Runnable::run, log::add);
    }

    /** What Entra ID answers to the token of that account. */
    private Map<String, Object> ask(String tenant, String account, String clientId) throws Exception {
        return exchange(tenant, clientId, accountToken(account), Map.of());
    }

    private String accountToken(String account) throws Exception {
        var assertion = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("c").build(),
                new JWTClaimsSet.Builder()
                        .issuer(ISSUER)
                        .subject("system:serviceaccount:shop:" + account)
                        .audience("api://AzureADTokenExchange")
                        .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                        .build());
        assertion.sign(new RSASSASigner(clusterKey));
        return assertion.serialize();
    }

    private Map<String, Object> exchange(String tenant, String clientId, String assertion, Map<String, String> more)
            throws Exception {
        var form = new LinkedHashMap<>(Map.of(
                "grant_type",
                "client_credentials",
                "client_id",
                clientId,
                "scope",
                "https://storage.azure.com/.default",
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion",
                assertion));
        form.putAll(more);
        return send(Request.form("/" + tenant + "/oauth2/v2.0/token", form));
    }

    private Map<String, Object> send(Request form) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(emulator.entra() + form.rawPath()))
                .POST(BodyPublishers.ofString(form.text()))
                .build();
        return Json.object(client().send(request, BodyHandlers.ofString()).body());
    }

    private HttpClient client() {
        return HttpClient.newBuilder().sslContext(emulator.sslContext()).build();
    }

    private JWKSet keysOf(String tenant) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(emulator.entra() + "/" + tenant + "/discovery/v2.0/keys"))
                .build();
        return JWKSet.parse(client().send(request, BodyHandlers.ofString()).body());
    }

    private static boolean verifies(SignedJWT token, JWKSet keys) throws Exception {
        return token.verify(new RSASSAVerifier(keys.getKeys().get(0).toRSAKey()));
    }

    @Test
    void token_ofEachAccount_isOfItsOwnTenantWithThatTenantsIssuerAndKey() throws Exception {
        follow();

        SignedJWT orders =
                SignedJWT.parse(String.valueOf(ask(CONTOSO, "orders", ORDERS).get("access_token")));
        assertThat(orders.getJWTClaimsSet().getClaims())
                .containsEntry("tid", CONTOSO)
                .containsEntry("iss", "https://sts.windows.net/" + CONTOSO + "/")
                .containsEntry("appid", ORDERS);
        assertThat(verifies(orders, keysOf(CONTOSO))).isTrue();
        assertThat(verifies(orders, keysOf(FABRIKAM))).isFalse();
        assertThat(verifies(orders, keysOf(emulator.tenantId()))).isFalse();
        assertThat(ask(FABRIKAM, "parcels", PARCELS)).containsKey("access_token");
        assertThat(ask(emulator.tenantId(), "plain", PLAIN)).containsKey("access_token");
    }

    @Test
    void token_ofATenantWhereTheIdentityIsNot_isRefusedAsByEntra() throws Exception {
        follow();

        assertThat(ask(FABRIKAM, "orders", ORDERS))
                .extractingByKey("error_description")
                .asString()
                .startsWith("AADSTS700016")
                .contains("directory '" + FABRIKAM + "'");
        assertThat(ask(emulator.tenantId(), "orders", ORDERS))
                .extractingByKey("error_description")
                .asString()
                .startsWith("AADSTS700016");
        assertThat(ask("d0000000-0000-4000-8000-000000000001", "orders", ORDERS))
                .extractingByKey("error_description")
                .asString()
                .startsWith("AADSTS90002");
    }

    @Test
    void tenants_thatTheSettingNames_areTheOnlyOnes() throws Exception {
        cluster.put(
                "/api/v1/namespaces/emulated-azure/configmaps/emulated-azure",
                "v1",
                "ConfigMap",
                Map.of("name", "emulated-azure", "namespace", "emulated-azure"),
                Map.of("data", Map.of("tenants", "[{id: " + FABRIKAM + "}]")));
        follow();

        assertThat(log).noneMatch(line -> line.contains("cannot be used"));
        assertThat(ask(FABRIKAM, "parcels", PARCELS)).containsKey("access_token");
        assertThat(ask(CONTOSO, "orders", ORDERS))
                .extractingByKey("error_description")
                .asString()
                .startsWith("AADSTS90002");
    }

    @Test
    void agent_ofTheSettings_getsItsTokenThroughTheBlueprintOfItsAccount() throws Exception {
        String agent = "a6000000-0000-4000-8000-000000000001";
        cluster.put(
                "/api/v1/namespaces/emulated-azure/configmaps/emulated-azure",
                "v1",
                "ConfigMap",
                Map.of("name", "emulated-azure", "namespace", "emulated-azure"),
                Map.of("data", Map.of("agents", "[{agent: " + agent + ", blueprint: " + PLAIN + "}]")));
        follow();
        String tenant = emulator.tenantId();

        Map<String, Object> blueprints = exchange(
                tenant,
                PLAIN,
                accountToken("plain"),
                Map.of("fmi_path", agent, "scope", "api://AzureADTokenExchange/.default"));
        Map<String, Object> agents = exchange(tenant, agent, String.valueOf(blueprints.get("access_token")), Map.of());

        assertThat(SignedJWT.parse(String.valueOf(agents.get("access_token")))
                        .getJWTClaimsSet()
                        .getClaims())
                .containsEntry("appid", agent)
                .containsEntry("xms_par_app_azp", PLAIN);
        assertThat(ask(tenant, "plain", PLAIN))
                .extractingByKey("error_description")
                .asString()
                .startsWith("AADSTS82001: Agentic application '" + PLAIN + "'");
    }

    @Test
    void keysOfTenants_outliveTheProcess() throws Exception {
        follow();

        KeptKeys next = KeptKeys.read(cluster.client(), Instant.now(), Set.of(), log::add);

        assertThat(next.of(CONTOSO).jwk()).isEqualTo(keys.of(CONTOSO).jwk());
        assertThat(next.of(CONTOSO).jwk()).isNotEqualTo(next.of(FABRIKAM).jwk());
        assertThat(next.of(emulator.tenantId()).jwk())
                .isEqualTo(keys.of(emulator.tenantId()).jwk());
        assertThat(log).containsOnlyOnce(log.get(0));
    }
}
