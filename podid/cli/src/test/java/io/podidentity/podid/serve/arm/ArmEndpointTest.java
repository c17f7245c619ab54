// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.directory.ObjectIds;
import io.podidentity.emulator.json.Json;
import io.podidentity.testsupport.Client;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArmEndpointTest {

    private static final String GROUP = ResourceId.SUBSCRIPTION + "/resourceGroups/demo";
    private static final String IDENTITY = GROUP + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/demo";
    private static final String CREDENTIALS = IDENTITY + "/federatedIdentityCredentials/";
    private static final String CLUSTER = GROUP + "/providers/Microsoft.ContainerService/managedClusters/demo";
    private static final String ACCOUNT = GROUP + "/providers/Microsoft.Storage/storageAccounts/demo1";
    private static final String ROLES = "/providers/Microsoft.Authorization/roleAssignments/";
    private static final String BLOB_READER = ResourceId.SUBSCRIPTION
            + "/providers/Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final ArmFaults faults = new ArmFaults();
    private PodIdentityEmulator azure;
    private Client client;
    private String token;

    @BeforeEach
    void signIn() throws Exception {
        azure = PodIdentityEmulator.builder()
                .clock(new HandClock(now))
                .defaultApplication("secret")
                .withoutRoles()
                .besideEntra(beside -> new ArmEndpoint(beside, faults))
                .start();
        client = Client.of(azure.sslContext());
        token = (String) Client.json(client.post(
                        azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/token",
                        Map.of(
                                "grant_type",
                                "client_credentials",
                                "client_id",
                                azure.applications().get(0).clientId(),
                                "client_secret",
                                "secret",
                                "scope",
                                azure.entra() + "//.default")))
                .get("access_token");
        assertThat(put(GROUP, Map.of("location", "northeurope")).statusCode()).isEqualTo(201);
    }

    @AfterEach
    void close() {
        azure.close();
    }

    @ParameterizedTest
    @CsvSource({
        "https://management.azure.com//.default, 200",
        "https://management.azure.com/.default, 200",
        "https://management.core.windows.net//.default, 200",
        "https://management.azure.com.evil.example/.default, 401",
        "https://storage.azure.com/.default, 401"
    })
    void resource_withATokenForResourceManagersOwnName_isServed(String scope, int status) throws Exception {
        var answer = client.post(
                azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/token",
                Map.of(
                        "grant_type",
                        "client_credentials",
                        "client_id",
                        azure.applications().get(0).clientId(),
                        "client_secret",
                        "secret",
                        "scope",
                        scope));
        String other = (String) Client.json(answer).get("access_token");

        assertThat(client.get(azure.entra() + GROUP, "Authorization", "Bearer " + other)
                        .statusCode())
                .isEqualTo(status);
    }

    @Test
    void resource_withoutAToken_isRefused() throws Exception {
        assertThat(client.get(azure.entra() + GROUP).statusCode()).isEqualTo(401);
    }

    @Test
    void group_whoseNameDiffersInCase_isTheSame() throws Exception {
        assertThat(get(GROUP.replace("resourceGroups/demo", "resourcegroups/DEMO"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(put(GROUP, Map.of("location", "northeurope")).statusCode()).isEqualTo(200);
    }

    @Test
    void resource_inAGroupThatIsNotThere_isRefused() throws Exception {
        assertError(
                put(IDENTITY.replace("/demo/", "/none/"), Map.of("location", "x")),
                404,
                "ResourceGroupNotFound",
                "Resource group 'none' could not be found.");
    }

    @Test
    void credential_ofAnIdentityThatIsNotThere_isRefused() throws Exception {
        assertThat(put(CREDENTIALS + "one", credential("a")).statusCode()).isEqualTo(404);
        assertThat(code(put(CREDENTIALS + "one", credential("a")))).isEqualTo("ParentResourceNotFound");
    }

    @Test
    void identity_whenMade_hasItsIdsAndKeepsThem() throws Exception {
        Document made = body(put(IDENTITY, Map.of("location", "northeurope")));
        Document again = body(put(IDENTITY, Map.of("location", "northeurope")));

        assertThat(made.text("id")).isEqualTo(IDENTITY.replace("resourceGroups", "resourcegroups"));
        assertThat(made.properties().text("clientId"))
                .isNotEmpty()
                .isEqualTo(again.properties().text("clientId"));
        assertThat(made.properties().text("principalId"))
                .as("the object ID in the tokens of pods whose manifests name that client ID")
                .isEqualTo(ObjectIds.of(made.properties().text("clientId")));
        assertThat(made.properties().text("tenantId")).isEqualTo(azure.tenantId());
    }

    @Test
    void credential_withTheIssuerAndSubjectOfAnother_isRefused() throws Exception {
        put(IDENTITY, Map.of("location", "northeurope"));
        assertThat(put(CREDENTIALS + "one", credential("a")).statusCode()).isEqualTo(201);
        assertThat(put(CREDENTIALS + "one", credential("a")).statusCode()).isEqualTo(200);
        assertError(
                put(CREDENTIALS + "two", credential("a")),
                409,
                "Conflict",
                "Issuer and subject combination already exists for this Managed Identity.");
        assertThat(put(CREDENTIALS + "two", credential("A")).statusCode()).isEqualTo(201);
    }

    @Test
    void credential_theTwentyFirst_isRefused() throws Exception {
        put(IDENTITY, Map.of("location", "northeurope"));
        for (int i = 0; i < 20; i++) {
            assertThat(put(CREDENTIALS + "n" + i, credential("s" + i)).statusCode())
                    .isEqualTo(201);
        }
        assertThat(put(CREDENTIALS + "more", credential("more")).statusCode()).isEqualTo(400);
    }

    @Test
    void cluster_whenMade_isThereAfterSomeSecondsWithItsIssuer() throws Exception {
        HttpResponse<String> begun = put(CLUSTER, cluster());

        assertThat(begun.statusCode()).isEqualTo(201);
        assertThat(begun.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(state(CLUSTER)).isEqualTo("Creating");
        pass(Duration.ofSeconds(3));
        assertThat(state(CLUSTER)).isEqualTo("Succeeded");
        assertThat(body(get(CLUSTER)).properties().object("oidcIssuerProfile").text("issuerURL"))
                .startsWith("https://northeurope.oic.prod-aks.azure.com/" + azure.tenantId() + "/")
                .endsWith("/");
        assertThat(get(GROUP.replace("/demo", "/MC_demo_demo_northeurope")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void cluster_whoseOperationIsToFail_isLeftFailedAndCanBeMended() throws Exception {
        faults.add("PUT managedClusters failed QuotaExceeded");

        assertThat(put(CLUSTER, cluster()).statusCode()).isEqualTo(201);
        assertThat(state(CLUSTER)).isEqualTo("Creating");
        pass(Duration.ofSeconds(3));
        assertThat(state(CLUSTER)).isEqualTo("Failed");
        assertThat(code(get(CLUSTER))).isEqualTo("QuotaExceeded");
        put(CLUSTER, cluster());
        pass(Duration.ofSeconds(3));
        assertThat(state(CLUSTER)).isEqualTo("Succeeded");
        assertThat(code(get(CLUSTER))).isEmpty();
    }

    @Test
    void account_whenMade_leadsToTheEmulatorsStorage() throws Exception {
        HttpResponse<String> made = put(ACCOUNT, Map.of("location", "northeurope"));

        assertThat(made.statusCode()).as("az takes no 201 here").isEqualTo(200);
        assertThat(body(made).properties().object("primaryEndpoints").text("blob"))
                .isEqualTo(azure.storage() + "/");
        assertThat(put(ACCOUNT + "/blobServices/default/containers/orders", Map.of())
                        .statusCode())
                .isEqualTo(201);
    }

    @ParameterizedTest
    @CsvSource({
        "/providers/Microsoft.Authorization/roleDefinitions?$filter=roleName eq 'Reader', Reader",
        "/providers/Microsoft.ManagedIdentity/userAssignedIdentities, demo",
        "/resources?$filter=resourceType eq 'Microsoft.Storage/storageAccounts' and name eq 'demo1', demo1"
    })
    void list_always_hasWhatTheFilterAsksFor(String query, String name) throws Exception {
        put(IDENTITY, Map.of("location", "northeurope"));
        put(ACCOUNT, Map.of("location", "northeurope"));

        HttpResponse<String> listed = get(GROUP + query.replace(" ", "%20").replace("'", "%27"));

        assertThat((List<?>) Client.json(listed).get("value"))
                .singleElement()
                .satisfies(one -> assertThat(one.toString()).contains("ame=" + name));
    }

    @Test
    void fault_always_meetsOneRequestThatFits() throws Exception {
        faults.add("PUT userAssignedIdentities 409 Conflict");

        assertThat(get(IDENTITY).statusCode()).isEqualTo(404);
        assertError(put(IDENTITY, Map.of("location", "x")), 409, "Conflict", "The emulator was told to fail here.");
        assertThat(get(IDENTITY).statusCode()).isEqualTo(404);
        assertThat(put(IDENTITY, Map.of("location", "x")).statusCode()).isEqualTo(201);
    }

    @Test
    void fault_thatIsNone_isRefused() {
        assertThatThrownBy(() -> faults.add("PUT registries now"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "\"PUT registries now\" is no fault of Resource Manager: write METHOD PATH-PART STATUS CODE,"
                                + " such as \"PUT federatedIdentityCredentials 409 Conflict\", or \"failed\" as the STATUS of"
                                + " a PUT that begins and then fails");
    }

    @Test
    void fault_ofADeletionThatFailsInTheEnd_isRefused() {
        assertThatThrownBy(() -> faults.add("DELETE resourceGroups failed Conflict"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("of a PUT that begins");
    }

    @Test
    void assignment_thatIsToFail_givesNoRight() throws Exception {
        faults.add("PUT roleAssignments failed Conflict");

        put(GROUP + ROLES + "a", assignment(azure.identities().get(0).objectId()));

        assertThat(state(GROUP + ROLES + "a")).isEqualTo("Failed");
        assertThat(blobs()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/providers/Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
                ResourceId.SUBSCRIPTION
                        + "/providers/Microsoft.Authorization/roleDefinitions/2A2B9908-6EA1-4AE2-8E65-A410DF84E7D1"
            })
    void assignment_ofARoleThatIsWrittenOtherwise_countsToo(String role) throws Exception {
        String principal = azure.identities().get(0).objectId();
        Map<String, Object> assignment =
                Map.of("properties", Map.of("principalId", principal, "roleDefinitionId", role));

        assertThat(put(GROUP + ROLES + "a", assignment).statusCode()).isEqualTo(201);
        assertThat(blobs()).isEqualTo(200);
        assertThat(code(put(GROUP + ROLES + "b", assignment(principal)))).isEqualTo("RoleAssignmentExists");
    }

    @Test
    void assignment_ofARoleThatIsNone_isRefused() throws Exception {
        String role = "/providers/Microsoft.Authorization/roleDefinitions/none";
        String principal = azure.identities().get(0).objectId();

        assertError(
                put(
                        GROUP + ROLES + "a",
                        Map.of("properties", Map.of("principalId", principal, "roleDefinitionId", role))),
                400,
                "RoleDefinitionDoesNotExist",
                "The specified role definition '" + role + "' does not exist.");
    }

    @Test
    void cluster_withAGroupForItsNodesAndNoLocation_hasThatGroupAndAHost() throws Exception {
        Document made = body(put(CLUSTER, Map.of("properties", Map.of("nodeResourceGroup", "nodes"))));

        assertThat(made.properties().text("nodeResourceGroup")).isEqualTo("nodes");
        assertThat(made.properties().text("fqdn")).isEqualTo("demo.hcp.nowhere.azmk8s.invalid");
        assertThat(get(GROUP.replace("/demo", "/nodes")).statusCode()).isEqualTo(200);
        send("DELETE", azure.entra() + CLUSTER, "");
        assertThat(get(GROUP.replace("/demo", "/nodes")).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"listClusterUserCredential", "listClusterAdminCredential"})
    void cluster_always_hasACredential(String action) throws Exception {
        put(CLUSTER, cluster());

        assertThat(send("POST", azure.entra() + CLUSTER + "/" + action, "").body())
                .startsWith("{\"kubeconfigs\":[{");
    }

    @Test
    void name_thatIsTaken_isNotAvailable() throws Exception {
        put(ACCOUNT, Map.of("location", "northeurope"));

        assertThat(available("DEMO1").fields())
                .isEqualTo(Map.of(
                        "nameAvailable",
                        false,
                        "reason",
                        "AlreadyExists",
                        "message",
                        "The name DEMO1 is already taken."));
        assertThat(available("demo2").fields()).isEqualTo(Map.of("nameAvailable", true));
    }

    private Document available(String name) throws Exception {
        String url = azure.entra() + ResourceId.SUBSCRIPTION + "/providers/Microsoft.Storage/checkNameAvailability";
        return body(send("POST", url, Json.write(Map.of("name", name, "type", "Microsoft.Storage/storageAccounts"))));
    }

    @Test
    void resources_always_areWithoutRoles() throws Exception {
        put(ACCOUNT, Map.of("location", "northeurope"));

        assertThat(get(ResourceId.SUBSCRIPTION + "/resources").body())
                .contains("demo1")
                .doesNotContain("roleDefinitions");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/resourceGroups",
                "/resourceGroups/demo/providers/Microsoft.KeyVault/vaults/v",
                "/resourceGroups/demo/providers/Microsoft.Storage/storageAccounts",
                "/providers/Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
            })
    void delete_ofWhatIsNoResource_isRefusedAndTakesNothing(String path) throws Exception {
        put(ACCOUNT, Map.of("location", "northeurope"));

        HttpResponse<String> refused = send("DELETE", azure.entra() + ResourceId.SUBSCRIPTION + path, "");

        assertThat(refused.statusCode()).isEqualTo(404);
        assertThat(code(refused)).isEqualTo("InvalidResourceType");
        assertThat(get(ACCOUNT).statusCode()).isEqualTo(200);
        assertThat(get(BLOB_READER).statusCode()).isEqualTo(200);
    }

    @Test
    void error_always_hasItsCodeFirst() throws Exception {
        assertThat(get(IDENTITY).body()).startsWith("{\"error\":{\"code\":\"ResourceNotFound\",\"message\":");
    }

    @Test
    void assignment_toNobody_isRefused() throws Exception {
        assertError(
                put(GROUP + ROLES + "a", assignment("nobody")),
                400,
                "PrincipalNotFound",
                "Principal nobody does not exist in the directory " + azure.tenantId()
                        + ". Check that you have the correct principal ID.");
    }

    @Test
    void assignment_madeTwice_isRefusedUnderAnotherName() throws Exception {
        String principal = azure.identities().get(0).objectId();

        assertThat(put(GROUP + ROLES + "a", assignment(principal)).statusCode()).isEqualTo(201);
        assertThat(put(GROUP + ROLES + "a", assignment(principal)).statusCode()).isEqualTo(200);
        assertThat(code(put(GROUP + ROLES + "b", assignment(principal)))).isEqualTo("RoleAssignmentExists");
    }

    @Test
    void assignment_ofABlobRole_letsThePrincipalReadUntilItIsGone() throws Exception {
        String principal = azure.identities().get(0).objectId();
        assertThat(blobs()).isEqualTo(403);

        put(GROUP + ROLES + "a", assignment(principal));
        assertThat(blobs()).isEqualTo(200);
        send("DELETE", azure.entra() + GROUP + ROLES + "a", "");
        assertThat(blobs()).isEqualTo(403);
    }

    @Test
    void group_whenDeleted_takesAllWithIt() throws Exception {
        put(IDENTITY, Map.of("location", "northeurope"));
        put(CREDENTIALS + "one", credential("a"));

        assertThat(send("DELETE", azure.entra() + GROUP, "").statusCode()).isEqualTo(200);
        assertThat(get(GROUP).statusCode()).isEqualTo(404);
        assertThat(get(CREDENTIALS + "one").statusCode()).isEqualTo(404);
        put(GROUP, Map.of("location", "northeurope"));
        assertThat(get(IDENTITY).statusCode()).isEqualTo(404);
    }

    @Test
    void type_thatIsNotPlayed_isNamed() throws Exception {
        String vault = GROUP + "/providers/Microsoft.KeyVault/vaults/v";
        assertError(
                put(vault, Map.of()),
                404,
                "InvalidResourceType",
                "The emulator does not play 'microsoft.keyvault/vaults' (" + vault + ").");
    }

    private int blobs() throws Exception {
        HttpResponse<String> issued = client.get(
                azure.imds()
                        + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://storage.azure.com/",
                "Metadata",
                "true");
        return client.get(
                        azure.storage() + "/samples?restype=container&comp=list",
                        "Authorization",
                        "Bearer " + Client.json(issued).get("access_token"),
                        "x-ms-version",
                        "2023-11-03")
                .statusCode();
    }

    private void pass(Duration time) {
        now.updateAndGet(instant -> instant.plus(time));
    }

    private static Map<String, Object> credential(String subject) {
        return Map.of("properties", Map.of("issuer", "https://cluster.example/", "subject", subject));
    }

    private static Map<String, Object> assignment(String principal) {
        return Map.of("properties", Map.of("principalId", principal, "roleDefinitionId", BLOB_READER));
    }

    private static Map<String, Object> cluster() {
        return Map.of("location", "northeurope", "properties", Map.of("oidcIssuerProfile", Map.of("enabled", true)));
    }

    private String state(String path) throws Exception {
        return body(get(path)).properties().text("provisioningState");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send("GET", azure.entra() + path, "");
    }

    private HttpResponse<String> put(String path, Map<String, Object> body) throws Exception {
        return send("PUT", azure.entra() + path, Json.write(body));
    }

    private HttpResponse<String> send(String method, String url, String body) throws Exception {
        return client.sendJson(method, url, token, body);
    }

    private static Document body(HttpResponse<String> answer) throws Exception {
        return new Document(Client.json(answer));
    }

    private static String code(HttpResponse<String> answer) throws Exception {
        return body(answer).object("error").text("code");
    }

    private static void assertError(HttpResponse<String> answer, int status, String code, String message)
            throws Exception {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(body(answer).object("error").fields()).isEqualTo(Map.of("code", code, "message", message));
    }

    private static final class HandClock extends Clock {
        private final AtomicReference<Instant> now;

        HandClock(AtomicReference<Instant> now) {
            this.now = now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now.get();
        }
    }
}
