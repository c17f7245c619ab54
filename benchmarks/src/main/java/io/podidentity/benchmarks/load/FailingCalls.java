package io.podidentity.benchmarks.load;

import io.podidentity.benchmarks.clients.TokenClient;

/** Two calls where no token can be had. Argument: the client. */
public final class FailingCalls {
    private FailingCalls() {}

    public static void main(String[] args) throws Exception {
        TokenClient client = TokenClient.named(args[0]);
        for (String call : new String[] {"first", "next"}) {
            long start = System.nanoTime();
            String message;
            try {
                client.token(TokenClient.RESOURCE);
                throw new AssertionError("a token where there is none");
            } catch (Exception e) {
                message = String.valueOf(e.getMessage());
            }
            Figure.print(call, (System.nanoTime() - start) / 1e6);
            Figure.print("length", message.length());
            Figure.print("lines", (double) message.lines().count());
        }
        Runtime.getRuntime().halt(0);
    }
}
