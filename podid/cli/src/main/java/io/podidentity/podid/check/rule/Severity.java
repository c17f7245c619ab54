// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import java.util.Locale;

/** How bad a finding is, in increasing order. */
public enum Severity {
    /** Worth knowing; never makes the command fail. */
    INFO,
    /** A pod works for a wrong reason or not always, or something is written that has no effect. */
    WARNING,
    /** The pod gets no token, or that of another identity. */
    ERROR;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
