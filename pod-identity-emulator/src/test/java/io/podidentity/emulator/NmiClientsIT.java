package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.Profile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real clients in the place of a pod. They read NMI's address from the process's environment alone. */
class NmiClientsIT {

    private static final String CLIENT_ID = "21111111-1111-4111-8111-111111111111";

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(
            value = Profile.class,
            names = {"V1_5_4", "V1_8_17", "MANAGED"})
    void token_ofAPod_isGivenToEveryClient(Profile profile) throws Exception {
        try (var azure = PodIdentityEmulator.builder()
                .manifests(Path.of("src/test/resources/manifests/managed-identity.yaml"))
                .profile(profile)
                .timeScale(100)
                .start()) {
            var program = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            TokenProgram.class.getName(),
                            CLIENT_ID)
                    .redirectError(folder.resolve("err").toFile());
            program.environment().keySet().removeIf(name -> name.startsWith("AZURE_") || name.startsWith("IDENTITY_"));
            program.environment().putAll(azure.pod("app").environment());
            program.environment().put("AZURE_CLIENT_ID", CLIENT_ID);
            Process process = program.start();
            try {
                String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(printed)
                        .as(() -> "stderr: " + folder.resolve("err"))
                        .isEqualTo("azure-identity " + CLIENT_ID + "\nmsal4j " + CLIENT_ID + "\n");
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
