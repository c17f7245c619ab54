// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks.programs;

import io.podidentity.benchmarks.clients.TokenClient;

/** The first token of a peer, which loads thousands of classes more than this. Argument: the client. */
public final class FirstCall {
    private FirstCall() {}

    public static void main(String[] args) throws Exception {
        System.out.println(
                TokenClient.named(args[0]).token(TokenClient.RESOURCE).length());
        Runtime.getRuntime().halt(0);
    }
}
