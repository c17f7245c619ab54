package io.podidentity.podid.serve.arm;

import java.util.Locale;

/**
 * A pending failure. Immutable.
 *
 * @param part what the path contains, in lower case
 * @param status the HTTP status; 0 if the request is accepted and the operation that it starts fails
 * @param code Azure's code for it
 */
record ArmFault(String method, String part, int status, String code) {

    private static final String OPERATION = "failed";

    /**
     * Reads {@code METHOD PATH-PART STATUS CODE}, where with the status {@code failed} the operation fails instead.
     *
     * @throws IllegalArgumentException if it is not of that form
     */
    static ArmFault parse(String order) {
        String[] words = order.strip().split(" +", -1);
        if (words.length != 4 || !words[2].matches("[45]\\d\\d|" + OPERATION)) {
            throw new IllegalArgumentException(
                    "\"" + order + "\" is no fault of Resource Manager: write METHOD PATH-PART"
                            + " STATUS CODE, such as \"PUT federatedIdentityCredentials 409 Conflict\", or \"failed\" as the"
                            + " STATUS for an operation that begins and then fails");
        }
        int status = words[2].equals(OPERATION) ? 0 : Integer.parseInt(words[2]);
        return new ArmFault(words[0].toUpperCase(Locale.ROOT), words[1].toLowerCase(Locale.ROOT), status, words[3]);
    }

    boolean meets(String asked, ResourceId id) {
        return method.equals(asked) && id.key().contains(part);
    }

    boolean isOfOperation() {
        return status == 0;
    }

    ArmException refusal() {
        return new ArmException(status == 0 ? 500 : status, code, "The emulator was told to fail here.");
    }
}
