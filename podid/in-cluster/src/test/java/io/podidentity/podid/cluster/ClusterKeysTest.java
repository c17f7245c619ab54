// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.FederatedCredential;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.server.LoopbackServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What podid reads of an API server, over a socket. */
class ClusterKeysTest {

    private static final String ISSUER = "https://kubernetes.default.svc.cluster.local";
    private static final String SUBJECT = "system:serviceaccount:shop:orders";
    private static final String AUDIENCE = "api://AzureADTokenExchange";

    private final AtomicReference<JWKSet> published = new AtomicReference<>();
    private final AtomicReference<Directory> directory = new AtomicReference<>();
    private LoopbackServer apiServer;
    private KubernetesClient client;
    private PodIdentityEmulator azure;

    @BeforeEach
    void start() {
        apiServer = LoopbackServer.bind("api", 0, null, (server, request, answer) -> {});
        apiServer.serve(request -> switch (request.rawPath()) {
            case "/.well-known/openid-configuration" -> Answer.json(200, Map.of("issuer", ISSUER));
            case "/openid/v1/jwks" -> Answer.json(200, published.get().toJSONObject(true));
            default -> Answer.empty(404);
        });
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder()
                        .withMasterUrl(apiServer.uri("127.0.0.1").toString())
                        .build())
                .build();
        azure = PodIdentityEmulator.builder()
                .besideEntra(beside -> {
                    directory.set(beside.directory());
                    return request -> Optional.empty();
                })
                .start();
        azure.identities()
                .forEach(identity -> directory
                        .get()
                        .federation()
                        .create(
                                identity.clientId(),
                                new FederatedCredential(ISSUER, SUBJECT, AUDIENCE),
                                Duration.ZERO));
    }

    @AfterEach
    void close() {
        azure.close();
        client.close();
        apiServer.close();
    }

    @Test
    void read_whileTheClusterChangesItsKey_publishesBothAndThenTheNewOne() throws Exception {
        RSAKey old = new RSAKeyGenerator(2048).keyID("old").generate();
        RSAKey next = new RSAKeyGenerator(2048).keyID("next").generate();
        var keys = new ClusterKeys(client, directory.get().federation(), new NodeTokens());

        published.set(new JWKSet(old));
        assertThat(keys.read()).isEqualTo(ISSUER);
        assertThat(exchange(old)).isEqualTo(200);
        assertThat(exchange(next)).isEqualTo(401);

        published.set(new JWKSet(List.of(old, next)));
        keys.read();
        assertThat(exchange(old)).isEqualTo(200);
        assertThat(exchange(next)).isEqualTo(200);

        published.set(new JWKSet(next));
        keys.read();
        assertThat(exchange(old)).isEqualTo(401);
        assertThat(exchange(next)).isEqualTo(200);
    }

    private int exchange(RSAKey key) throws Exception {
        Instant now = Instant.now();
        var token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
                new JWTClaimsSet.Builder()
                        .issuer(ISSUER)
                        .subject(SUBJECT)
                        .audience(AUDIENCE)
                        .notBeforeTime(Date.from(now))
                        .expirationTime(Date.from(now.plusSeconds(600)))
                        .build());
        token.sign(new RSASSASigner(key));
        Request form = Request.form(
                "/" + azure.tenantId() + "/oauth2/v2.0/token",
                Map.of(
                        "grant_type",
                        "client_credentials",
                        "client_id",
                        azure.identities().get(0).clientId(),
                        "scope",
                        "https://storage.azure.com/.default",
                        "client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                        "client_assertion",
                        token.serialize()));
        var request = HttpRequest.newBuilder(URI.create(azure.entra() + form.rawPath()))
                .POST(BodyPublishers.ofString(form.text()))
                .build();
        return HttpClient.newBuilder()
                .sslContext(azure.sslContext())
                .build()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }
}
