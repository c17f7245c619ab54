// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.support.EndpointOracle;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What MSAL and the Azure SDK send to the same host as we, each in a process of its own with that host's variables. */
class EndpointOracleIT {
    private static final String CLIENT = "11111111-1111-1111-1111-111111111111";

    @TempDir
    private Path folder;

    private final List<Map<String, String>> queries = new CopyOnWriteArrayList<>();
    private final List<String> secrets = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        queries.add(EndpointCases.members(exchange.getRequestURI().getRawQuery()));
        secrets.add(
                exchange.getRequestMethod() + " " + exchange.getRequestHeaders().getFirst("X-IDENTITY-HEADER"));
        byte[] body =
                "{\"access_token\":\"the-token\",\"expires_on\":\"1900000000\",\"resource\":\"r\",\"token_type\":\"Bearer\"}"
                        .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "msal4j", "azure-identity"})
    void appService_whoeverAsks_isAskedTheSame(String client) throws Exception {
        assertThat(run(client)).contains("the-token");

        assertThat(queries)
                .containsExactly(Map.of(
                        "api-version", "2019-08-01",
                        "resource", "https://storage.azure.com",
                        "client_id", CLIENT));
        assertThat(secrets).containsExactly("GET the-secret");
    }

    @Test
    void appService_behindAProxySetting_isAskedDirectly() throws Exception {
        assertThat(run("own", "-Dhttp.proxyHost=127.0.0.1", "-Dhttp.proxyPort=1", "-Dhttp.nonProxyHosts="))
                .contains("the-token");
    }

    private String run(String client, String... options) throws Exception {
        File out = folder.resolve("out").toFile();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(List.of(options));
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), EndpointOracle.class.getName(), client, CLIENT));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out);
        builder.environment()
                .putAll(Map.of(
                        "IDENTITY_ENDPOINT",
                        "http://127.0.0.1:" + server.getAddress().getPort() + "/msi/token",
                        "IDENTITY_HEADER",
                        "the-secret"));
        Process process = builder.start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return Files.readString(out.toPath());
    }
}
