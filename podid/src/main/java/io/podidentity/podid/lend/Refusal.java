package io.podidentity.podid.lend;

/** Why a request gets no token, in words for the borrower: what is wrong and what to do. It shows no secret. */
@SuppressWarnings("serial")
final class Refusal extends RuntimeException {

    private final int status;
    private final String code;

    /**
     * A refusal.
     *
     * @param status of HTTP
     * @param code a word for programs, as OAuth has them
     * @param message for people
     */
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
}
