// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.cases.Case;
import io.podidentity.emulator.cases.CaseRunner;
import io.podidentity.emulator.cases.Reading;
import io.podidentity.emulator.directory.FederatedCredential;
import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.testsupport.Client;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What Entra says to the tokens of service accounts. */
public class FederationCasesTest extends CaseRunner {

    private static final String ISSUER = "https://cluster.example/";
    private static final String SUBJECT = "system:serviceaccount:default:demo";
    private static final String AUDIENCE = "api://AzureADTokenExchange";
    private static final String CLIENT = "20000000-0000-4000-8000-000000000001";

    /** One for all cases, since it takes a while to make. */
    private static final RSAKey KEY = TestKeys.rsa("cluster");

    private static final Map<List<String>, Map<String, Object>> ANSWERS = new ConcurrentHashMap<>();

    @Override
    public Map<String, Reading> readings() {
        return Map.ofEntries(Map.entry(
                "entra.fic",
                Reading.of(
                        """
                        {tokenIss: 'text', tokenSub: 'text', tokenAud: 'text', ficIssuer: 'text',
                        ficSubject: 'text', ficAudience: 'text', existing: 'number', clientIdAnnotation: 'text'}
                        """,
                        "{error: 'text', token: 'truth', create: 'rejected|ok'}",
                        FederationCasesTest::federatedCredential)));
    }

    private static void federatedCredential(Case test) throws Exception {
        if (test.expected().containsKey("create")) {
            create(test);
        } else {
            Map<String, Object> answer = exchange(test);
            boolean token = answer.containsKey("access_token");
            assertThat(token).as(answer.toString()).isNotEqualTo(test.expected().containsKey("error"));
            if (test.expected().containsKey("error")) {
                assertThat(String.valueOf(answer.get("error_description")))
                        .startsWith(test.expected().get("error") + ": ");
            }
            if (test.expected().containsKey("token")) {
                assertThat(token).isEqualTo(test.expected().get("token"));
            }
        }
    }

    private static void create(Case test) {
        var credentials = new FederatedCredentials(Clock.systemUTC());
        long existing = (Long) test.given().get("existing");
        for (long i = 0; i < existing; i++) {
            add(credentials, i);
        }
        if ("rejected".equals(test.expected().get("create"))) {
            assertThatThrownBy(() -> add(credentials, existing))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("Too many federated credentials: ");
        } else {
            add(credentials, existing);
        }
    }

    private static void add(FederatedCredentials credentials, long number) {
        credentials.create(CLIENT, new FederatedCredential(ISSUER, SUBJECT + number, AUDIENCE), Duration.ZERO);
    }

    /** Asked once for equal cases, since an Azure takes a while to start. */
    private static Map<String, Object> exchange(Case test) throws Exception {
        List<String> parts = List.of(
                or(test.text("tokenIss"), ISSUER),
                or(test.text("tokenSub"), SUBJECT),
                or(test.text("tokenAud"), AUDIENCE),
                or(test.text("ficIssuer"), ISSUER),
                or(test.text("ficSubject"), SUBJECT),
                or(test.text("ficAudience"), AUDIENCE),
                or(test.text("clientIdAnnotation"), CLIENT));
        if (!ANSWERS.containsKey(parts)) {
            ANSWERS.put(parts, answer(parts));
        }
        return ANSWERS.get(parts);
    }

    private static Map<String, Object> answer(List<String> parts) throws Exception {
        try (PodIdentityEmulator azure = PodIdentityEmulator.builder()
                .issuerKey(parts.get(0), KEY.toRSAPublicKey())
                .federatedCredential(CLIENT, parts.get(3), parts.get(4), parts.get(5))
                .start()) {
            var claims = new JWTClaimsSet.Builder()
                    .issuer(parts.get(0))
                    .subject(parts.get(1))
                    .audience(parts.get(2))
                    .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                    .build();
            var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims);
            jwt.sign(new RSASSASigner(KEY));
            return Client.json(Client.of(azure.sslContext())
                    .post(
                            azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/token",
                            Map.of(
                                    "grant_type", "client_credentials",
                                    "client_id", parts.get(6),
                                    "scope", "https://storage.azure.com/.default",
                                    "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                                    "client_assertion", jwt.serialize())));
        }
    }

    private static String or(String given, String otherwise) {
        return given.isEmpty() ? otherwise : given;
    }
}
