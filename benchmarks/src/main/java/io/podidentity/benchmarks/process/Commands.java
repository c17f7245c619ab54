package io.podidentity.benchmarks.process;

import java.io.IOException;
import java.util.List;

/** Programs of the machine that a measurement can do without. */
public final class Commands {
    private Commands() {}

    /** Whether there is a program of that name. */
    public static boolean isInstalled(String name) throws InterruptedException {
        return succeeds("sh", "-c", "command -v " + name);
    }

    static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** The words that keep a program on one processor; none where that cannot be asked for. */
    public static List<String> onProcessor(int number) throws InterruptedException {
        boolean canPin = Runtime.getRuntime().availableProcessors() > 1 && isInstalled("taskset");
        return canPin ? List.of("taskset", "-c", String.valueOf(number)) : List.of();
    }
}
