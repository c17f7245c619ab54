package io.podidentity.podid.check.azure;

import java.nio.file.Path;

/** What there is in Azure, as far as it is known. Immutable. */
public final class AzureFacts {

    /** Nothing is known. */
    public static final AzureFacts NONE = new AzureFacts();

    private AzureFacts() {}

    public static AzureFacts read(Path folder) {
        return NONE;
    }
}
