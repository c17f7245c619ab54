// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks.programs;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;

/** The token provider, with the default chain. */
public final class TokenProvider {
    private TokenProvider() {}

    public static void main(String[] args) {
        String token = new AzureServiceTokenProvider().getAccessToken("https://storage.azure.com/");
        System.out.println(token.length());
        Runtime.getRuntime().halt(0);
    }
}
