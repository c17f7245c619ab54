// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.podid.explain.Explanation.Outcome;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code explain} says, a running emulator does: mistakes that only Azure or the network notices. */
class AgreementIT {

    private static final String GROUP =
            "/subscriptions/31111111-1111-4111-8111-111111111111/resourcegroups/rg/providers/";
    private static final String ID = GROUP + "Microsoft.ManagedIdentity/userAssignedIdentities/a";
    private static final String CLIENT = "21111111-1111-4111-8111-111111111111";
    private static final String TENANT = "91111111-1111-4111-8111-111111111111";
    private static final String PATH =
            "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fstorage.azure.com%2F";

    @TempDir
    private Path folder;

    private static String managed(String resourceId, String clientId) {
        return identity("{type: 0, resourceID: '" + resourceId + "', clientID: '" + clientId + "'}");
    }

    private static String principal(String tenant, String clientId, String secret) {
        return identity("{type: 1, clientID: '" + clientId + "', tenantID: '" + tenant
                        + "', clientPassword: {name: s, namespace: default}}")
                + "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: " + secret + "\n---\n";
    }

    private static String identity(String spec) {
        return "apiVersion: aadpodidentity.k8s.io/v1\nkind: AzureIdentity\nmetadata: {name: a}\nspec: " + spec
                + "\n---\n"
                + "apiVersion: aadpodidentity.k8s.io/v1\nkind: AzureIdentityBinding\nmetadata: {name: b}\n"
                + "spec: {azureIdentity: a, selector: demo}\n---\n"
                + "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {app: p, aadpodidbinding: demo}}\n---\n";
    }

