// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.hardening;

import io.podidentity.demo.sample.Problem;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes problems to the log. Whoever can reach the demo can cause them again and again, so the same text is written
 * once a minute, and only so many texts are: a storage account that fails does not fill the disk.
 */
public final class ProblemLog {
    private static final Logger LOG = LoggerFactory.getLogger(ProblemLog.class);
    private static final int MAX_TEXTS = 100;
    private static final Map<String, Instant> WRITTEN = new ConcurrentHashMap<>();

    private ProblemLog() {}

    /** Writes a warning, unless only the request was wrong; returns the problem. */
    public static Problem warn(Problem problem) {
        Instant now = Instant.now();
        WRITTEN.values().removeIf(now.minusSeconds(60)::isAfter);
        int status = problem.getStatusCode().value();
        boolean isOfRequest = status == 400 || status == 404;
        if (!isOfRequest && WRITTEN.size() < MAX_TEXTS && WRITTEN.putIfAbsent(problem.reason(), now) == null) {
            LOG.warn("{}: {}", problem.getBody().getTitle(), problem.getBody().getDetail());
        }
        return problem;
    }
}
