// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.chain.SourceDescriptor;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.internal.tool.Tool;
import java.io.IOException;
import java.net.Proxy;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Gives each request a thread of its own, which ends with the request. So no thread is alive while nothing happens. If
 * the program supplies an executor, a {@link HandOver} passes the requests on to it.
 *
 * <p>The first threads are platform threads, because starting the first virtual thread of a process takes longer than a
 * first token may take. While many platform threads are alive, the next ones are virtual if the JDK has virtual threads
 * that do not pin their carriers.
 *
 * <p>The context class loader of each thread is the library's own. By default it would be the caller's on JDK 17, which
 * keeps a program in memory that was unloaded, and the system's on JDK 25, which finds nothing in a program in one jar.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class RequestExecutor implements Executor {
    /** While about so many platform threads of the library are alive, the next threads are virtual. */
    static final int MAX_PLATFORM_THREADS = 64;

    /** What the first caller does while it waits; null for nothing, and when it is done. */
    private volatile @Nullable WarmUp warmUp;
    /** Passes requests on to the program's executor; null if the program supplied none. */
    private final @Nullable HandOver handOver;

    RequestExecutor(@Nullable WarmUp warmUp, @Nullable Executor executor) {
        this.warmUp = warmUp;
        if (executor == null) {
            this.handOver = null;
        } else {
            this.handOver = new HandOver(executor);
        }
    }

    /** The executor that does what the program's executor does not begin in time; null if there is no program's. */
    static @Nullable Executor reliefOf(Executor executor) {
        if (executor instanceof RequestExecutor own && own.handOver != null) {
            return own.handOver.own;
        }
        return null;
    }

    /**
     * Starts a task on a thread of the library, so that it does not hold up the calling thread. If there is no thread,
     * the calling thread does the task.
     */
    static void startSideTask(Executor executor, Runnable task) {
        Executor own = Objects.requireNonNullElse(reliefOf(executor), executor);
        try {
            // The marker interface lets an executor tell side tasks and completions of futures from requests.
            own.execute((Runnable & CompletableFuture.AsynchronousCompletionTask) task::run);
        } catch (Throwable e) { // There is no thread.
            task.run();
        }
    }

    @Override
    public void execute(Runnable task) {
        HandOver toProgram = handOver;
        if (toProgram != null) {
            toProgram.addTask(task);
            return;
        }
        newThread(task).start();
        WarmUp first = warmUp;
        if (first != null) {
            warmUp = null;
            first.workWhileWaiting();
        }
    }

    private static Thread newThread(Runnable task) {
        if (PlatformThread.ALIVE.get() >= MAX_PLATFORM_THREADS && VirtualThreads.arePossible()) {
            return VirtualThreads.newThread(task);
        }
        return new PlatformThread(task);
    }

    /** A platform thread, which counts itself while it is alive. */
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
     * Hands requests and completions over to a program's own executor. Such an executor may take its time, refuse, drop
     * a task, run it at once, or hang. So a thread of the library hands the tasks over: a single thread as long as the
     * executor takes each task at once. From the first time that it does not, each task gets a thread of its own, so
     * that no task waits behind another.
     */
    private static final class HandOver implements Runnable {
        /** How long the executor may hold the thread up before another one takes over. */
        private static final long PATIENCE_NANOS = 50_000_000L;

        private final Executor program;
        /** The library's own threads, for what the program's executor does not begin in time. */
        private final RequestExecutor own = new RequestExecutor(null, null);

        private final Runnable takeOver = this::takeOver;
        /** The tasks that are to be handed over. Guarded by this. */
        private final Queue<Runnable> tasks = new ArrayDeque<>();
        /** The thread that takes the next task; null for none. Guarded by this. */
        private @Nullable Thread serving;
        /** Whether the executor has ever held a thread up. It stays slow for good. Guarded by this. */
        private boolean slow;

        HandOver(Executor program) {
            this.program = program;
        }

        synchronized void addTask(Runnable task) {
            tasks.add(task);
            if (serving == null || slow) {
                startThread(task);
            }
        }

        /**
         * Starts another thread, which serves from now on.
         *
         * @param last the task that is taken back if there is no thread; null for none
         */
        private void startThread(@Nullable Runnable last) {
            Thread thread = newThread(this);
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
            for (Runnable task = takeFirst(); task != null; task = takeNext()) {
                Time.SYSTEM.wake(Time.SYSTEM.nanos() + PATIENCE_NANOS, takeOver);
                if (task instanceof InFlightRequest request) {
                    request.handOver(program);
                } else {
                    executeOrRun(task);
                }
            }
        }

        /** Runs a task that completes futures: on the program's executor, or here if the executor refuses. */
        private void executeOrRun(Runnable task) {
            try {
                program.execute(task);
            } catch (Throwable e) { // Whatever a program's own executor throws.
                task.run();
            }
        }

        /** The first task of the calling thread. If the executor is slow, each thread was started for one task. */
        private synchronized @Nullable Runnable takeFirst() {
            if (slow && !isServing()) {
                return tasks.poll();
            }
            return takeNext();
        }

        /** The next task of the calling thread; null if there is none, or if another thread serves by now. */
        private synchronized @Nullable Runnable takeNext() {
            if (!isServing()) {
                return null;
            }
            Runnable task = tasks.poll();
            if (task == null) {
                serving = null;
                Time.SYSTEM.forget(takeOver);
            }
            return task;
        }

        @SuppressWarnings("ReferenceEquality")
        private boolean isServing() {
            return serving == Thread.currentThread();
        }

        /** Starts a thread for each task that is left, because the executor holds up the thread that serves. */
        private synchronized void takeOver() {
            if (serving != null) {
                slow = true;
            }
            serving = null;
            for (int i = tasks.size(); i > 0; i--) {
                startThread(null);
            }
        }
    }

    /**
     * Virtual threads, if the JDK is version 24 or later. In earlier versions they pin their carriers (JEP 491). This
     * library is compiled for JDK 17, which has no virtual threads, so this class calls their methods by name.
     */
    private static final class VirtualThreads {
        private static final int FIRST_WITHOUT_PINS = 24;
        private static final @Nullable ThreadFactory FACTORY = findFactory();

        static boolean arePossible() {
            return FACTORY != null;
        }

        static Thread newThread(Runnable task) {
            Thread thread = requireNonNull(FACTORY).newThread(task);
            thread.setContextClassLoader(RequestExecutor.class.getClassLoader());
            return thread;
        }

        private static @Nullable ThreadFactory findFactory() {
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
     * Loads classes before they are needed: on a thread of its own while the first caller loads others, and on the
     * caller's thread while it only waits. Nothing is sent. In a young process, loading classes takes most of the time
     * of a first token; see docs/decisions/0008.
     */
    static final class WarmUp extends Thread {
        /** Whether the first source sends HTTP requests; false until that is known. */
        private volatile boolean forHttp;

        private WarmUp() {
            super(null, null, "token-provider-warm-up", 0, false);
            setDaemon(true);
        }

        /** Begins the warm-up. A process without another thread goes on without it. */
        static WarmUp begin() {
            WarmUp warmUp = new WarmUp();
            try {
                warmUp.start();
            } catch (OutOfMemoryError e) {
                // The classes are then loaded when they are needed, so only time is lost.
            }
            return warmUp;
        }

        /** Loads the JDK's classes for sockets or for processes, while the caller loads those of this library. */
        @Override
        public void run() {
            try {
                Environment environment = Environment.ofProcess();
                forHttp = SourceDescriptor.announcesHttp(environment);
                if (!forHttp && new Tool(environment, "az").findCommand() != null) {
                    ProcessHandle.current();
                    loadAnswerReader();
                } else {
                    loadSockets();
                }
            } catch (IOException e) {
                // No socket was connected. If sockets do not work here, the request itself will say so.
            }
        }

        /** Loads the classes that read an answer, on the thread of a caller that waits for one. */
        void workWhileWaiting() {
            if (forHttp) {
                loadAnswerReader();
            }
        }

        private static void loadAnswerReader() {
            CachedToken.computeRefreshAt(new TokenSource.Acquired(TokenResponse.readSample()).token(), 0);
        }

        /** Makes a socket and does not connect it. */
        private static void loadSockets() throws IOException {
            try (Socket socket = new Socket(Proxy.NO_PROXY)) {
                socket.setReuseAddress(false);
            }
        }
    }
}
