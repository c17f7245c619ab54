package io.podidentity.tokenprovider.internal.engine;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.chain.SourceDescriptor;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.internal.tool.Tool;
import java.io.IOException;
import java.net.Proxy;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Gives each request a thread that ends with it, so that none is alive while nothing is under way. Where the program
 * has an executor of its own, sources are asked and futures are completed there alone: {@link HandOver}.
 *
 * <p>While few of them are alive it is a platform thread: the first virtual one of a process takes longer than a first
 * token may. Beyond that it is a virtual thread, where the JDK has those that do not pin their carriers.
 *
 * <p>The context class loader is the library's own, whoever called: by default it would be the caller's on JDK 17 and
 * the system's on JDK 25, where a program in one jar finds nothing.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class RequestExecutor implements Executor {
    /** While about so many platform threads of the library are alive, the next ones are virtual. */
    static final int MAX_PLATFORM_THREADS = 64;

    /** What the first caller does meanwhile; null for nothing, and when it is done. */
    private volatile @Nullable WarmUp warmUp;

    private final @Nullable HandOver handOver;

    RequestExecutor(@Nullable WarmUp warmUp, @Nullable Executor executor) {
        this.warmUp = warmUp;
        this.handOver = executor == null ? null : new HandOver(executor);
    }

    /**
     * The executor that does what another one, a program's own, does not begin in time; null if it is none of those.
     */
    static @Nullable Executor relief(Executor executor) {
        HandOver handOver = executor instanceof RequestExecutor own ? own.handOver : null;
        return handOver == null ? null : handOver.own;
    }

    /**
     * Has a side task done by a thread of the library, whatever the calling thread is busy with. If there is no thread
     * to be had, the calling thread does it.
     */
    static void startSideTask(Executor executor, Runnable task) {
        Executor relief = relief(executor);
        Executor own = relief == null ? executor : relief;
        try {
            // Marked as the completion of futures is, to tell both from requests.
            own.execute((Runnable & CompletableFuture.AsynchronousCompletionTask) task::run);
        } catch (Throwable e) { // For want of a thread.
            task.run();
        }
    }

    @Override
    public void execute(Runnable task) {
        HandOver toProgram = handOver;
        if (toProgram != null) {
            toProgram.add(task);
            return;
        }
        thread(task).start();
        WarmUp first = warmUp;
        if (first != null) {
            warmUp = null;
            first.whileWaiting();
        }
    }

    private static Thread thread(Runnable task) {
        boolean many = PlatformThread.ALIVE.get() >= MAX_PLATFORM_THREADS;
        return many && VirtualThreads.arePossible() ? VirtualThreads.thread(task) : new PlatformThread(task);
    }

    /** One of the platform threads, which count themselves. */
    private static final class PlatformThread extends Thread {
        private static final AtomicInteger ALIVE = new AtomicInteger();

        PlatformThread(Runnable task) {
            super(null, task, "token-provider", 0, false);
            setDaemon(true);
            setContextClassLoader(RequestExecutor.class.getClassLoader());
        }

        @Override
        public void run() {
            ALIVE.incrementAndGet();
            try {
                super.run();
            } finally {
                ALIVE.decrementAndGet();
            }
        }
    }

    /**
     * Hands requests and completions over to a program's own executor. That may take its time, refuse, drop what it is
     * given, run it at once, or hang: so a thread of the library does it, one for all as long as the executor takes
     * what it is given at once. Once it has not, each has a thread of its own, and nobody waits behind another.
     */
    private static final class HandOver implements Runnable {
        /** How long the executor may hold the thread up before another one takes over. */
        private static final long PATIENCE_NANOS = 50_000_000L;

        private final Executor program;
        private final RequestExecutor own = new RequestExecutor(null, null);
        private final Runnable takeOver = this::takeOver;
        /** What is to be handed over. Guarded by this. */
        private final Queue<Runnable> tasks = new ArrayDeque<>();
        /** The thread that takes the next task; null for none. Guarded by this. */
        private @Nullable Thread serving;
        /** Whether the executor has ever held a thread up: then each task gets a thread of its own. Guarded by this. */
        private boolean slow;

        HandOver(Executor program) {
            this.program = program;
        }

        synchronized void add(Runnable task) {
            tasks.add(task);
            if (serving == null || slow) {
                serve(task);
            }
        }

        /** Begins another thread; without one to be had, the task that it would be for is taken back. */
        private void serve(@Nullable Runnable last) {
            Thread thread = thread(this);
            boolean begun = false;
            try {
                thread.start();
                begun = true;
            } finally {
                if (!begun && last != null) {
                    tasks.remove(last);
                }
            }
            serving = thread;
        }

        @Override
        public void run() {
            for (Runnable task = next(true); task != null; task = next(false)) {
                Time.SYSTEM.wake(Time.SYSTEM.nanos() + PATIENCE_NANOS, takeOver);
                if (task instanceof InFlightRequest request) {
                    request.handOver(program);
                } else {
                    complete(task);
                }
            }
        }

        /** Futures must be completed, be it here. */
        private void complete(Runnable task) {
            try {
                program.execute(task);
            } catch (Throwable e) { // Whatever an executor of the program's own throws.
                task.run();
            }
        }

        /**
         * The next task for the calling thread; null if there is none, or another thread takes it.
         *
         * @param first whether the thread has just begun. Where the executor is slow, it was begun for one task, which
         *     it takes though another thread serves by now
         */
        @SuppressWarnings("ReferenceEquality")
        private synchronized @Nullable Runnable next(boolean first) {
            boolean mine = serving == Thread.currentThread() || (slow && first);
            Runnable task = mine ? tasks.poll() : null;
            if (serving == Thread.currentThread() && task == null) {
                serving = null;
                Time.SYSTEM.forget(takeOver);
            }
            return task;
        }

        /** The executor holds up the thread that serves. */
        private synchronized void takeOver() {
            slow = slow || serving != null;
            serving = null;
            for (int i = tasks.size(); i > 0; i--) {
                serve(null);
            }
        }
    }

    /**
     * Virtual threads, of JDKs in which they do not pin their carriers: since 24 (JEP 491). This library is compiled
     * for 17, which has none, so they are called by their names.
     */
    private static final class VirtualThreads {
        private static final int FIRST_WITHOUT_PINS = 24;
        private static final @Nullable ThreadFactory FACTORY = factory();

        static boolean arePossible() {
            return FACTORY != null;
        }

        static Thread thread(Runnable task) {
            Thread thread = requireNonNull(FACTORY).newThread(task);
            thread.setContextClassLoader(RequestExecutor.class.getClassLoader());
            return thread;
        }

        private static @Nullable ThreadFactory factory() {
            if (Runtime.version().feature() < FIRST_WITHOUT_PINS) {
                return null;
            }
            try {
                Class<?> builder = Class.forName("java.lang.Thread$Builder");
                Object ofVirtual = Thread.class.getMethod("ofVirtual").invoke(null);
                builder.getMethod("name", String.class).invoke(ofVirtual, "token-provider");
                builder.getMethod("inheritInheritableThreadLocals", boolean.class)
                        .invoke(ofVirtual, false);
                return (ThreadFactory) builder.getMethod("factory").invoke(ofVirtual);
            } catch (ReflectiveOperationException e) {
                return null;
            }
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
