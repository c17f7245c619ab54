// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

/** Why a request gets no token, in words for the borrower: what is wrong and what to do. It shows no secret. */
@SuppressWarnings("serial")
final class Refusal extends RuntimeException {

    private static final int MAX_LENGTH = 120;

    private final int status;
    private final String code;

    /** @param code a word for programs, as OAuth has them */
    Refusal(int status, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    /** Text of others for one line: what is not printable ASCII is replaced, and the rest cut after 120 characters. */
    static String printable(String text) {
        String plain = text.replaceAll("[^\\x20-\\x7e]", "?");
        return plain.length() <= MAX_LENGTH ? plain : plain.substring(0, MAX_LENGTH) + "...";
    }
}
