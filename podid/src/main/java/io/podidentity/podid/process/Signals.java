package io.podidentity.podid.process;

import java.lang.reflect.Proxy;

/**
 * Signals that this process gets. The JDK offers them in {@code sun.misc} alone, which the compiler warns of, so it is
 * called by reflection.
 */
final class Signals {

    private Signals() {}

    /** Does this at each such signal, and not what the JVM does; nothing where there is no such signal. */
    static void on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            action.run();
                        }
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
        } catch (ReflectiveOperationException unknownHere) {
            // The JVM's own way stays.
        }
    }
}
