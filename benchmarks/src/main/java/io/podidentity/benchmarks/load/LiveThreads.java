package io.podidentity.benchmarks.load;

import io.podidentity.benchmarks.clients.TokenClient;

/**
 * The threads that are alive a moment after the first token. Argument: the client, or {@code none} for those of the JVM
 * itself.
 */
public final class LiveThreads {
    private LiveThreads() {}

    public static void main(String[] args) throws Exception {
        if (!args[0].equals("none")) {
            TokenClient.named(args[0]).token(TokenClient.RESOURCE);
        }
        Pause.millis(100);
        int own = 0;
        int all = 0;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            all++;
            own += thread.getName().startsWith("token-provider") ? 1 : 0;
        }
        Figure.print("threads", all);
        Figure.print("own threads", own);
        Runtime.getRuntime().halt(0);
    }
}
