// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.spring.TokenProviderKafkaAutoConfiguration.KafkaTokens;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;

/**
 * An application is made ahead of time, as {@code spring-boot:process-aot} does it, and started. That is the first half
 * of a native image; GraalVM, the second, is not tried. It compiles and starts the application, so this is a test for
 * CI.
 */
class AheadOfTimeTest {
    private static final String CLASS_PATH = System.getProperty("java.class.path");
    private static final String[] SETTINGS = {
        "--token-provider.bearer[0].url=https://api.contoso.com",
        "--token-provider.bearer[0].resource=api://contoso",
        "--token-provider.identities.orders.client-id=11111111-1111-1111-1111-111111111111",
        "--token-provider.agents.assistant.client-id=22222222-2222-2222-2222-222222222222",
        "--token-provider.datasource.enabled=true",
        "--token-provider.redis.enabled=true",
        "--token-provider.kafka.enabled=true",
        "--spring.datasource.url=jdbc:postgresql://localhost/orders",
        "--spring.datasource.username=orders",
        "--spring.data.redis.ssl.enabled=true",
        "--spring.kafka.bootstrap-servers=contoso.servicebus.windows.net:9093",
        "--spring.kafka.admin.auto-create=false",
    };

    @TempDir
    Path folder;

    @Test
    @EnabledIfSystemProperty(named = "podidentity.long", matches = "true")
    void application_madeAheadOfTime_startsAndHasATokenForEach() throws Exception {
        Path sources = folder.resolve("sources");
        Path resources = folder.resolve("resources");
        Path classes = Files.createDirectory(folder.resolve("classes"));
        SpringApplicationAotProcessor.main(Stream.concat(
                        Stream.of(
                                AheadOfTime.class.getName(),
                                sources.toString(),
                                resources.toString(),
                                classes.toString(),
                                "test",
                                "test"),
                        Stream.of(SETTINGS))
                .toArray(String[]::new));
        compile(sources, classes);

        String printed = java(
                String.join(File.pathSeparator, classes.toString(), resources.toString(), CLASS_PATH),
                "-Dspring.aot.enabled=true",
                AheadOfTime.class.getName());

        assertThat(printed)
                .contains("made ahead of time: true")
                .contains("source: Fake")
                .contains("qualified: io.podidentity.tokenprovider.azure.TokenProviderCredential")
                .contains("agent: AzureServiceTokenProvider[Fake, Agent identity]")
                .contains("pool: orders with a token for https://ossrdbms-aad.database.windows.net")
                .contains("redis: https://redis.azure.com")
                .contains("kafka: " + KafkaTokens.class.getName())
                .contains("bearer: BearerTokenInterceptor");
        assertThat(hints(resources))
                .contains(
                        KafkaTokens.class.getName(),
                        TokenProviderProperties.Kafka.class.getName(),
                        "OAuthBearerLoginModule");
    }

    private static String java(String classPath, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath));
        command.addAll(List.of(arguments));
        command.addAll(List.of(SETTINGS));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(printed).isZero();
        return printed;
    }

    private static void compile(Path sources, Path classes) throws Exception {
        try (Stream<Path> files = Files.walk(sources)) {
            List<String> arguments = new ArrayList<>(List.of(
                    "-nowarn",
                    "-proc:none",
                    "-cp",
                    classes + File.pathSeparator + CLASS_PATH,
                    "-d",
                    classes.toString()));
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
            assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
                    .isZero();
        }
    }

    private static String hints(Path resources) throws Exception {
        try (Stream<Path> files = Files.walk(resources)) {
            return Files.readString(files.filter(file -> file.endsWith("reachability-metadata.json"))
                    .findFirst()
                    .orElseThrow());
        }
    }
}
