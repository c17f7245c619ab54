// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks.programs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** az through ProcessBuilder: the floor for a first token through the Azure CLI. */
public final class BareProcessBuilder {
    private BareProcessBuilder() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "az",
                        "account",
                        "get-access-token",
                        "--output",
                        "json",
                        "--resource",
                        "https://storage.azure.com/")
                .start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("az failed");
        }
        int start = answer.indexOf("\"accessToken\": \"") + "\"accessToken\": \"".length();
        System.out.println(answer.indexOf('"', start) - start);
        Runtime.getRuntime().halt(0);
    }
}
