package io.podidentity.emulator.history;

import io.podidentity.emulator.http.RequestListener;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;

/** The last requests, oldest first. Thread-safe. */
public final class RequestHistory implements RequestListener {

    static final int MAX_LENGTH = 10_000;

    private final Consumer<RecordedRequest> listener;
    private final Object lock = new Object();
    /** Guarded by {@code lock}. */
    private final ArrayDeque<RecordedRequest> requests = new ArrayDeque<>();

    public RequestHistory(Consumer<RecordedRequest> listener) {
        this.listener = listener;
    }

    @Override
    public void seen(String server, String method, String path, String query, int status) {
        var request = new RecordedRequest(server, method, path, query, status);
        synchronized (lock) {
            if (requests.size() == MAX_LENGTH) {
                requests.removeFirst();
            }
            requests.addLast(request);
        }
        listener.accept(request);
    }

    public List<RecordedRequest> snapshot() {
        synchronized (lock) {
            return List.copyOf(requests);
        }
    }
}
