package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.chain.SourceDescriptor;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.tool.Tool;
import java.io.IOException;
import java.net.Proxy;
import java.net.Socket;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Gives each request a thread that ends with it, so that none is alive while nothing is under way. Where the program
 * has an executor of its own, that thread hands the request over, since the executor may hang. Nothing else runs there.
 *
 * <p>Its context class loader is the library's own, whoever called: by default it would be the caller's on JDK 17 and
 * the system's on JDK 25, where a program in one jar finds nothing.
 */
final class RequestExecutor implements Executor {
    /** What the first caller does meanwhile; null for nothing, and when it is done. */
    private volatile @Nullable WarmUp warmUp;

    private final @Nullable Executor executor;

    RequestExecutor(@Nullable WarmUp warmUp, @Nullable Executor executor) {
        this.warmUp = warmUp;
        this.executor = executor;
    }

    @Override
    public void execute(Runnable task) {
        Executor other = executor;
        Runnable work = other != null && task instanceof InFlightRequest request ? () -> request.handOver(other) : task;
        Thread thread = new Thread(null, work, "token-provider", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(RequestExecutor.class.getClassLoader());
        thread.start();
        WarmUp first = warmUp;
        if (first != null) {
            warmUp = null;
            first.whileWaiting();
        }
    }

    /**
     * Loads classes beside the first caller, or where it would only wait, before they are needed. Nothing is sent.
     *
     * <p>In a young process most of a first token's time is class loading; see docs/decisions/0008.
     */
    static final class WarmUp extends Thread {
        /** Whether the first source to be asked is one over HTTP; false until that is known. */
        private volatile boolean forHttp;

        private WarmUp() {
            super(null, null, "token-provider-warm-up", 0, false);
            setDaemon(true);
        }

        /** Begins it; a process that has no thread left does without. */
        static WarmUp begin() {
            WarmUp warmUp = new WarmUp();
            try {
                warmUp.start();
            } catch (OutOfMemoryError e) {
                // Only time is lost: what was not loaded beside is loaded when it is needed.
            }
            return warmUp;
        }

        /** The JDK's classes for sockets or for processes, while the caller loads ours. */
        @Override
        public void run() {
            try {
                Environment environment = Environment.ofProcess();
                forHttp = SourceDescriptor.announcesHttp(environment);
                if (!forHttp && new Tool(environment, "az").find() != null) {
                    ProcessHandle.current();
                    rehearse();
                } else {
                    loadSockets();
                }
            } catch (IOException e) {
                // Nothing is connected, so nothing fails; and the request itself would say what is wrong.
            }
        }

        /** What an answer is read with, on the thread of a caller who waits for one. */
        void whileWaiting() {
            if (forHttp) {
                rehearse();
            }
        }

        private static void rehearse() {
            CachedToken.refreshAt(new TokenSource.Acquired(TokenResponse.rehearse()).token(), 0);
        }

        /** By one that is made and not connected. */
        private static void loadSockets() throws IOException {
            try (Socket socket = new Socket(Proxy.NO_PROXY)) {
                socket.setReuseAddress(false);
            }
        }
    }
}
