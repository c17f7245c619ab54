// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.EnvironmentOf;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.Forms;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.io.TempDir;

/** Which credential the environment variables select. */
@Runs(@Kind(name = "environment", given = "{env: {'*': 'text'}}", expected = """
    {selected: 'ClientSecretCredential|ClientCertificateCredential|unavailable',
    send_chain: 'truth', authority: 'text', message_names: ['text'], message_contains: 'texts',
    message_lacks: 'texts', error: 'failure', result: 'token|unavailable|failed'}
    """))
class EnvironmentCasesTest extends ConformanceRunner {
    private static final String PATH = "AZURE_CLIENT_CERTIFICATE_PATH";

    @TempDir
    private Path folder;

    @Override
    public void run(ConformanceCase row) throws Exception {
        Environment environment = EnvironmentOf.json(row.given().path("env"));
        if (environment.get(PATH) != null) {
            ClientCertificate certificate = Certificates.rsa("CN=app");
            Path file = folder.resolve("certificate.pem");
            Files.writeString(file, Certificates.pem(certificate.key()) + Certificates.pem(certificate.leaf()));
            environment = environment.with(PATH, file.toString());
        }
        FakeTransport http = new FakeTransport().answers(200, "{\"access_token\":\"opaque\",\"expires_in\":3599}");

        TokenSource.Outcome outcome = new EnvironmentTokenSource(Contexts.of(environment, http, new FakeTime()))
                .acquire(TokenRequest.forResource("R").withDeadline(Duration.ofSeconds(30)));

        if (row.expected().has("selected")) {
            assertThat(selected(outcome, http)).isEqualTo(row.expected("selected"));
        }
        boolean unavailable = outcome instanceof Unavailable;
        if (row.expected().has("error") || row.expected().has("result")) {
            assertThat(unavailable).isEqualTo(EndpointCases.fails(row.expected()));
        }
        EndpointCases.assertMessage(row.expected(), unavailable ? ((Unavailable) outcome).reason() : "");
        if (row.expected().has("authority")) {
            assertThat(http.requests().get(0).url()).startsWith(row.expected("authority"));
        }
        if (row.expected().has("send_chain")) {
            String assertion = Forms.field(http.requests().get(0), "client_assertion");
            String header = new String(
                    Base64.getUrlDecoder().decode(assertion.substring(0, assertion.indexOf('.'))),
                    StandardCharsets.UTF_8);
            assertThat(header.contains("\"x5c\""))
                    .isEqualTo(row.expected().get("send_chain").asBoolean());
        }
    }

    private static String selected(TokenSource.Outcome outcome, FakeTransport http) {
        if (outcome instanceof Unavailable) {
            return "unavailable";
        }
        return Forms.field(http.requests().get(0), "client_secret") == null
                ? "ClientCertificateCredential"
                : "ClientSecretCredential";
    }
}
