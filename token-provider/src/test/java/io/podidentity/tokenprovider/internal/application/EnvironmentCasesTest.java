package io.podidentity.tokenprovider.internal.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.EnvironmentOf;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.Forms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

/** Which credential the environment variables select. */
@Runs(kinds = "environment")
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

        TokenSource.Outcome outcome = new EnvironmentTokenSource(environment, http, new FakeTime())
                .acquire(TokenRequest.forResource("R").withDeadline(Duration.ofSeconds(30)));

        assertThat(selected(outcome, http)).isEqualTo(row.expected("selected"));
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
