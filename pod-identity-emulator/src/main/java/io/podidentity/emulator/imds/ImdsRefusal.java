package io.podidentity.emulator.imds;

/** A bad request, in IMDS's own words. */
@SuppressWarnings("serial")
final class ImdsRefusal extends RuntimeException {

    private final String code;
    private final String description;

    ImdsRefusal(String code, String description) {
        super(description);
        this.code = code;
        this.description = description;
    }

    static ImdsRefusal invalidRequest(String description) {
        return new ImdsRefusal("invalid_request", description);
    }

    String code() {
        return code;
    }

    @Override
    public String getMessage() {
        return description;
    }
}
