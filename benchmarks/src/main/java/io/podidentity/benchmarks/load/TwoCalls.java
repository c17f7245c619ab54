package io.podidentity.benchmarks.load;

import io.podidentity.benchmarks.clients.TokenClient;

/** A first and a second call in one process. Argument: the client. */
public final class TwoCalls {
    private TwoCalls() {}

    public static void main(String[] args) throws Exception {
        TokenClient client = TokenClient.named(args[0]);
        for (String call : new String[] {"first", "second"}) {
            long start = System.nanoTime();
            client.token(TokenClient.RESOURCE);
            Figure.print(call, (System.nanoTime() - start) / 1e6);
        }
        Runtime.getRuntime().halt(0);
    }
}
