// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.mortal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;

/** Counts the calls that change the file system, and decides what becomes of them. Thread-safe. */
public final class Fate {

    /** What happens at the chosen call. */
    public enum End {
        /** The process ends: that call has no effect, a write a half one, and no later call has any. */
        PROCESS_ENDS,
        /** Nothing more can be written: that call and each later write fails, and files can be removed. */
        DISK_IS_FULL
    }

    /** The process has ended; nothing of its own can catch that. */
    @SuppressWarnings("serial")
    public static final class Ended extends Error {
        Ended() {
            super("the process has ended");
        }
    }

    private static final Object LOCK = new Object();
    private static final List<FileChannel> OPEN = new ArrayList<>();
    private static End end = End.PROCESS_ENDS;
    private static int calls;
    private static int last = Integer.MAX_VALUE;

    private Fate() {}

    /** From now on the n-th call is the chosen one, counted from 1; the locks of the process before are gone. */
    public static void choose(End chosen, int n) throws IOException {
        synchronized (LOCK) {
            for (FileChannel channel : OPEN) {
                channel.close();
            }
            OPEN.clear();
            end = chosen;
            calls = 0;
            last = n;
        }
    }

    /** From now on nothing happens. */
    public static int spare() throws IOException {
        synchronized (LOCK) {
            int seen = calls;
            choose(End.PROCESS_ENDS, Integer.MAX_VALUE);
            return seen;
        }
    }

    static void opened(FileChannel channel) {
        synchronized (LOCK) {
            OPEN.add(channel);
        }
    }

    /** Before a call that needs room. */
    static void write() throws IOException {
        if (isOver(true)) {
            if (end == End.DISK_IS_FULL) {
                throw new IOException("No space left on device");
            }
            throw new Ended();
        }
    }

    /** Before a call that needs none. */
    static void change() {
        if (isOver(false) && end == End.PROCESS_ENDS) {
            throw new Ended();
        }
    }

    private static boolean isOver(boolean counts) {
        synchronized (LOCK) {
            if (counts || end == End.PROCESS_ENDS) {
                calls++;
            }
            return calls >= last;
        }
    }
}
