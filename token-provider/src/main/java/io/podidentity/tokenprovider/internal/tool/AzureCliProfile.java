package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.internal.text.Environment;
import java.io.File;

/** The file in which az notes who is logged in; it is written by {@code az login}, {@code logout} and {@code account set}. */
final class AzureCliProfile {
    private final File file;

    AzureCliProfile(Environment environment) {
        String folder = environment.get("AZURE_CONFIG_DIR");
        this.file = new File(folder == null ? environment.home() + "/.azure" : folder, "azureProfile.json");
    }

    /** Another number whenever az wrote the file; 0 without one. */
    long fingerprint() {
        return file.lastModified() * 31 + file.length();
    }
}
