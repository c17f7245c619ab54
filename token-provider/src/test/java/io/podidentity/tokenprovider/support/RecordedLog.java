// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What a logger is told, in place of the build's output, until it is closed. Safe for use by several threads. */
public final class RecordedLog extends Handler {
    private final List<LogRecord> lines = new CopyOnWriteArrayList<>();
    private final Logger logger;

    public RecordedLog(String name) {
        this.logger = Logger.getLogger(name);
        logger.setUseParentHandlers(false);
        logger.addHandler(this);
    }

    /** All so far, in order. */
    public List<LogRecord> lines() {
        return lines;
    }

    @Override
    public void publish(LogRecord line) {
        lines.add(line);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(true);
    }
}
