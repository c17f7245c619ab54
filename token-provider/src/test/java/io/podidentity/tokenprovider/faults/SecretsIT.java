// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.jfr.JfrTokenListener;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.FaultyServer;
import io.podidentity.tokenprovider.support.ThreadsOfOurs;
import io.podidentity.tokenprovider.support.TlsServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each way to a token, from a server that repeats what it was sent in ways that hide a secret from a plain search, with
 * every log of the process at its loudest and a flight recording of all that the JDK records.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SecretsIT {
    private static final boolean ALL = Boolean.getBoolean("podidentity.faults.all");
    private static final String RESOURCE = "https://storage.azure.com";
    /** Fewer characters tell little; a library that hid them would hide words. */
    private static final int LEAST = 10;

    private final Time time = new Time() {
        @Override
        public void sleep(long nanos) {}
    };

    @TempDir
    private Path folder;

    private final Shown shown = new Shown();
    private static Recording recording;

    @BeforeAll
    static void record() throws Exception {
        recording = new Recording(Configuration.getConfiguration("profile"));
        recording.enable("io.podidentity.Token");
        recording.start();
    }

    @AfterAll
    static void searchTheRecording(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("all.jfr");
        recording.stop();
        recording.dump(file);
        recording.close();
        Shown recorded = new Shown();
        RecordingFile.readAllEvents(file).forEach(event -> recorded.add("a recording", event));
        assertThat(recorded.withAny(List.of("io.podidentity.token"))).isNotEmpty();
        for (Leg leg : Leg.values()) {
            assertThat(recorded.withAny(forms(leg))).isEmpty();
        }
    }

    /** All, or without that property one for each kind of secret that is sent. */
    static Stream<Leg> legs() {
        return ALL
                ? Arrays.stream(Leg.values())
                : Stream.of(Leg.APP_SERVICE, Leg.AZURE_ARC, Leg.CLIENT_SECRET, Leg.CLIENT_CERTIFICATE);
    }

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        ThreadsOfOurs.awaitNone();
    }

    /** What a server makes of a secret. */
    enum Echo {
        PLAIN,
        UPPER,
        LOWER,
        BEGINNING,
        END,
        BASE64,
        BASE64_OF_PAIR,
        BASE64_URL,
        PERCENT,
        QUOTED;

        String of(String secret) {
            byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
            return switch (this) {
                case PLAIN -> secret;
                case UPPER -> secret.toUpperCase(Locale.ROOT);
                case LOWER -> secret.toLowerCase(Locale.ROOT);
                case BEGINNING -> secret.substring(0, Math.min(14, secret.length()));
                case END -> secret.substring(Math.max(0, secret.length() - 14));
                case BASE64 -> Base64.getEncoder().encodeToString(bytes);
                case BASE64_OF_PAIR ->
                    Base64.getEncoder().encodeToString(("id:" + secret).getBytes(StandardCharsets.UTF_8));
                case BASE64_URL -> Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
                case PERCENT -> secret.replace("-", "%2D").replace("_", "%5F");
                case QUOTED -> "\\\"" + secret + "\\\"";
            };
        }
    }

    @ParameterizedTest
    @MethodSource("legs")
    void leg_whateverIsRepeated_showsNoSecretAnywhere(Leg leg) throws Exception {
        ClientCertificate server = leg.certificate(Certificates.UNTIL);
        SSLContext tls = leg.tls ? TlsServer.context(server) : null;
        AutoCloseable logs = shown.logsAt(Level.ALL);
        try {
            for (Echo echo : Echo.values()) {
                for (String status :
                        ALL ? List.of("200 OK", "400 No", "403 No", "503 Busy") : List.of("400 No", "503 Busy")) {
                    call(leg, server, tls, status, echo);
                }
            }
            call(leg, server, tls, "a token", Echo.PLAIN);
            ThreadsOfOurs.awaitNone();
        } finally {
            logs.close();
        }

        assertThat(shown.all()).hasSizeGreaterThan(100);
        assertThat(shown.withAny(forms(leg))).isEmpty();
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> file.getFileName().toString()))
                    .isSubsetOf("assertion", "certificate.pem", "a.key");
        }
    }

    /** All that would tell a reader a secret of a leg: small letters, since case is lost in an echo. */
    private static List<String> forms(Leg leg) {
        List<String> forms = new ArrayList<>();
        for (String secret : List.of(leg.secret(), Fault.TOKEN_VALUE.split("\\.", -1)[1], Leg.privateKey())) {
            if (!secret.isEmpty()) {
                for (String form : List.of(
                        secret,
                        Echo.BASE64.of(secret),
                        Echo.BASE64_OF_PAIR.of(secret).substring(4))) {
                    String whole = form.replace("=", "").toLowerCase(Locale.ROOT);
                    forms.add(whole.substring(0, LEAST));
                    forms.add(whole.substring(whole.length() - LEAST));
                }
            }
        }
        return forms;
    }

    private void call(Leg leg, ClientCertificate shownByServer, SSLContext tls, String status, Echo echo)
            throws Exception {
        FaultyServer.Fault answers = connection -> {
            String before = leg.prelude(connection.request());
            if (echo == Echo.PLAIN) {
                Thread.getAllStackTraces().keySet().forEach(thread -> shown.add("a thread", thread.getName()));
            }
            connection.sends(before != null ? before : answer(leg, status, echo));
        };
        InetAddress here = InetAddress.getLoopbackAddress();
        ServerSocket socket = tls == null
                ? new ServerSocket(0, 50, here)
                : tls.getServerSocketFactory().createServerSocket(0, 50, here);
        try (FaultyServer server = new FaultyServer(socket, answers)) {
            HttpTransport http =
                    new HttpTransport(Time.SYSTEM, Environment.of(Map.of()), null, TlsServer.trust(shownByServer)) {
                        @Override
                        public InetAddress[] lookUp(String host) {
                            return new InetAddress[] {here};
                        }
                    };
            Path files = Files.createTempDirectory(folder, "files");
            SourceContext context = new SourceContext(Environment.of(Map.of()), files.toFile(), http, time);
            String url = (leg.tls ? "https" : "http") + "://127.0.0.1:" + server.port();
            JfrTokenListener jfr = new JfrTokenListener();
            AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                    .environment(Map.of())
                    .sources(List.of(leg.source(context, url, files, shownByServer)))
                    .listener(event -> {
                        jfr.on(event);
                        shown.add("an event", event);
                    })
                    .build();
            TokenRequest request = TokenRequest.forResource(RESOURCE);
            shown.add("a provider", provider);
            shown.add("a request", request);
            try {
                shown.add("a token", provider.getAuthenticationResult(request));
                assertThat(status).isEqualTo("a token");
            } catch (TokenAcquisitionException e) {
                shown.add("a failure", e);
                assertThat(status).as(e.getMessage()).isNotEqualTo("a token");
            }
            shown.add("an explanation", provider.explain(request));
            assertThat(server.requests()).isNotEmpty();
        }
    }

    private static String answer(Leg leg, String status, Echo echo) {
        if (status.equals("a token")) {
            return "HTTP/1.1 200 OK"
                    + Fault.end("{\"access_token\":\"" + Fault.TOKEN_VALUE
                            + "\",\"expires_in\":3599,\"expires_on\":\"4102444800\"}");
        }
        String secret = echo.of(leg.secret()) + " and " + echo.of(Fault.TOKEN_VALUE);
        return "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nRetry-After: 0\r\nResponseMessage: "
                + secret
                + Fault.end(
                        "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: sent " + secret + ".\"}");
    }
}
