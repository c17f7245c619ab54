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
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class NodeTokensTest {

    private static final String ISSUER = "https://kubernetes.default.svc.cluster.local";
    private static RSAKey key;
    private static RSAKey another;

    private final NodeTokens nodes = new NodeTokens();

    @BeforeAll
    static void makeKeys() throws Exception {
        key = new RSAKeyGenerator(2048).keyID("a").generate();
        another = new RSAKeyGenerator(2048).keyID("a").generate();
    }

    private static String token(RSAKey signer, UnaryOperator<JWTClaimsSet.Builder> change) throws Exception {
        var claims = new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .subject("system:serviceaccount:emulated-nmi:nmi")
                .audience("emulated-azure.podid.io")
                .expirationTime(Date.from(Instant.now().plusSeconds(3600)));
        var token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("a").build(),
                change.apply(claims).build());
        token.sign(new RSASSASigner(signer));
        return token.serialize();
    }

    private Optional<String> refusal(RSAKey signer, UnaryOperator<JWTClaimsSet.Builder> change) throws Exception {
        return nodes.refusal(token(signer, change));
    }

    @Test
    void refusal_ofTheDaemonSetsToken_isNone() throws Exception {
        nodes.trust(ISSUER, new JWKSet(key).toPublicJWKSet());

        assertThat(refusal(key, claims -> claims)).isEmpty();
    }

    @Test
    void refusal_ofAnyOtherToken_doesNotShowIt() throws Exception {
        nodes.trust(ISSUER, new JWKSet(key).toPublicJWKSet());

        assertThat(refusal(another, claims -> claims)).isPresent();
        assertThat(refusal(key, claims -> claims.subject("system:serviceaccount:shop:orders")))
                .isPresent();
        assertThat(refusal(key, claims -> claims.audience("https://kubernetes.default.svc")))
                .isPresent();
        assertThat(refusal(key, claims -> claims.issuer("https://another"))).isPresent();
        assertThat(refusal(
                        key,
                        claims -> claims.expirationTime(Date.from(Instant.now().minusSeconds(120)))))
                .isPresent();
        assertThat(refusal(key, claims -> claims.expirationTime(null))).isPresent();
        assertThat(nodes.refusal("forged"))
                .contains("this is no valid token of the service account nmi of emulated-nmi for podid");
    }

    @Test
    void refusal_beforeTheClustersKeysAreRead_saysSo() throws Exception {
        assertThat(refusal(key, claims -> claims)).contains("podid does not know the cluster's keys yet");
    }
}
