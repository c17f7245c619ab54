// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.faults;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Every text that a program, its log or a person could get to see. Safe for use by several threads. */
final class Shown {
    private static final String OURS = "io.podidentity.";
    /** What is for the server alone; that it gives the token is what it is for. */
    private static final Set<String> FOR_THE_SERVER = Set.of("value");

    private final List<String> texts = new ArrayList<>();

    /** A text, or an object with all that its public methods without arguments say, and the objects that they give. */
    void add(String what, Object thing) {
        add(what, thing, 0);
    }

    private synchronized void add(String what, Object thing, int depth) {
        texts.add(what + ": " + thing);
        if (thing instanceof Throwable thrown) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace, true));
            texts.add(what + ": " + trace);
        }
        if (thing == null || depth > 3) {
            return;
        }
        if (thing instanceof Optional<?> optional) {
            optional.ifPresent(value -> add(what, value, depth));
        } else if (thing instanceof Iterable<?> all) {
            all.forEach(value -> add(what, value, depth));
        } else if (thing.getClass().getName().startsWith(OURS)) {
            for (Method method : thing.getClass().getMethods()) {
                if (isGetter(method)) {
                    add(what + "." + method.getName(), call(method, thing), depth + 1);
                }
            }
        }
    }

    private static boolean isGetter(Method method) {
        return method.getParameterCount() == 0
                && method.getReturnType() != void.class
                && !Modifier.isStatic(method.getModifiers())
                && method.getDeclaringClass().getName().startsWith(OURS)
                && Modifier.isPublic(method.getDeclaringClass().getModifiers())
                && !method.getName().startsWith("getA")
                && !FOR_THE_SERVER.contains(method.getName());
    }

    private static Object call(Method method, Object thing) {
        try {
            return method.invoke(thing);
        } catch (ReflectiveOperationException e) {
            return e.getCause();
        }
    }

    /** Has every logger of the process say all it can, until that is closed. */
    AutoCloseable logsAt(Level level) {
        Logger root = Logger.getLogger("");
        Level before = root.getLevel();
        Handler[] handlers = root.getHandlers();
        Handler all = new Handler() {
            @Override
            public void publish(LogRecord record) {
                add("a log", new SimpleFormatter().format(record));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        all.setLevel(level);
        for (Handler handler : handlers) {
            root.removeHandler(handler);
        }
        root.addHandler(all);
        root.setLevel(level);
        return () -> {
            root.setLevel(before);
            root.removeHandler(all);
            for (Handler handler : handlers) {
                root.addHandler(handler);
            }
        };
    }

    synchronized List<String> all() {
        return List.copyOf(texts);
    }

    /** Those with any of these in them, in whatever case. */
    synchronized List<String> withAny(List<String> forms) {
        return texts.stream()
                .filter(text -> {
                    String lower = text.toLowerCase(Locale.ROOT);
                    return forms.stream().anyMatch(lower::contains);
                })
                .distinct()
                .limit(20)
                .toList();
    }
}
