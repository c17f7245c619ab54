// SPDX-License-Identifier: Apache-2.0
package io.podidentity.testcontainers;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** The port of podid at which programs ask for all addresses. Thread-safe. */
final class DiscoveryClient {

    private static final Duration LIMIT = Duration.ofSeconds(70);
    private static final int CONFLICT = 409;

    private final URI address;
    private final HttpClient client = HttpClient.newBuilder()
            .version(Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    /** @param address without a trailing slash */
    DiscoveryClient(URI address) {
        this.address = address;
    }

    /**
     * Tells by which host and ports clients come, which a container that is used again knows; false if nobody answers.
     *
     * @param ports those of this machine by those of the container
     */
    boolean expose(String host, Map<Integer, Integer> ports) {
        var form = new StringBuilder("host=").append(URLEncoder.encode(host, StandardCharsets.UTF_8));
        ports.forEach(
                (inner, outer) -> form.append('&').append(inner).append('=').append(outer));
        try {
            HttpResponse<String> answer = send(request("/exposed").PUT(BodyPublishers.ofString(form.toString())));
            if (answer.statusCode() != CONFLICT) {
                accepted("/exposed", answer);
            }
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** The lines {@code NAME=VALUE} of a page. */
    Map<String, String> values(String path) {
        var values = new TreeMap<String, String>();
        text(path).lines().forEach(line -> {
            int equals = line.indexOf('=');
            values.put(line.substring(0, equals), line.substring(equals + 1));
        });
        return values;
    }

    /** @throws IllegalArgumentException if there is no such page; the message says what there is */
    String text(String path) {
        try {
            return accepted(path, send(request(path).GET()));
        } catch (IOException e) {
            throw new IllegalStateException("podid does not answer at " + address + ": is the container running?", e);
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(address + path)).timeout(LIMIT);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while podid was asked", e);
        }
    }

    private static String accepted(String path, HttpResponse<String> answer) {
        return switch (answer.statusCode()) {
            case 200 -> answer.body();
            case 404 -> throw new IllegalArgumentException(answer.body().strip());
            default ->
                throw new IllegalStateException("podid answered " + path + " with HTTP " + answer.statusCode() + ": "
                        + answer.body().strip());
        };
    }
}
