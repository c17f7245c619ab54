package io.podidentity.podid.check;

import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.Severity;
import io.podidentity.podid.check.rule.Suppressed;
import java.util.List;

/** What a check has found, and what of it is not to be reported. */
record CheckResult(List<Finding> open, List<Suppressed> suppressed) {

    CheckResult {
        open = List.copyOf(open);
        suppressed = List.copyOf(suppressed);
    }

    /** Whether something is at least that bad. Information never is. */
    boolean isAtLeast(Severity least) {
        return open.stream()
                .map(Finding::severity)
                .anyMatch(severity -> severity != Severity.INFO && severity.compareTo(least) >= 0);
    }
}
