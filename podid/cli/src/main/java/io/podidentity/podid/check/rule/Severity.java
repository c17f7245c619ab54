// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import java.util.Locale;

/** How bad a finding is; the later, the worse. */
public enum Severity {
    /** Worth knowing; never makes the command fail. */
    INFO,
    /** Works today, but for a wrong reason or not always. */
    WARNING,
    /** The pod gets no token, or that of another identity. */
    ERROR;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
