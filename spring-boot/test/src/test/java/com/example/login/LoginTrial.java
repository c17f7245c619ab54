// SPDX-License-Identifier: Apache-2.0
package com.example.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.spring.test.EmulatedAzureSettings;
import io.podidentity.tokenprovider.spring.test.Vault;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;

/** The same in the real Chromium, for e2e, which has one; and the greeting is a secret of a vault. */
class LoginTrial {
    private static final String VAULT = "spring.cloud.azure.keyvault.secret.property-sources[0].";

    @TempDir
    private Path profile;

    @Test
    void login_inChromium_endsOnThePageOfTheUser() throws Exception {
        PodIdentityEmulator.Builder builder =
                PodIdentityEmulator.builder().besideEntra(beside -> new Vault(beside, new ArrayList<>()));
        new EntraLogin.Registration().accept(builder);
        try (PodIdentityEmulator azure = builder.start()) {
            System.setProperty("javax.net.ssl.trustStore", azure.trustStore().toString());
            System.setProperty("javax.net.ssl.trustStorePassword", "changeit");
            Map<String, Object> settings = EmulatedAzureSettings.of(azure);
            settings.put("spring.config.name", "login");
            settings.put("server.port", "0");
            settings.put(VAULT + "endpoint", azure.entra());
            settings.put(VAULT + "challenge-resource-verification-enabled", "false");
            String[] arguments = settings.entrySet().stream()
                    .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                    .toArray(String[]::new);
            try (var application = SpringApplication.run(LoginApplication.class, arguments)) {
                assertThat(page(azure, application.getEnvironment().getProperty("local.server.port")))
                        .contains("<h1>hello of the vault, developer@podid.example</h1>")
                        .contains("We both read: Read with a token and without a secret.");
            }
        }
    }

    private String page(PodIdentityEmulator azure, String port) throws Exception {
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
                        "--ignore-certificate-errors-spki-list=" + issuersKeyHash(azure),
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

        return Files.readString(page);
    }

    /** Of the authority that signed the server's certificate. The server sends it, but not the root above it. */
    private static String issuersKeyHash(PodIdentityEmulator azure) throws Exception {
        URI entra = URI.create(azure.entra().toString());
        try (SSLSocket socket =
                (SSLSocket) azure.sslContext().getSocketFactory().createSocket(entra.getHost(), entra.getPort())) {
            Certificate[] chain = socket.getSession().getPeerCertificates();
            byte[] key = chain[chain.length - 1].getPublicKey().getEncoded();
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key);
            return new String(Base64.getEncoder().encode(hash), StandardCharsets.US_ASCII);
        }
    }
}
