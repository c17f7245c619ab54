package com.example.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The same in the real Chromium, for e2e, which has one. */
@EntraLogin
class LoginTrial {

    @LocalServerPort
    private int port;

    @Autowired
    private PodIdentityEmulator azure;

    @TempDir
    private Path profile;

    @Test
    void login_inChromium_endsOnThePageOfTheUser() throws Exception {
        Path page = profile.resolve("page.html");
        Process chromium = new ProcessBuilder(
                        "chromium",
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--no-first-run",
                        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
                        "--user-data-dir=" + profile.resolve("chromium"),
                        // Trusts what that one authority signed.
                        "--ignore-certificate-errors-spki-list=" + publicKeyHash(azure.certificateAuthority()),
                        "--dump-dom",
                        "http://localhost:" + port + "/")
                .redirectOutput(page.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(chromium.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            chromium.destroyForcibly();
        }

        assertThat(Files.readString(page))
                .contains("<h1>Signed in: developer@podid.example</h1>")
                .contains("as developer@podid.example at https://storage.azure.com");
    }

    private static String publicKeyHash(Path pem) throws Exception {
        try (InputStream in = Files.newInputStream(pem)) {
            byte[] key = CertificateFactory.getInstance("X.509")
                    .generateCertificate(in)
                    .getPublicKey()
                    .getEncoded();
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key);
            return new String(Base64.getEncoder().encode(hash), StandardCharsets.US_ASCII);
        }
    }
}
