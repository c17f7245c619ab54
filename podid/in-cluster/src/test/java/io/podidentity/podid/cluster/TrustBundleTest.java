// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.json.Json;
import io.podidentity.podid.cluster.ApiServerOfTest.Change;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TrustBundleTest {

    private static final String FILES_OF_SHOP = "/api/v1/namespaces/shop/configmaps/emulated-azure-ca";

    private final ApiServerOfTest cluster = new ApiServerOfTest();
    private PodIdentityEmulator azure;
    private TrustBundle bundle;

    @BeforeEach
    void start() {
        azure = PodIdentityEmulator.start();
        bundle = new TrustBundle(cluster.client(), "10.96.0.9", azure.trustStore());
    }

    @AfterEach
    void close() {
        azure.close();
        cluster.close();
    }

    @Test
    void files_ofANamespace_areWrittenForItsFirstPodAlone() {
        bundle.bringInto("shop");
        bundle.bringInto("shop");
        bundle.bringInto("parcels");

        assertThat(cluster.changes())
                .extracting(Change::path)
                .containsExactly(FILES_OF_SHOP, "/api/v1/namespaces/parcels/configmaps/emulated-azure-ca");
        assertThat(ApiServerOfTest.json(cluster.changes().get(0)))
                .contains("ca-bundle.pem", "BEGIN CERTIFICATE", "trust.p12");
    }

    @Test
    void files_thatSomebodyMayHaveDeleted_areWrittenAgain() {
        bundle.renew();
        assertThat(cluster.changes()).isEmpty();
        bundle.bringInto("shop");

        bundle.renew();

        assertThat(cluster.changes()).extracting(Change::path).containsExactly(FILES_OF_SHOP, FILES_OF_SHOP);
    }

    @Test
    void pod_withOwnVariables_keepsThemAndGetsTheOthers() throws Exception {
        Map<String, Object> spec = Json.object("""
                {"containers": [
                  {"name": "app", "env": [{"name": "SSL_CERT_FILE", "value": "/mine"}]},
                  {"name": "left-alone"}]}
                """);

        bundle.into(spec, Set.of("left-alone"));

        List<Map<String, Object>> containers = objects(spec, "containers");
        assertThat(objects(containers.get(0), "env"))
                .filteredOn(variable -> variable.get("name").equals("SSL_CERT_FILE"))
                .containsExactly(Map.of("name", "SSL_CERT_FILE", "value", "/mine"));
        assertThat(objects(containers.get(0), "env"))
                .extracting(variable -> variable.get("name"))
                .contains("CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "JAVA_TOOL_OPTIONS");
        assertThat(containers.get(1)).isEqualTo(Map.of("name", "left-alone"));
    }

    @Test
    void pod_thatPassesTwice_isChangedOnce() throws Exception {
        Map<String, Object> spec = Json.object("{\"containers\": [{\"name\": \"app\"}]}");
        bundle.into(spec, Set.of());
        String once = Json.write(spec);

        bundle.into(spec, Set.of());

        assertThat(Json.write(spec)).isEqualTo(once);
        assertThat(once).contains("10.96.0.9", "login.microsoftonline.com");
    }

    @SuppressWarnings("unchecked") // as JSON is
    private static List<Map<String, Object>> objects(Map<String, Object> object, String field) {
        return (List<Map<String, Object>>) object.get(field);
    }
}
