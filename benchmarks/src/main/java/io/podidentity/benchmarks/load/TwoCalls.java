package io.podidentity.benchmarks.load;

import io.podidentity.benchmarks.clients.TokenClient;

/** A first and a next call in one process. Arguments: the client; {@code fails} where no token can be had. */
public final class TwoCalls {
    private TwoCalls() {}

    public static void main(String[] args) throws Exception {
        TokenClient client = TokenClient.named(args[0]);
        for (String call : new String[] {"first", "next"}) {
            long start = System.nanoTime();
            try {
                client.token(TokenClient.RESOURCE);
                Figure.print(call, (System.nanoTime() - start) / 1e6);
            } catch (Exception e) {
                Figure.print(call, (System.nanoTime() - start) / 1e6);
                if (args.length == 1) {
                    throw e;
                }
                String message = String.valueOf(e.getMessage());
                Figure.print("length", message.length());
                Figure.print("lines", (double) message.lines().count());
            }
        }
        Runtime.getRuntime().halt(0);
    }
}
