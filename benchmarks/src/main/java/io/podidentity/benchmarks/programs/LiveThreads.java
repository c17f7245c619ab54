// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks.programs;

import io.podidentity.benchmarks.clients.TokenClient;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Counts the threads that are alive 0.1 s after the first token. Arguments: the client, or {@code none} for the threads
 * of the JVM alone; for a busy machine, how many milliseconds the library's own may take to end (100).
 */
public final class LiveThreads {
    private LiveThreads() {}

    public static void main(String[] args) throws Exception {
        if (!args[0].equals("none")) {
            TokenClient.named(args[0]).token(TokenClient.RESOURCE);
        }
        long left = args.length > 1 ? Long.parseLong(args[1]) : 100;
        Set<Thread> all;
        int own;
        do {
            TimeUnit.MILLISECONDS.sleep(100);
            left -= 100;
            all = Thread.getAllStackTraces().keySet();
            own = 0;
            for (Thread thread : all) {
                if (thread.getName().startsWith("token-provider")) {
                    own++;
                }
            }
        } while (own > 0 && left > 0);
        Storm.print("threads", all.size());
        Storm.print("own threads", own);
        Runtime.getRuntime().halt(0);
    }
}
