// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks.programs;

import io.podidentity.benchmarks.clients.TokenClient;

/** A first and a next call in one process, where no token can be had. Argument: the client. */
public final class TwoCalls {
    private TwoCalls() {}

    public static void main(String[] args) throws Exception {
        TokenClient client = TokenClient.named(args[0]);
        for (String call : new String[] {"first", "next"}) {
            long start = System.nanoTime();
            String message = "";
            try {
                client.token(TokenClient.RESOURCE);
            } catch (Exception e) {
                message = String.valueOf(e.getMessage());
            }
            Storm.print(call, (System.nanoTime() - start) / 1e6);
            Storm.print("length", message.length());
            Storm.print("lines", (double) message.lines().count());
        }
        Runtime.getRuntime().halt(0);
    }
}
