// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Azure's own library for Java as a borrower, in a process that has nothing but the variables. */
class BorrowersIT {

    @ParameterizedTest
    @ValueSource(strings = {"IDENTITY_", "AZURE_POD_IDENTITY_AUTHORITY_HOST", "MSI_ENDPOINT"})
    void azureIdentity_withTheVariables_getsWhatIsAllowedAndSaysWhatIsNot(String variables) throws Exception {
        try (PodIdentityEmulator azure = PodIdentityEmulator.start();
                Lender lender = Lender.of(azure)) {
            String printed = borrow(lender, variables, Lender.RESOURCE, "https://graph.example");
            assertThat(printed)
                    .contains("got " + azure.identities().get(0).clientId())
                    .contains("podid lend does not lend tokens for https://graph.example", "--allow RESOURCE");
        }
    }

    @Test
    void azureIdentity_whileNobodyIsSignedIn_saysWhy() throws Exception {
        try (Lender lender = Lender.ofNobody()) {
            assertThat(borrow(lender, "IDENTITY_", Lender.RESOURCE))
                    .contains("podid lend has no token to lend", "Azure CLI");
        }
    }

    private static String borrow(Lender lender, String variables, String... resources) throws Exception {
        Borrower borrower = lender.lending.borrowers().get(0);
        Map<String, String> given = new HashMap<>(lender.lending.variables(borrower));
        given.putAll(lender.lending.otherVariables(borrower));
        given.keySet().removeIf(name -> !name.startsWith(variables));
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                BorrowerProgram.class.getName());
        builder.command().addAll(List.of(resources));
        builder.environment().clear();
        builder.environment().putAll(given);
        Process process = builder.redirectErrorStream(true).start();
        try {
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return printed;
        } finally {
            process.destroyForcibly();
        }
    }
}
