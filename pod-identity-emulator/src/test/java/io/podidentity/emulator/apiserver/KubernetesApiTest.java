package io.podidentity.emulator.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.Client;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.manifest.Yaml;
import io.podidentity.emulator.manifest.YamlReader;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubernetesApiTest {

    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String TOKEN = "/api/v1/namespaces/default/serviceaccounts/orders/token";

    private static PodIdentityEmulator azure;
    private static Client client;

    @BeforeAll
    static void start() {
        azure = ServedCluster.served().start();
        client = Client.of(azure);
    }

    @AfterAll
    static void end() {
        azure.close();
    }

    private static String token(PodIdentityEmulator of, String user) {
        var kubeconfig = Tree.of((Yaml.Mapping)
                YamlReader.read("kubeconfig", of.kubeconfig().orElseThrow()).get(0));
        return Tree.maps(kubeconfig, "users").stream()
                .filter(one -> Tree.text(one, "name").equals(user))
                .map(one -> Tree.text(one, "user", "token"))
                .findFirst()
                .orElseThrow();
    }

    private static HttpResponse<String> get(String user, String path) throws Exception {
        return client.get(azure.kubernetesApi().orElseThrow() + path, "Authorization", "Bearer " + token(azure, user));
    }

    private static HttpResponse<String> send(String user, String method, String path, String body) throws Exception {
        return client.sendJson(method, azure.kubernetesApi().orElseThrow() + path, token(azure, user), body);
    }

    private static Map<String, Object> object(String path) throws Exception {
        HttpResponse<String> answer = get("admin", path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Client.json(answer);
    }

    private static List<String> names(String path) throws Exception {
        return Tree.maps(object(path), "items").stream()
                .map(item -> Tree.text(item, "metadata", "name"))
                .toList();
    }

    @Test
    void deployment_byItsReplicaSet_leadsToAPodThatTheWebhookChanged() throws Exception {
        Map<String, Object> pod = object(PODS + "/orders");
        String owner = Tree.text(Tree.maps(pod, "metadata", "ownerReferences").get(0), "name");
        Map<String, Object> set = object("/apis/apps/v1/namespaces/default/replicasets/" + owner);

        assertThat(Tree.text(Tree.maps(set, "metadata", "ownerReferences").get(0), "uid"))
                .isEqualTo(Tree.text(object("/apis/apps/v1/namespaces/default/deployments/orders"), "metadata", "uid"));
        Map<String, Object> container = Tree.maps(pod, "spec", "containers").get(0);
        assertThat(container).contains(entry("inventedField", "kept"));
        assertThat(Tree.maps(container, "env"))
                .contains(Map.of("name", "GREETING", "value", "hello"))
                .contains(Map.of("name", "AZURE_CLIENT_ID", "value", ServedCluster.CLIENT_ID));
        assertThat(Tree.maps(pod, "spec", "volumes").toString()).contains("api://AzureADTokenExchange");
        assertThat(Tree.text(pod, "status", "podIP")).startsWith("10.244.");
    }

    @Test
    void objects_ofEveryKind_areThere() throws Exception {
        assertThat(names("/api/v1/pods")).containsExactlyInAnyOrder("bare", "orders");
        assertThat(names("/api/v1/namespaces/default/serviceaccounts")).containsExactly("default", "orders");
        assertThat(names("/api/v1/namespaces")).contains("default", "other", "kube-system");
        assertThat(Tree.text(object("/apis/example.com/v1/namespaces/default/widgets/w1"), "spec", "size"))
                .isEqualTo("3");
        assertThat(Tree.map(object("/api/v1/namespaces/default/secrets/orders"), "data"))
                .containsExactly(entry("password", "c2VjcmV0LXRleHQ="));
        assertThat(Tree.text(
                        object("/apis/aadpodidentity.k8s.io/v1/namespaces/default/azureassignedidentities/"
                                + "bare-default-reader"),
                        "spec",
                        "pod"))
                .isEqualTo("bare");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    labelSelector=app%3Dorders                          | orders
                    labelSelector=app!%3Dorders                         | bare
                    labelSelector=tier+in+(back,front),app              | orders
                    labelSelector=tier+notin+(back)                     | bare
                    labelSelector=!tier                                 | bare
                    fieldSelector=metadata.name%3Dorders                | orders
                    fieldSelector=metadata.namespace%3Dother            |
                    fieldSelector=metadata.name!%3Dorders               | bare
                    fieldSelector=status.phase%3DRunning&limit=1        | bare,orders
                    """)
    void list_withASelector_hasThoseItMeans(String query, String expected) throws Exception {
        assertThat(String.join(",", names("/api/v1/pods?" + query))).isEqualTo(expected == null ? "" : expected);
    }

    @Test
    void list_withASelectorThatCannotBeRead_isRefused() throws Exception {
        assertThat(get("admin", PODS + "?labelSelector=a+b+c").statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    admin | GET    | /api/v1/namespaces/default/pods/nope | 404 | NotFound | pods "nope" not found
                    admin | GET    | /apis/apps/v1/namespaces/x/deployments/y | 404 | NotFound | deployments.apps "y" not found
                    nobody | GET   | /api/v1/pods | 403 | Forbidden | pods is forbidden: User "nobody" cannot list resource "pods" in API group "" at the cluster scope
                    dev   | GET    | /api/v1/namespaces/default/secrets/orders | 403 | Forbidden | secrets "orders" is forbidden: User "dev" cannot get resource "secrets" in API group "" in the namespace "default"
                    dev   | GET    | /openid/v1/jwks | 403 | Forbidden | forbidden: User "dev" cannot get path "/openid/v1/jwks"
                    dev   | POST   | /api/v1/namespaces/default/serviceaccounts/orders/token | 403 | Forbidden | serviceaccounts "orders" is forbidden: User "dev" cannot create resource "serviceaccounts/token" in API group "" in the namespace "default"
                    dev   | DELETE | /api/v1/namespaces/default/pods/orders | 403 | Forbidden | pods "orders" is forbidden: User "dev" cannot delete resource "pods" in API group "" in the namespace "default"
                    admin | DELETE | /api/v1/namespaces/default/pods/orders | 405 | MethodNotAllowed | the emulated API server is read-only: change the manifest, and the emulator applies it at once
                    admin | POST   | /api/v1/namespaces/default/pods | 405 | MethodNotAllowed | the emulated API server is read-only: change the manifest, and the emulator applies it at once
                    admin | POST   | /api/v1/namespaces/default/serviceaccounts/none/token | 404 | NotFound | serviceaccounts "none" not found
                    """)
    void request_thatIsRefused_saysWhyAsTheRealServerDoes(
            String user, String method, String path, int code, String reason, String message) throws Exception {
        HttpResponse<String> answer = send(user, method, path, "{}");

        assertThat(answer.statusCode()).isEqualTo(code);
        assertThat(Client.json(answer))
                .contains(entry("kind", "Status"), entry("reason", reason), entry("message", message));
    }

    @Test
    void request_ofNobodyKnown_isUnauthorizedOrAnonymous() throws Exception {
        String url = azure.kubernetesApi().orElseThrow() + PODS;

        assertThat(client.get(url, "Authorization", "Bearer wrong").statusCode())
                .isEqualTo(401);
        HttpResponse<String> anonymous = client.get(url);
        assertThat(anonymous.statusCode()).isEqualTo(403);
        assertThat(anonymous.body()).contains("system:anonymous");
    }

    @Test
    void tokenRequest_ofABorrower_isGoodForTheIdentity() throws Exception {
        HttpResponse<String> answer = send(
                "borrower",
                "POST",
                TOKEN,
                "{\"spec\":{\"audiences\":[\"api://AzureADTokenExchange\"],\"expirationSeconds\":700}}");

        assertThat(answer.statusCode()).isEqualTo(201);
        String token = Tree.text(Client.json(answer), "status", "token");
        JWTClaimsSet claims = SignedJWT.parse(token).getJWTClaimsSet();
        assertThat(claims.getSubject()).isEqualTo("system:serviceaccount:default:orders");
        assertThat(Duration.between(
                        claims.getIssueTime().toInstant(),
                        claims.getExpirationTime().toInstant()))
                .hasSeconds(700);
        HttpResponse<String> exchanged = client.post(
                azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/token",
                Map.of(
                        "grant_type", "client_credentials",
                        "client_id", ServedCluster.CLIENT_ID,
                        "scope", "https://storage.azure.com/.default",
                        "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                        "client_assertion", token));
        assertThat(Client.claims(exchanged).getStringClaim("appid")).isEqualTo(ServedCluster.CLIENT_ID);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"expirationSeconds":599} | 422 | spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes
                    {"boundObjectRef":{"kind":"Pod","name":"none"}} | 404 | pods "none" not found
                    {"boundObjectRef":{"kind":"Pod","name":"bare"}} | 400 | different serviceaccount
                    {"boundObjectRef":{"kind":"Pod","name":"orders","uid":"x"}} | 409 | does not match the UID
                    {"boundObjectRef":{"kind":"Pod","name":"orders"}} | 201 | expirationTimestamp
                    """)
    void tokenRequest_withBounds_isCheckedAgainstThem(String spec, int code, String text) throws Exception {
        HttpResponse<String> answer = send("borrower", "POST", TOKEN, "{\"spec\":" + spec + "}");

        assertThat(answer.statusCode()).isEqualTo(code);
        assertThat(answer.body().replace("\\\"", "\"")).contains(text);
    }

    @Test
    void serviceAccount_byItsOwnToken_isAUserWithItsRights() throws Exception {
        String own = Tree.text(Client.json(send("borrower", "POST", TOKEN, "{}")), "status", "token");
        String url = azure.kubernetesApi().orElseThrow().toString();

        assertThat(client.get(url + "/openid/v1/jwks", "Authorization", "Bearer " + own)
                        .statusCode())
                .isEqualTo(200);
        assertThat(client.get(url + PODS, "Authorization", "Bearer " + own).body())
                .contains("system:serviceaccount:default:orders");
    }

    @Test
    void apply_ofOtherManifests_changesWhatThereIs() throws Exception {
        try (var changing = ServedCluster.served()
                .serviceAccountTokenLifetime(Duration.ofSeconds(5))
                .start()) {
            String url = changing.kubernetesApi().orElseThrow().toString();
            String bearer = "Bearer " + token(changing, "admin");
            var other = Client.of(changing);
            String account = "/api/v1/namespaces/default/serviceaccounts/orders";
            var short_ = Client.json(other.sendJson("POST", url + account + "/token", token(changing, "admin"), "{}"));
            assertThat(Tree.text(short_, "spec", "expirationSeconds")).isEqualTo("5");

            changing.apply(ServedCluster.read("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: late}"));

            assertThat(other.get(url + account, "Authorization", bearer).statusCode())
                    .isEqualTo(404);
            assertThat(other.get(url + account.replace("orders", "late"), "Authorization", bearer)
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void texts_always_holdNoToken() throws Exception {
        String answer = send("borrower", "POST", TOKEN, "{}").body();
        String token = Tree.text(com.nimbusds.jose.util.JSONObjectUtils.parse(answer), "status", "token");

        assertThat(azure.requests().toString() + azure.log())
                .contains("serviceaccounts/orders/token")
                .doesNotContain(token, token(azure, "admin"), token(azure, "dev"));
    }
}
