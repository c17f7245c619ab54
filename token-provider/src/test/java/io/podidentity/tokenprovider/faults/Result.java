// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.faults;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;

/** What becomes of a call. */
enum Result {
    TOKEN("a token", "| "),
    /** Nobody answers, or not now: the same call may succeed later. */
    BUSY("busy", "`SERVICE_UNAVAILABLE`, or `TIMED_OUT` if the deadline comes first | yes"),
    /** The other end said no. */
    REFUSED("refused", "`REFUSED` | no"),
    /** The answer cannot be used. */
    GARBLED("useless", "`INVALID_RESPONSE` | no"),
    /** The other end is not who it should be, and is told nothing. */
    DISTRUST("distrust", "`INVALID_CONFIGURATION` | no"),
    /** The source is passed over, and there is no other. */
    ABSENT("unavailable", "`NO_SOURCE_AVAILABLE` | no"),
    /** No outcome that any fault may have. */
    OTHER("something else", "");

    private final String title;
    private final String codes;

    Result(String title, String codes) {
        this.title = title;
        this.codes = codes;
    }

    String title() {
        return title;
    }

    /** The codes that mean it, and whether it is transient: two cells of a table. */
    String codes() {
        return codes;
    }

    static Result of(TokenAcquisitionException failure) {
        Code code = failure.code();
        if (failure.isTransient() != (code == Code.SERVICE_UNAVAILABLE || code == Code.TIMED_OUT)) {
            return OTHER;
        }
        return switch (code) {
            case SERVICE_UNAVAILABLE, TIMED_OUT -> BUSY;
            case REFUSED -> REFUSED;
            case INVALID_RESPONSE -> GARBLED;
            case INVALID_CONFIGURATION -> DISTRUST;
            case NO_SOURCE_AVAILABLE -> ABSENT;
            default -> OTHER;
        };
    }
}