    private static String policy(String egress) {
        return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed}\n"
                + "spec: {podSelector: {matchExpressions: [{key: app, operator: In, values: [p]}]}, policyTypes: [Egress],"
                + " egress: " + egress + "}\n";
    }

    @ParameterizedTest
    @CsvSource({
        "V1_5_4, subscriptions/31111111-1111-4111-8111-111111111111/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a",
        "V1_8_17, subscriptions/31111111-1111-4111-8111-111111111111/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a",
        "V1_5_4, /subscriptions/31111111-1111-4111-8111-111111111111/resourcgroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a",
        "V1_6_3, https://portal.azure.com/#@t/resource" + ID,
        "V1_8_17, https://portal.azure.com/#@t/resource" + ID,
        "V1_8_17, " + ID + "/overview"
    })
    void resourceId_thatAzureDoesNotKnow_getsNoTokenAndIsCorrected(Profile profile, String id) throws Exception {
        Explanation explanation = agreed(profile, managed(id, CLIENT));

        assertThat(explanation.outcome()).isEqualTo(Outcome.NONE);
        assertThat(explanation.remedies()).containsExactly("Write: resourceID: " + ID);
    }

    @ParameterizedTest
    @CsvSource({"V1_5_4", "V1_8_17"})
    void resourceId_ofAMachineWithASystemAssignedIdentity_getsNoToken(Profile profile) throws Exception {
        Explanation explanation = agreed(profile, managed(GROUP + "Microsoft.Compute/virtualMachines/vm", CLIENT));

        assertThat(explanation.outcome()).isEqualTo(Outcome.NONE);
        assertThat(explanation.remedies()).singleElement().asString().contains("az identity show", "--query id");
    }

    @ParameterizedTest
    @CsvSource({"V1_5_4", "V1_6_3", "V1_8_17", "MANAGED"})
    void clientId_thatIsNone_getsNoToken(Profile profile) throws Exception {
        for (String id : new String[] {ID, "<CLIENT ID>", "CLIENT_ID"}) {
            Explanation explanation = agreed(profile, managed(ID, id));

            assertThat(explanation.outcome()).as(id).isEqualTo(Outcome.NONE);
            assertThat(explanation.summary()).contains("Azure gives no token of identity default/a: ", "clientID is ");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''     | {password: right}             | needs tenantID, which is empty or missing",
                TENANT + " | {id: x, password: right}      | needs one key in this secret, and it has 2: id, password",
                TENANT + " | {password: \"right\\n\"}      | begins or ends with white space, a line break"
            })
    void servicePrincipal_thatEntraRefuses_getsNoToken(String tenant, String secret, String reason) throws Exception {
        for (Profile profile : new Profile[] {Profile.V1_5_4, Profile.V1_8_17, Profile.MANAGED}) {
            Explanation explanation = agreed(profile, principal(tenant, CLIENT, secret));

            assertThat(explanation.outcome()).isEqualTo(Outcome.NONE);
            assertThat(explanation.summary()).contains(reason);
        }
    }

    @Test
    void policy_thatClosesNmi_getsNoTokenAndOneThatOpensItDoes() throws Exception {
        String web = "[{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [127.0.0.0/8]}}], ports: [{port: 443}]}]";
        Explanation closed = agreed(Profile.V1_8_17, managed(ID, CLIENT) + policy(web));

        assertThat(closed.outcome()).isEqualTo(Outcome.NONE);
        assertThat(closed.summary()).isEqualTo("the NetworkPolicy default/closed keeps it from NMI");
        assertThat(closed.remedies()).singleElement().asString().contains("127.0.0.1/32, TCP port 2579");

        for (String egress : new String[] {
            "[{to: [{ipBlock: {cidr: 127.0.0.1/32}}], ports: [{port: 2579}]}]",
            "[{}]",
            "[{ports: [{port: 2000, endPort: 3000}]}]"
        }) {
            assertThat(agreed(Profile.V1_8_17, managed(ID, CLIENT) + policy(egress))
                            .outcome())
                    .as(egress)
                    .isEqualTo(Outcome.IDENTITY);
        }
    }

    @Test
    void policy_thatOpensAddressesOfIpv6Alone_keepsThePodFromNmiOnTheNode() throws Exception {
        String ipv6 = "[{to: [{ipBlock: {cidr: '::/0'}}], ports: [{port: 2579}]}]";

        assertThat(agreed(Profile.V1_5_4, managed(ID, CLIENT) + policy(ipv6)).outcome())
                .isEqualTo(Outcome.NONE);
    }

    @ParameterizedTest
    @CsvSource({CLIENT + ", true", ID + ", false", "<CLIENT ID>, false"})
    void workload_whoseClientIdIsNone_getsNoToken(String clientId, boolean token) throws Exception {
        String text = """
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: a, annotations: {azure.workload.identity/client-id: '%s'}}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: p, labels: {azure.workload.identity/use: "true"}}
                spec: {serviceAccountName: a, containers: [{name: c, image: i}]}
                """.formatted(clientId);
        Path file = Files.writeString(folder.resolve("m.yaml"), text);

        Explanation explanation =
                explain(Profile.WORKLOAD_IDENTITY, new ManifestReader(Profile.WORKLOAD_IDENTITY).readText("m", text));

        assertThat(explanation.outcome()).isEqualTo(token ? Outcome.IDENTITY : Outcome.NONE);
        try (var azure = PodIdentityEmulator.builder()
                .manifests(file)
                .profile(Profile.WORKLOAD_IDENTITY)
                .start()) {
            String answer = exchange(azure, azure.pod("default/p").environment());
            assertThat(answer).contains(token ? "access_token" : "AADSTS700016");
            assertThat(explanation.summary().contains("AADSTS700016")).isEqualTo(!token);
        }
    }

    private static String exchange(PodIdentityEmulator azure, Map<String, String> pod) throws Exception {
        KeyStore store = KeyStore.getInstance(azure.trustStore().toFile(), "changeit".toCharArray());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        String body = "grant_type=client_credentials&scope=https%3A%2F%2Fstorage.azure.com%2F.default&client_id="
                + URLEncoder.encode(pod.get("AZURE_CLIENT_ID"), StandardCharsets.UTF_8)
                + "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
                + "&client_assertion=" + Files.readString(Path.of(pod.get("AZURE_FEDERATED_TOKEN_FILE")));
        return HttpClient.newBuilder()
                .sslContext(tls)
                .build()
                .send(
                        HttpRequest.newBuilder(URI.create(pod.get("AZURE_AUTHORITY_HOST") + pod.get("AZURE_TENANT_ID")
                                        + "/oauth2/v2.0/token"))
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @ParameterizedTest
    @CsvSource({"V1_5_4", "V1_6_3", "V1_8_17", "MANAGED"})
    void rightManifests_always_getAToken(Profile profile) throws Exception {
        assertThat(agreed(profile, managed(ID, CLIENT)).outcome()).isEqualTo(Outcome.IDENTITY);
        assertThat(agreed(profile, principal(TENANT, CLIENT, "{password: right}"))
                        .outcome())
                .isEqualTo(Outcome.IDENTITY);
    }

    private Explanation agreed(Profile profile, String text) throws Exception {
        Path file = Files.writeString(folder.resolve("m.yaml"), text);
        Explanation explanation = explain(profile, new ManifestReader(profile).readText(file.toString(), text));
        try (var azure = PodIdentityEmulator.builder()
                .manifests(file)
                .profile(profile)
                .timeScale(1000)
                .start()) {
            assertThat(isServed(azure.pod("default/p").imds()))
                    .as(() -> text + explanation.summary() + azure.log())
                    .isEqualTo(explanation.outcome() == Outcome.IDENTITY);
        }
        return explanation;
    }

    private static boolean isServed(URI imds) throws Exception {
        var connection = (HttpURLConnection) URI.create(imds + PATH).toURL().openConnection();
        connection.setRequestProperty("Metadata", "true");
        connection.setReadTimeout(1_500);
        try {
            return connection.getResponseCode() == 200;
        } catch (SocketTimeoutException dropped) {
            return false;
        }
    }

    private static Explanation explain(Profile profile, Manifests manifests) {
        return new Explainer(manifests, MatchRules.of(profile), Instant.EPOCH)
                .explain(manifests.cluster().pods().get(0), Explainer.DEFAULT_QUERY);
    }
}
