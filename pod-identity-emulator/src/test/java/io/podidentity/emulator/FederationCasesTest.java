package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.cases.Case;
import io.podidentity.emulator.cases.CaseRunner;
import io.podidentity.emulator.directory.FederatedCredential;
import io.podidentity.emulator.directory.FederatedCredentials;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;

/** What Entra says to the tokens of service accounts. */
public class FederationCasesTest extends CaseRunner {

    private static final String ISSUER = "https://cluster.example/";
    private static final String SUBJECT = "system:serviceaccount:default:demo";
    private static final String AUDIENCE = "api://AzureADTokenExchange";
    private static final String CLIENT = "20000000-0000-4000-8000-000000000001";

    @Override
    public Map<String, Check> checks() {
        return Map.of("entra.fic", FederationCasesTest::federatedCredential);
    }

    private static void federatedCredential(Case test) throws Exception {
        if (test.expected().containsKey("create")) {
            create(test);
        } else {
            assertThat(error(test)).startsWith(test.expected().get("error") + ": ");
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

    private static String error(Case test) throws Exception {
        RSAKey key = new RSAKeyGenerator(2048).generate();
        try (PodIdentityEmulator azure = PodIdentityEmulator.builder()
                .issuerKey(or(test.text("tokenIss"), ISSUER), key.toRSAPublicKey())
                .federatedCredential(
                        CLIENT,
                        or(test.text("ficIssuer"), ISSUER),
                        or(test.text("ficSubject"), SUBJECT),
                        or(test.text("ficAudience"), AUDIENCE))
                .start()) {
            var claims = new JWTClaimsSet.Builder()
                    .issuer(or(test.text("tokenIss"), ISSUER))
                    .subject(or(test.text("tokenSub"), SUBJECT))
                    .audience(or(test.text("tokenAud"), AUDIENCE))
                    .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                    .build();
            var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims);
            jwt.sign(new RSASSASigner(key));
            var answer = Client.of(azure)
                    .post(
                            azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/token",
                            Map.of(
                                    "grant_type", "client_credentials",
                                    "client_id", or(test.text("clientIdAnnotation"), CLIENT),
                                    "scope", "https://storage.azure.com/.default",
                                    "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                                    "client_assertion", jwt.serialize()));
            return String.valueOf(Client.json(answer).get("error_description"));
        }
    }

    private static String or(String given, String otherwise) {
        return given.isEmpty() ? otherwise : given;
    }
}
