package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.internal.text.Environment;
import java.io.File;

/**
 * The file in which az records who is logged in. {@code az login}, {@code az logout} and {@code az account set} write
 * it.
 */
final class AzureCliProfile {
    private final File file;

    AzureCliProfile(Environment environment) {
        String folder = environment.get("AZURE_CONFIG_DIR");
        this.file = new File(folder == null ? environment.home() + "/.azure" : folder, "azureProfile.json");
    }

    /** A number that changes whenever az writes the file; 0 if there is no file. */
    long fingerprint() {
        return file.lastModified() * 31 + file.length();
    }
}
