// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Volume.TokenProjection;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.time.ManualClock;
import io.podidentity.emulator.tls.CertificateAuthority;
import io.podidentity.emulator.tls.TrustFiles;
import io.podidentity.emulator.token.SigningKey;
import io.podidentity.emulator.workload.ClusterIssuer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProjectedTokensTest {

    private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");
    private static final URI ISSUER = URI.create("https://localhost:1/tenant/cluster/");
    private static final TokenProjection HOUR = new TokenProjection("azure-identity-token", "api://A", 3600);

    private final ManualClock clock = new ManualClock(START);
    private final ClusterIssuer issuer = new ClusterIssuer(SigningKey.ofClusters(), ISSUER, clock);
    private final TrustFiles files = TrustFiles.write(CertificateAuthority.ofThisJvm());
    private final ProjectedTokens tokens =
            new ProjectedTokens(issuer, clock, files.pem().resolveSibling("tokens"));

    @AfterEach
    void close() {
        tokens.close();
        files.close();
    }

    @Test
    void project_always_writesATokenInKubernetesShape() throws Exception {
        SignedJWT token = SignedJWT.parse(Files.readString(project("default", "demo")));

        Map<String, Object> claims = token.getPayload().toJSONObject();
        assertThat(claims)
                .containsEntry("aud", List.of("api://A"))
                .containsEntry("iss", ISSUER.toString())
                .containsEntry("sub", "system:serviceaccount:default:default")
                .containsEntry("iat", START.getEpochSecond())
                .containsEntry("nbf", START.getEpochSecond())
                .containsEntry("exp", START.getEpochSecond() + 3600)
                .containsKeys("jti", "kubernetes.io");
        assertThat(token.getHeader().getKeyID())
                .isEqualTo(((Map<?, ?>) ((List<?>) keys().get("keys")).get(0)).get("kid"));
    }

    @Test
    void project_always_writesForTheOwnerAlone() throws Exception {
        Path file = project("default", "demo");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(files.pem().getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void project_whenFourFifthsOfItsLifeAreOver_replacesTheToken() throws Exception {
        Path file = project("default", "demo");
        String first = Files.readString(file);
        clock.awaitWaiters(1);

        clock.advance(Duration.ofSeconds(2879));
        assertThat(Files.readString(file)).isEqualTo(first);
        clock.advance(Duration.ofSeconds(1));
        clock.awaitWaiters(1);

        SignedJWT second = SignedJWT.parse(Files.readString(file));
        assertThat(second.getJWTClaimsSet().getIssueTime()).isEqualTo(START.plusSeconds(2880));
    }

    @Test
    void close_always_endsTheRenewal() throws Exception {
        Path file = project("default", "demo");
        clock.awaitWaiters(1);

        tokens.close();
        String last = Files.readString(file);
        clock.advance(Duration.ofHours(1));

        assertThat(Files.readString(file)).isEqualTo(last);
    }

    @Test
    void issuer_whenAsked_publishesItsDocumentBelowItsPath() throws Exception {
        var discovery = Json.object(
                issuer.answer(Request.of("GET", "/tenant/cluster/.well-known/openid-configuration", Map.of()))
                        .text());

        assertThat(discovery)
                .containsEntry("issuer", ISSUER.toString())
                .containsEntry("jwks_uri", ISSUER + "openid/v1/jwks");
        assertThat(issuer.answer(Request.of("GET", "/.well-known/openid-configuration", Map.of()))
                        .status())
                .isEqualTo(404);
    }

    private Map<String, Object> keys() throws Exception {
        return Json.object(issuer.answer(Request.of("GET", "/tenant/cluster/openid/v1/jwks", Map.of()))
                .text());
    }

    private Path project(String namespace, String name) {
        return tokens.project(Pod.of(namespace, name, Map.of()), HOUR);
    }
}
