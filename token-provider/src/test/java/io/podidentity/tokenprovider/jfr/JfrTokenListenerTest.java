// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real recording of what becomes of tokens. */
class JfrTokenListenerTest {
    private static final String SECRET = "s3cr3t-t0ken";
    private final Instant expires =
            Instant.ofEpochSecond(Instant.now().getEpochSecond()).plusSeconds(3600);

    @TempDir
    private Path folder;

    private final CountDownLatch told = new CountDownLatch(3);

    @Test
    void on_whileARecordingRuns_writesEventsWithoutTheToken() throws Exception {
        Path file = folder.resolve("tokens.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("io.podidentity.Token");
            recording.start();
            provider().getAccessToken("https://storage.azure.com/");
            assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
            recording.stop();
            recording.dump(file);
        }

        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getString("kind").equals("ACQUIRED"))
                .toList();
        assertThat(events).hasSize(1);
        RecordedEvent event = events.get(0);
        assertThat(event.getEventType().getName()).isEqualTo("io.podidentity.Token");
        assertThat(event.getString("resource")).isEqualTo("https://storage.azure.com/");
        assertThat(event.getString("source")).isEqualTo("fake");
        assertThat(event.getString("principal")).isEqualTo("App app");
        assertThat(event.getInstant("expiresOn")).isEqualTo(expires);
        assertThat(event.getDuration("took")).isPositive();
        assertThat(event.getString("failure")).isNull();
        assertThat(RecordingFile.readAllEvents(file).toString()).doesNotContain(SECRET);
    }

    @Test
    void on_ofAFailure_saysWhy() throws Exception {
        Path file = folder.resolve("failures.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("io.podidentity.Token");
            recording.start();
            CountDownLatch both = new CountDownLatch(2);
            JfrTokenListener jfr = new JfrTokenListener();
            AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                    .sources(List.of(request -> {
                        throw new TokenAcquisitionException(Code.REFUSED, "the fake refused", "", null);
                    }))
                    .listener(event -> {
                        jfr.on(event);
                        both.countDown();
                    })
                    .build();
            assertThat(provider.explain("r").hasToken()).isFalse();
            assertThat(both.await(30, TimeUnit.SECONDS)).isTrue();
            recording.stop();
            recording.dump(file);
        }

        assertThat(RecordingFile.readAllEvents(file))
                .filteredOn(event -> event.getString("kind").equals("FAILED"))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getString("failure")).isEqualTo("REFUSED");
                    assertThat(event.getString("reason")).isEqualTo("the fake refused");
                    assertThat(event.getString("source")).isNull();
                });
    }

    /** In a process of its own: in this one a recording may have been made already. */
    @Test
    void on_beforeTheFirstRecording_loadsNothingOfTheFlightRecorder() throws Exception {
        String loaded = classesLoadedBy(WithoutRecording.class, "none");

        assertThat(loaded).contains("the token is there", "jdk.jfr.FlightRecorder ");
        assertThat(loaded).doesNotContain("jdk.jfr.internal.", "jdk.jfr.Event ", "TokenEvent");
        assertThat(classesLoadedBy(WithoutRecording.class, "later")).contains("the token is there", "TokenEvent");
    }

    private static String classesLoadedBy(Class<?> program, String argument) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load",
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName(),
                        argument)
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return printed;
    }

    /** Gets a token; with the argument "later" a recording begins before that, but after the provider was made. */
    static final class WithoutRecording {
        public static void main(String[] arguments) throws InterruptedException {
            CountDownLatch told = new CountDownLatch(1);
            JfrTokenListener jfr = new JfrTokenListener();
            AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                    .sources(List.of(request -> new TokenSource.Acquired(AccessToken.bearer(
                            SECRET, request.resource(), Instant.now().plusSeconds(3600), null, "fake"))))
                    .listener(event -> {
                        jfr.on(event);
                        told.countDown();
                    })
                    .build();
            if (arguments[0].equals("later")) {
                new Recording().start();
            }
            provider.getAccessToken("https://storage.azure.com/");
            System.out.println(told.await(30, TimeUnit.SECONDS) ? "the token is there" : "nobody was told");
        }
    }

    private AzureServiceTokenProvider provider() {
        JfrTokenListener jfr = new JfrTokenListener();
        return AzureServiceTokenProvider.builder()
                .sources(List.of(new Fake()))
                .listener(event -> {
                    jfr.on(event);
                    told.countDown();
                })
                .build();
    }

    private final class Fake implements TokenSource {
        @Override
        public Outcome acquire(io.podidentity.tokenprovider.TokenRequest request) {
            return new Acquired(AccessToken.bearer(SECRET, request.resource(), expires, null, name())
                    .withPrincipal(Principal.app("app")));
        }

        @Override
        public String name() {
            return "fake";
        }
    }
}
