package io.podidentity.benchmarks.load;

import io.podidentity.benchmarks.clients.TokenClient;

/**
 * Counts the threads that are alive 0.1 s after the first token. Argument: the client, or {@code none} for the threads
 * of the JVM alone.
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
