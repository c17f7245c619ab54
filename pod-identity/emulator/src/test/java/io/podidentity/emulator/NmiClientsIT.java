// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.history.LogLine;
import io.podidentity.testsupport.Client;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real clients in the place of a pod: azure-identity, and msal4j in a version that asks for {@code //metadata} and one
 * that does not. They read the address of the metadata service from the process's environment alone.
 */
class NmiClientsIT {

    private static final String CLIENT_ID = "21111111-1111-4111-8111-111111111111";

    /** The last msal4j of the doubled slash; pom.xml puts it there. */
    private static final Path OLD_MSAL4J = Path.of("target", "clients", "msal4j.jar");

    private static final List<List<Object>> ENDS =
            List.of(List.of(Profile.V1_5_4, true), List.of(Profile.MANAGED, false));

    @TempDir
    Path folder;

    /** Each pair in CI; each client once and each end of the profiles in every build, since each is a process. */
    static Stream<Arguments> pairs() {
        return Stream.of(Profile.V1_5_4, Profile.V1_6_3, Profile.V1_8_17, Profile.MANAGED)
                .flatMap(profile -> Stream.of(arguments(profile, false), arguments(profile, true)))
                .filter(pair -> Boolean.getBoolean("podidentity.long") || ENDS.contains(List.of(pair.get())));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void token_ofAPod_isGivenToEveryClient(Profile profile, boolean oldMsal) throws Exception {
        try (var azure = PodIdentityEmulator.builder()
                .manifests(Path.of("src/test/resources/manifests/managed-identity.yaml"))
                .profile(profile)
                .timeScale(100)
                .start()) {
            assertThatEachClientGetsAToken(azure, oldMsal);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void token_throughTheProxySidecar_isGivenToEveryClientAndNeverTheNodes(boolean oldMsal) throws Exception {
        try (var azure = PodIdentityEmulator.builder()
                .manifests(Path.of("src/test/resources/manifests/proxy-sidecar.yaml"))
                .profile(Profile.WORKLOAD_IDENTITY)
                .start()) {
            assertThatEachClientGetsAToken(azure, oldMsal);
            for (String path : List.of("//metadata", "//Metadata", "/metadata/", "/x/..//metadata")) {
                var answer = Client.of(azure.sslContext())
                        .get(
                                azure.pod("app").imds() + path + "/identity/oauth2/token?api-version=2018-02-01"
                                        + "&resource=https%3A%2F%2Fstorage.azure.com",
                                "Metadata",
                                "true");

                assertThat(answer.statusCode()).as(path).isIn(200, 301);
                if (answer.statusCode() == 200) {
                    assertThat(Client.claims(answer).getStringClaim("appid"))
                            .as(path)
                            .isEqualTo(CLIENT_ID);
                }
            }
        }
    }

    private void assertThatEachClientGetsAToken(PodIdentityEmulator azure, boolean oldMsal) throws Exception {
        assertThat(printed(azure, oldMsal))
                .as(() -> "stderr: " + folder.resolve("err"))
                .isEqualTo("azure-identity " + CLIENT_ID + "\nmsal4j " + CLIENT_ID + "\n");
        assertThat(azure.requests())
                .filteredOn(request -> request.path().endsWith("/oauth2/token"))
                .anyMatch(request -> request.path().startsWith("//metadata") == oldMsal);
        assertThat(azure.log())
                .filteredOn(line -> line.source().equals("podid"))
                .extracting(LogLine::text)
                .filteredOn(text -> text.contains("asks for //metadata/"))
                .hasSize(oldMsal ? 1 : 0);
    }

    private String printed(PodIdentityEmulator azure, boolean oldMsal) throws IOException, InterruptedException {
        var program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        oldMsal ? classPathOfOldMsal() : System.getProperty("java.class.path"),
                        TokenProgram.class.getName(),
                        CLIENT_ID)
                .redirectError(folder.resolve("err").toFile());
        program.environment().keySet().removeIf(name -> name.startsWith("AZURE_") || name.startsWith("IDENTITY_"));
        // With the variables of workload identity azure-identity would not ask the metadata service at all.
        program.environment()
                .put(
                        "AZURE_POD_IDENTITY_AUTHORITY_HOST",
                        azure.pod("app").imds().toString());
        program.environment().put("AZURE_CLIENT_ID", CLIENT_ID);
        Process process = program.start();
        try {
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return printed;
        } finally {
            process.destroyForcibly();
        }
    }

    private static String classPathOfOldMsal() {
        assertThat(OLD_MSAL4J).matches(Files::exists, "is copied by the build");
        Stream<String> others = Arrays.stream(
                        System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !Path.of(entry).getFileName().toString().matches("msal4j-[0-9.]+\\.jar"));
        return Stream.concat(Stream.of(OLD_MSAL4J.toString()), others).collect(Collectors.joining(File.pathSeparator));
    }
}
