// SPDX-License-Identifier: Apache-2.0
package io.podidentity.stage;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.podidentity.emulator.PodIdentityEmulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.springframework.util.FileSystemUtils;

/**
 * A program {@code az} in a folder of its own, which prints the token of the emulated user while that one is signed in.
 * The token is in a file that only the owner can read, and that is deleted at the end.
 */
final class EmulatedAz implements AutoCloseable {
    private static final String CLIENT_ID = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

    private static final String PROGRAM = """
            #!/bin/sh
            [ -f "${0%/*}/token.json" ] && exec /bin/cat "${0%/*}/token.json"
            echo "ERROR: Please run 'az login' to setup account." >&2
            exit 1
            """;

    private final PodIdentityEmulator azure;
    private final Path folder;
    private final ScheduledExecutorService renewal = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "emulated-az");
        thread.setDaemon(true);
        return thread;
    });

    private boolean signedIn;

    EmulatedAz(PodIdentityEmulator azure) {
        this.azure = azure;
        try {
            this.folder = Files.createTempDirectory("emulated-az");
            Path program = Files.writeString(folder.resolve("az"), PROGRAM);
            if (!program.toFile().setExecutable(true)) {
                throw new IOException("cannot make " + program + " executable");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var unused = renewal.scheduleWithFixedDelay(this::renew, 1, 1, TimeUnit.MINUTES);
    }

    /** Where the program is, and its profile. */
    Path folder() {
        return folder;
    }

    synchronized void signIn() {
        signedIn = true;
        renew();
        // What az writes at each login and logout, by which others notice it.
        write("azureProfile.json", "{\"subscriptions\":[]}");
    }

    synchronized void signOut() {
        signedIn = false;
        try {
            Files.deleteIfExists(folder.resolve("token.json"));
            Files.deleteIfExists(folder.resolve("azureProfile.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized void renew() {
        if (signedIn) {
            write("token.json", token());
        }
    }

    private String token() {
        JsonNode code = post("devicecode", Map.of("scope", "https://storage.azure.com/.default"));
        JsonNode token = post(
                "token",
                Map.of(
                        "grant_type",
                        "device_code",
                        "device_code",
                        code.get("device_code").asText()));
        long expires = Instant.now().getEpochSecond() + token.get("expires_in").asLong();
        return JsonMapper.builder()
                .build()
                .createObjectNode()
                .put("accessToken", token.get("access_token").asText())
                .put("expires_on", expires)
                .put("tokenType", "Bearer")
                .toString();
    }

    private JsonNode post(String endpoint, Map<String, String> form) {
        String body = "client_id=" + CLIENT_ID
                + form.entrySet().stream()
                        .map(entry -> "&" + entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), UTF_8))
                        .collect(Collectors.joining());
        URI uri = URI.create(azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/" + endpoint);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            String answer = HttpClient.newBuilder()
                    .sslContext(azure.sslContext())
                    .build()
                    .send(request, HttpResponse.BodyHandlers.ofString())
                    .body();
            return JsonMapper.builder().build().readTree(answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void write(String name, String text) {
        try {
            Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        renewal.shutdownNow();
        try {
            FileSystemUtils.deleteRecursively(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
