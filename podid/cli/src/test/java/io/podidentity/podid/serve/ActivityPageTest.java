// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.plan.Places;
import io.podidentity.emulator.run.EmulatedPod;
import io.podidentity.emulator.server.LoopbackServer;
import io.podidentity.testsupport.Client;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActivityPageTest {

    private static final String CLIENT = "22222222-2222-4222-8222-222222222222";
    private static final String BLUEPRINT = "b1000000-0000-4000-8000-000000000001";
    private static final String AGENT = "a6000000-0000-4000-8000-000000000001";

    private static PodIdentityEmulator azure;
    private static DiscoveryServer discovery;
    private static String page;
    private static Client client;

    @BeforeAll
    static void serve() {
        azure = PodIdentityEmulator.builder()
                .manifests(new ManifestReader(Profile.WORKLOAD_IDENTITY).readText("pods.yaml", """
                        apiVersion: v1
                        kind: ServiceAccount
                        metadata: {name: orders, namespace: shop, annotations: {azure.workload.identity/client-id: %s}}
                        ---
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: orders, namespace: shop, labels: {azure.workload.identity/use: "true"}}
                        spec: {serviceAccountName: orders, containers: [{name: app, image: app}]}
                        """.formatted(CLIENT)))
                .agentBlueprint(BLUEPRINT, BLUEPRINT)
                .agentIdentity(BLUEPRINT, AGENT, AGENT)
                .agentUser(AGENT, "reader@agents.example", "ac000000-0000-4000-8000-000000000001")
                .start();
        discovery = DiscoveryServer.open(Places.onLoopback(), LoopbackServer.loopback(), 0, false);
        page = discovery.page().toString();
        discovery.show(new Served(azure, Path.of("none"), discovery.page(), azure.pods(), Shell.sh));
        client = Client.of(azure.sslContext());
    }

    @AfterAll
    static void close() {
        discovery.close();
        azure.close();
    }

    @AfterEach
    void endFaults() {
        azure.faults().clear();
    }

    @Test
    void activity_afterAPodHasAsked_saysWhoAskedForWhatAndWhy() throws Exception {
        String token = (String) Client.json(exchange(CLIENT)).get("access_token");
        exchange("33333333-3333-4333-8333-333333333333");
        blobs(token);

        var activity = client.get(page + "activity");
        List<Map<String, Object>> requests = list(Client.json(activity), "requests");
        assertThat(requests.stream().limit(3).map(ActivityPageTest::said))
                .containsExactly(
                        "storage  " + CLIENT + " GET 200 ",
                        "entra shop/orders 33333333-3333-4333-8333-333333333333 POST 400 AADSTS700016",
                        "entra shop/orders " + CLIENT + " POST 200 ");
        assertThat(list(Client.json(activity), "pods"))
                .containsExactly(Map.of("name", "shop/orders", "identity", CLIENT, "refusal", ""));
        assertThat(activity.body()).doesNotContain("eyJ").contains("AADSTS700016: Application with identifier");
    }

    @Test
    void activity_afterAnAgentHasAsked_saysItsBlueprint() throws Exception {
        String exchange = "api://AzureADTokenExchange";
        String node = accessToken(client.get(
                azure.imds() + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=" + exchange,
                "Metadata",
                "true"));
        String blueprints =
                accessToken(exchange(BLUEPRINT, node, Map.of("fmi_path", AGENT, "scope", exchange + "/.default")));
        blobs(accessToken(exchange(AGENT, blueprints, Map.of())));

        var activity = client.get(page + "activity");
        assertThat(list(Client.json(activity), "agents"))
                .containsExactly(Map.of("identity", AGENT, "blueprint", BLUEPRINT, "user", "reader@agents.example"));
        assertThat(list(Client.json(activity), "requests").subList(0, 3))
                .allSatisfy(request -> assertThat(request)
                        .containsEntry("identity", AGENT)
                        .containsEntry("blueprint", BLUEPRINT)
                        .containsEntry("status", 200L));
        assertThat(activity.body()).doesNotContain("eyJ");
    }

    @Test
    void introduction_ofAgents_namesThemAndTheirBlueprints() {
        var served = new Served(azure, Path.of("none"), discovery.page(), azure.pods(), Shell.sh);

        assertThat(served.introduction())
                .contains("\n  Agent             " + AGENT + " of blueprint " + BLUEPRINT
                        + ", with the user account reader@agents.example\n");
        assertThat(served.json())
                .contains("\"agents\":[{\"clientId\":\"" + AGENT + "\",\"blueprint\":\"" + BLUEPRINT
                        + "\",\"user\":\"reader@agents.example\"}]");
    }

    @ParameterizedTest
    @CsvSource({
        "role-missing,  403, AuthorizationPermissionMismatch",
        "token-expired, 401, InvalidAuthenticationInfo",
        "busy,          429, A",
    })
    void faults_ofStorage_areTheAnswerToTheNextRequest(String fault, int status, String says) throws Exception {
        String token = (String) Client.json(exchange(CLIENT)).get("access_token");

        assertThat(order("server=storage&fault=" + fault)).contains("\"storage\":[\"status " + status + "\"]");
        assertThat(blobs(token)).isEqualTo(status);
        assertThat(said(newest())).isEqualTo("storage  " + CLIENT + " GET " + status + " " + says);
        assertThat(blobs(token)).isEqualTo(200);
    }

    @Test
    void faults_thatRevokeAToken_lastUntilTheClientHasAnotherOne() throws Exception {
        String token = (String) Client.json(exchange(CLIENT)).get("access_token");

        assertThat(order("server=entra&fault=claims-challenge")).startsWith("claims-challenge is a fault of");
        assertThat(order("server=storage&fault=claims-challenge&each=true"))
                .startsWith("claims-challenge happens once: leave out each");
        assertThat(order("server=storage&fault=claims-challenge")).contains("\"storage\":[\"claims challenge\"]");

        assertThat(blobs(token)).isEqualTo(401);
        assertThat(azure.faults().pending().get("storage")).isEmpty();
        assertThat(blobs(token)).isEqualTo(401);
        assertThat(blobs((String) Client.json(exchange(CLIENT)).get("access_token")))
                .isEqualTo(200);
    }

    @Test
    void faults_thatRevokeAToken_endWithAllOthers() throws Exception {
        String token = (String) Client.json(exchange(CLIENT)).get("access_token");
        order("server=storage&fault=claims-challenge");
        assertThat(blobs(token)).isEqualTo(401);
        order("server=storage&fault=claims-challenge");

        client.send("DELETE", page + "faults");

        assertThat(blobs(token)).isEqualTo(200);
        assertThat(azure.faults().pending().get("storage")).isEmpty();
    }

    @Test
    void keys_rotatedByAScript_signTheNextToken() throws Exception {
        String before = (String) Client.json(exchange(CLIENT)).get("access_token");

        assertThat(order("server=imds&fault=rotate-keys")).startsWith("rotate-keys is a fault of the server entra");
        order("server=entra&fault=rotate-keys");

        String after = (String) Client.json(exchange(CLIENT)).get("access_token");
        String keys = client.get(azure.entra() + "/" + azure.tenantId() + "/discovery/v2.0/keys")
                .body();
        assertThat(keyId(after)).isNotEqualTo(keyId(before));
        assertThat(keys).contains(keyId(before), keyId(after));
        assertThat(blobs(before)).isEqualTo(200);
    }

    private static String keyId(String token) throws Exception {
        return SignedJWT.parse(token).getHeader().getKeyID();
    }

    @Test
    void faults_forEachRequest_stayUntilTheyAreEnded() throws Exception {
        assertThat(order("server=imds&fault=gone&each=true")).contains("\"imds\":[\"gone, each time\"]");
        assertThat(order("server=imds&fault=silent&each=true")).contains("\"silent, each time\"");
        assertThat(order("server=imds&fault=none")).startsWith("fault is silent, gone");
        assertThat(order("server=elsewhere&fault=silent")).startsWith("server is imds, nmi");

        client.send("DELETE", page + "faults");

        assertThat(client.get(azure.imds() + "/metadata/instance?api-version=2021-02-01", "Metadata", "true")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void page_toABrowser_runsNoScriptButItsOwn() throws Exception {
        var html = client.get(page, "Accept", "text/html,*/*;q=0.8", "Sec-Fetch-Site", "none");

        String policy = html.headers().firstValue("Content-Security-Policy").orElse("");
        String nonce = policy.replaceFirst(".*script-src 'nonce-([^']+)'.*", "$1");
        assertThat(policy).contains("default-src 'none'").doesNotContain("unsafe");
        assertThat(html.body()).contains("<script nonce=\"" + nonce + "\">", "<style nonce=\"" + nonce + "\">");
        assertThat(client.get(page).body()).startsWith("{\"pods\":");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost,    http://localhost,    same-origin, 200",
        "localhost:80, http://localhost:80, same-origin, 200",
        "localhost,    http://localhost,    ,            200",
        "localhost,    ,                    ,            200",
        "localhost:80, http://localhost:81, same-site,   403",
        "localhost,    http://evil.example, cross-site,  403",
        "localhost,    ,                    cross-site,  403",
        "localhost,    null,                ,            403",
        "evil.example, http://evil.example, same-origin, 403",
    })
    void faults_orderedByAPage_areAcceptedFromThisOneOnly(String host, String origin, String site, int status) {
        var headers = Stream.of(Map.entry("Host", host), entry("Origin", origin), entry("Sec-Fetch-Site", site))
                .filter(header -> !header.getValue().isEmpty())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        Request order = Request.withBody("PUT", "/faults", headers, "server=nmi&fault=busy");

        assertThat(discovery.answer(order).status()).isEqualTo(status);
        assertThat(azure.faults().pending().get("nmi")).hasSize(status == 200 ? 1 : 0);
    }

    /** A page may point a name of its own here, and is then of one origin with it. */
    @Test
    void exposed_putByAPage_isNotTakenFromAScript() {
        var headers = Map.of("Host", "evil.example", "Origin", "http://evil.example", "Sec-Fetch-Site", "same-origin");

        var answer = discovery.answer(Request.withBody("PUT", "/exposed", headers, "host=evil.example"));

        assertThat(answer.text()).startsWith("The discovery port is not known by that name");
    }

    private static Map.Entry<String, String> entry(String header, String value) {
        return Map.entry(header, value == null ? "" : value);
    }

    private static HttpResponse<String> exchange(String clientId, String assertion, Map<String, String> more)
            throws Exception {
        var form = new HashMap<>(Map.of(
                "grant_type", "client_credentials",
                "client_id", clientId,
                "scope", "https://storage.azure.com/.default",
                "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion", assertion));
        form.putAll(more);
        return client.post(azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/token", form);
    }

    private static String accessToken(HttpResponse<String> answer) throws Exception {
        return (String) Client.json(answer).get("access_token");
    }

    private static HttpResponse<String> exchange(String clientId) throws Exception {
        EmulatedPod pod = azure.pod("shop/orders");
        String assertion = Files.readString(Path.of(pod.environment().get("AZURE_FEDERATED_TOKEN_FILE")));
        return exchange(clientId, assertion, Map.of());
    }

    private static int blobs(String token) throws Exception {
        return client.get(
                        azure.storage() + "/samples?restype=container&comp=list",
                        "Authorization",
                        "Bearer " + token,
                        "x-ms-version",
                        "2021-12-02")
                .statusCode();
    }

    private static String order(String form) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(page + "faults"))
                .PUT(BodyPublishers.ofString(form))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }

    private static Map<String, Object> newest() throws Exception {
        return list(Client.json(client.get(page + "activity")), "requests").get(0);
    }

    private static String said(Map<String, Object> request) {
        return Stream.of("server", "pod", "identity", "request", "status", "reason")
                .map(field -> String.valueOf(request.get(field)).replaceFirst("[ :].*", ""))
                .collect(Collectors.joining(" "));
    }

    @SuppressWarnings("unchecked") // as JSON is
    private static List<Map<String, Object>> list(Map<String, Object> json, String name) {
        return (List<Map<String, Object>>) json.get(name);
    }
}
