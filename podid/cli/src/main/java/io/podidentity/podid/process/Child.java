// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.process;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program as if it had been started in place of this one: with this one's input, output and signals, and its
 * exit code is this one's.
 */
public final class Child {

    /** The signals that end a program from outside, as far as the JVM lets others have them. */
    private static final List<String> SIGNALS = List.of("HUP", "INT", "TERM");

    private Child() {}

    /**
     * Runs a program to its end.
     *
     * @param command the program and its arguments
     * @param add variables that it gets, besides those of this process
     * @param remove variables of this process that it does not get
     * @return its exit code; 128 and the signal's number if a signal ended it
     * @throws IOException if it cannot be started
     */
    public static int run(List<String> command, Map<String, String> add, Collection<String> remove)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).inheritIO();
        builder.environment().keySet().removeAll(remove);
        builder.environment().putAll(add);
        // Before the program starts: a signal in between must not end this process and leave the program behind.
        var started = new CompletableFuture<Process>();
        for (String signal : SIGNALS) {
            onSignal(signal, () -> passOn(signal, started.join()));
        }
        Process child = builder.start();
        started.complete(child);
        return child.waitFor();
    }

    /**
     * Does something at each signal of a name, in place of what the JVM does; nothing where there is no such signal.
     * The JDK offers signals in {@code sun.misc} alone, of which the compiler warns, so reflection calls it.
     */
    private static void onSignal(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(
                    Child.class.getClassLoader(),
                    new Class<?>[] {handler},
                    (proxy, method, arguments) -> handle(method, action));
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
        } catch (ReflectiveOperationException unknownHere) {
            // Then the JVM does what it does at the signal.
        }
    }

    /** What the handler does if it is called; {@code handle}, the one method of a SignalHandler, returns nothing. */
    private static @Nullable Object handle(Method method, Runnable action) {
        if (method.getName().equals("handle")) {
            action.run();
        }
        return null;
    }

    private static void passOn(String signal, Process child) {
        if (signal.equals("TERM")) {
            child.destroy();
            return;
        }
        try {
            // A terminal sends Ctrl-C to the program, too. A second one would make some programs end at once.
            if (signal.equals("INT") && isInForeground()) {
                return;
            }
            new ProcessBuilder("kill", "-" + signal, Long.toString(child.pid())).start();
        } catch (IOException noSuchProgram) {
            child.destroy();
        }
    }

    /** Whether a terminal sends its signals to the process group of this process, which is also the program's. */
    private static boolean isInForeground() throws IOException {
        String self = Long.toString(ProcessHandle.current().pid());
        Process ps = new ProcessBuilder("ps", "-o", "pgid=,tpgid=", "-p", self).start();
        String[] groups = new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .strip()
                .split("\\s+", -1);
        return groups.length == 2 && groups[0].equals(groups[1]);
    }
}
