// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ClusterRole;
import io.podidentity.emulator.cluster.ClusterRole.Rule;
import io.podidentity.emulator.cluster.ClusterRoleBinding;
import io.podidentity.emulator.cluster.ClusterRoleBinding.Subject;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Volume.TokenProjection;
import io.podidentity.emulator.directory.AppAssignments;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.emulator.directory.FederatedCredentials.Match;
import io.podidentity.emulator.directory.Principals;
import io.podidentity.emulator.directory.Resources;
import io.podidentity.emulator.directory.RoleAssignments;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.time.ManualClock;
import io.podidentity.emulator.token.SigningKey;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdentityBindingProxyTest {

    private static final String CLIENT = "11111111-1111-4111-8111-111111111111";
    private static final String BINDING = "api://AKSIdentityBinding";

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-24T12:00:00Z"));
    private final ClusterIssuer issuer =
            new ClusterIssuer(SigningKey.ofClusters(), URI.create("https://localhost:1/tenant/cluster/"), clock);
    private final FederatedCredentials federation = new FederatedCredentials(clock);
    private final List<Request> exchanges = new ArrayList<>();
    private final IdentityBindingProxy proxy = new IdentityBindingProxy(
            new Directory(
                    "tenant",
                    List.of(),
                    new User("user", "user"),
                    new Principals(List.of()),
                    List.of(),
                    federation,
                    new RoleAssignments(clock),
                    Resources.ofAzure(),
                    AppAssignments.NONE),
            issuer,
            request -> {
                exchanges.add(request);
                return Answer.json(200, Map.of());
            });

    @BeforeEach
    void bind() {
        proxy.bind(CLIENT, Set.of());
        proxy.apply(Cluster.of(List.of(
                new ClusterRole(
                        Metadata.of("", "user"),
                        List.of(new Rule(
                                List.of("use-managed-identity"), List.of("cid.wi.aks.azure.com"), List.of(CLIENT)))),
                new ClusterRoleBinding(
                        Metadata.of("", "users"),
                        "user",
                        List.of(new Subject("ServiceAccount", "default", "default"))))));
    }

    @Test
    void answer_tokenOfTheCluster_isExchangedForOneThatTheIdentityAccepts() throws Exception {
        assertThat(proxy.answer(exchange(CLIENT, token(BINDING))).status()).isEqualTo(200);

        String assertion = exchanges.get(0).form().get("client_assertion").orElseThrow();
        JWTClaimsSet claims = SignedJWT.parse(assertion).getJWTClaimsSet();
        assertThat(exchanges.get(0).form().get("scope")).contains("s/.default");
        assertThat(federation.match(CLIENT, claims.getIssuer(), claims.getSubject(), claims.getAudience()))
                .isEqualTo(Match.ACCEPTED);
        assertThat(federation.keysOf(claims.getIssuer())).isNotEmpty();
    }

    @Test
    void answer_tokenForEntraItself_isRefused() throws Exception {
        assertRefused(
                exchange(CLIENT, token("api://AzureADTokenExchange")),
                401,
                "The assertion is no token of this cluster for the audience api://AKSIdentityBinding");
    }

    @Test
    void answer_expiredToken_isRefused() throws Exception {
        String token = token(BINDING);
        clock.advance(Duration.ofHours(1));

        assertRefused(
                exchange(CLIENT, token),
                401,
                "The assertion is no token of this cluster for the audience api://AKSIdentityBinding");
    }

    @Test
    void answer_identityThatIsNotBound_isRefused() throws Exception {
        assertRefused(
                exchange("other", token(BINDING)), 403, "No identity binding of this cluster is for client ID other");
    }

    @Test
    void answer_anythingElse_isEntras() {
        Request discovery = Request.of("GET", "/tenant/v2.0/.well-known/openid-configuration", Map.of());

        proxy.answer(discovery);

        assertThat(exchanges).containsExactly(discovery);
    }

    @Test
    void bind_twice_takesOneCredential() {
        proxy.bind(CLIENT, Set.of());

        assertThat(federation.has(
                        CLIENT,
                        "https://localhost:1/tenant/cluster/identity-bindings/" + CLIENT + "/",
                        issuer.issuer()))
                .isTrue();
    }

    /** The account is {@code default/default}. */
    @ParameterizedTest
    @CsvSource({
        "use-managed-identity, 11111111-1111-4111-8111-111111111111, ServiceAccount, default, default, 200",
        "'*', '*', Group, '', system:serviceaccounts, 200",
        "use-managed-identity, 11111111-1111-4111-8111-111111111111, Group, '', system:serviceaccounts:default, 200",
        "get, 11111111-1111-4111-8111-111111111111, ServiceAccount, default, default, 403",
        "use-managed-identity, c2, ServiceAccount, default, default, 403",
        "use-managed-identity, 11111111-1111-4111-8111-111111111111, ServiceAccount, other, default, 403",
        "use-managed-identity, 11111111-1111-4111-8111-111111111111, Group, '', system:serviceaccounts:other, 403"
    })
    void answer_byTheRolesOfTheCluster_isATokenOrARefusal(
            String verb, String resource, String kind, String namespace, String name, int status) {
        proxy.apply(Cluster.of(List.of(
                new ClusterRole(
                        Metadata.of("", "user"),
                        List.of(new Rule(List.of(verb), List.of("cid.wi.aks.azure.com"), List.of(resource)))),
                new ClusterRoleBinding(
                        Metadata.of("", "users"), "user", List.of(new Subject(kind, namespace, name))))));

        assertThat(proxy.answer(exchange(CLIENT, token(BINDING))).status()).isEqualTo(status);
    }

    @Test
    void answer_withoutARole_saysWhatIsMissing() throws Exception {
        proxy.apply(Cluster.EMPTY);

        assertRefused(
                exchange(CLIENT, token(BINDING)),
                403,
                "system:serviceaccount:default:default may not use-managed-identity " + CLIENT
                        + ": no ClusterRole with that verb, the API group cid.wi.aks.azure.com and that resource is"
                        + " bound to it, and the identity binding does not allow it");
    }

    @Test
    void answer_toASubjectThatTheBindingAllows_needsNoRole() {
        proxy.apply(Cluster.EMPTY);
        proxy.bind(CLIENT, Set.of("system:serviceaccount:default:default"));

        assertThat(proxy.answer(exchange(CLIENT, token(BINDING))).status()).isEqualTo(200);
    }

    private void assertRefused(Request request, int status, String description) throws Exception {
        Answer answer = proxy.answer(request);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(Json.object(answer.text()))
                .isEqualTo(Map.of("error", "access_denied", "error_description", description));
        assertThat(exchanges).isEmpty();
    }

    private String token(String audience) {
        return issuer.project(Pod.of("default", "demo", Map.of()), new TokenProjection("token", audience, 3600))
                .value();
    }

    private static Request exchange(String clientId, String assertion) {
        return Request.form(
                "/tenant/oauth2/v2.0/token",
                Map.of("client_id", clientId, "client_assertion", assertion, "scope", "s/.default"));
    }
}
