package io.podidentity.emulator.history;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;

/** The last log lines, oldest first. Thread-safe. */
public final class LogHistory {

    static final int MAX_LENGTH = 10_000;

    private final Consumer<LogLine> listener;
    private final Object lock = new Object();
    /** Guarded by {@code lock}. */
    private final ArrayDeque<LogLine> lines = new ArrayDeque<>();

    public LogHistory(Consumer<LogLine> listener) {
        this.listener = listener;
    }

    /** Takes the lines of that source. */
    public Consumer<String> of(String source) {
        return text -> add(new LogLine(source, text));
    }

    private void add(LogLine line) {
        synchronized (lock) {
            if (lines.size() == MAX_LENGTH) {
                lines.removeFirst();
            }
            lines.addLast(line);
        }
        listener.accept(line);
    }

    public List<LogLine> snapshot() {
        synchronized (lock) {
            return List.copyOf(lines);
        }
    }
}
